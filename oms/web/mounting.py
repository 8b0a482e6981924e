"""The store and the desk on one server: the desk at `/oms`, or on a host of its own."""

from collections.abc import Iterable

from flask import Flask
from werkzeug.wrappers import Response

from oms.web.headers import Standing
from oms.web.wsgi import Environ, StartResponse, WsgiApp

DESK_ROOT = "/oms"
_FOR_MACHINES = frozenset({"/healthz", "/readyz", "/metrics"})
_NO_STORE = {"Cache-Control": "no-store"}
_TO_DESK = Response(status=308, headers={"Location": f"{DESK_ROOT}/", **_NO_STORE})
_NOTHING = Response("Not found\n", 404, _NO_STORE)


def mounted(store: Flask, desk: Flask, desk_host: str) -> WsgiApp:
    """Return what the server runs. With a desk host, each host knows only its own application."""
    to_desk, nothing = (Standing(answer, store.extensions["settings"]) for answer in (_TO_DESK, _NOTHING))

    def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path: str = environ.get("PATH_INFO", "")
        is_desk_path = path == DESK_ROOT or path.startswith(f"{DESK_ROOT}/")
        is_desk_host = not desk_host or environ.get("HTTP_HOST", "").lower() == desk_host.lower()
        if is_desk_path and is_desk_host:
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + DESK_ROOT
            environ["PATH_INFO"] = path[len(DESK_ROOT) :]
            if not environ["PATH_INFO"]:
                return to_desk(environ, start_response)
            return desk.wsgi_app(environ, start_response)
        if desk_host and is_desk_host and path not in _FOR_MACHINES:
            if path == "/":
                return to_desk(environ, start_response)
            return nothing(environ, start_response)
        return store.wsgi_app(environ, start_response)

    return application
