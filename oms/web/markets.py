"""Market and language in the path: `/eu-de/products/x` is `/products/x` for German readers in the EU market.

The prefix is taken off before routing and becomes part of the application's root, so that every `url_for`
keeps it. Unprefixed paths are the default market and language; its prefixed twin leads there.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import has_request_context, request
from werkzeug.wrappers import Response

from oms.kernel.i18n import LANGUAGES, TAGS, locale_of
from oms.web.wsgi import Environ, StartResponse, WsgiApp

MARKETS = {"eu": "Europe", "us": "United States", "jp": "Japan"}
_REGIONS = {"eu": "", "us": "-US", "jp": "-JP"}
KEY = "counterfoil.place"


@dataclass(frozen=True, slots=True)
class Place:
    """A market and a language, such as `eu-de`."""

    market: str
    language: str

    @property
    def code(self) -> str:
        """Return the word in the path."""
        return f"{self.market}-{self.language}"

    @property
    def prefix(self) -> str:
        """Return what stands before each path; nothing for the default."""
        return "" if self == DEFAULT else f"/{self.code}"

    @property
    def name(self) -> str:
        """Return the market's name."""
        return MARKETS[self.market]

    @property
    def tag(self) -> str:
        """Return the language tag for search engines (BCP 47); the EU market is of no one country."""
        return TAGS[self.language] + _REGIONS[self.market]

    @property
    def locale(self) -> str:
        """Return the locale by which money and dates are written."""
        return locale_of(self.language, self.market)


DEFAULT = Place("eu", "en")
PLACES = tuple(Place(market, language) for market in MARKETS for language in LANGUAGES)
_BY_CODE = {where.code: where for where in PLACES}


def place_of(code: str) -> Place | None:
    """Return the place that a word such as `us-en` names; None for any other word."""
    return _BY_CODE.get(code)


def place() -> Place:
    """Return the market and language of this request; the default outside of one."""
    if not has_request_context():
        return DEFAULT
    found: Place = request.environ.get(KEY, DEFAULT)
    return found


class Prefixed:
    """Takes the prefix off the path and notes the place."""

    def __init__(self, app: WsgiApp) -> None:
        self.app = app

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer under the place that the path names."""
        path: str = environ.get("PATH_INFO", "")
        first, slash, rest = path[1:].partition("/")
        found = _BY_CODE.get(first)
        if found is None:
            return self.app(environ, start_response)
        if not slash or found == DEFAULT:
            return self._moved(environ, start_response, f"{found.prefix}/{rest.lstrip('/')}")
        environ[KEY] = found
        environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + found.prefix
        environ["PATH_INFO"] = f"/{rest}"
        return self.app(environ, start_response)

    def _moved(self, environ: Environ, start_response: StartResponse, path: str) -> Iterable[bytes]:
        query = environ.get("QUERY_STRING", "")
        target = path.encode("latin-1").decode("utf-8", "replace") + (f"?{query}" if query else "")
        return Response(status=308, headers={"Location": target})(environ, start_response)
