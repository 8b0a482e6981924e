"""Nobody is served in the clear: whom a proxy says came over plain HTTP is led to HTTPS."""

from collections.abc import Iterable
from urllib.parse import quote, urlsplit

from werkzeug.wrappers import Response

from oms.kernel.config import Settings
from oms.web.wsgi import Environ, StartResponse, WsgiApp


class OverTls:
    """Leads who only looks to the same address over HTTPS, and refuses what was sent in the clear.

    Where no declared proxy says how the shopper came, nothing is known, and everybody is answered.
    """

    def __init__(self, app: WsgiApp, settings: Settings) -> None:
        self.app = app
        self.hops = settings.trusted_proxies if settings.is_https else 0
        public = urlsplit(settings.public_url).netloc
        self.hosts = {_name(host): host for host in (public, settings.desk_host) if host}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, or lead away before anything is read."""
        host = self.hosts.get(_name(environ.get("HTTP_HOST", "")))
        if host is None or not self._is_in_the_clear(environ):
            return self.app(environ, start_response)
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return Response("Send this over HTTPS.\n", 403)(environ, start_response)
        path = quote((environ.get("SCRIPT_NAME", "") + environ["PATH_INFO"]).encode("latin-1"))
        query = environ.get("QUERY_STRING", "")
        target = f"https://{host}{path}" + (f"?{query}" if query else "")
        return Response(status=308, headers={"Location": target})(environ, start_response)

    def _is_in_the_clear(self, environ: Environ) -> bool:
        # Each trusted proxy may append a word; the first of theirs was said by the one that met the shopper.
        said = environ.get("HTTP_X_FORWARDED_PROTO", "").split(",")
        return 0 < self.hops <= len(said) and said[-self.hops].strip().lower() == "http"


def _name(host: str) -> str:
    return urlsplit(f"//{host}").hostname or ""
