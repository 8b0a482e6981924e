"""The store and the desk on one server: the desk at `/oms`, or on a host of its own."""

from collections.abc import Iterable

from flask import Flask
from werkzeug.wrappers import Response

from oms.web.wsgi import Environ, StartResponse, WsgiApp

DESK_ROOT = "/oms"
_FOR_MACHINES = frozenset({"/healthz", "/readyz", "/metrics"})


def mounted(store: Flask, desk: Flask, desk_host: str) -> WsgiApp:
    """Return what the server runs. With a desk host, each host knows only its own application."""

    def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path: str = environ.get("PATH_INFO", "")
        is_desk_path = path == DESK_ROOT or path.startswith(f"{DESK_ROOT}/")
        is_desk_host = not desk_host or environ.get("HTTP_HOST", "").lower() == desk_host.lower()
        if is_desk_path and is_desk_host:
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + DESK_ROOT
            environ["PATH_INFO"] = path[len(DESK_ROOT) :]
            if not environ["PATH_INFO"]:
                return _moved(f"{DESK_ROOT}/", environ, start_response)
            return desk.wsgi_app(environ, start_response)
        if desk_host and is_desk_host and path not in _FOR_MACHINES:
            if path == "/":
                return _moved(f"{DESK_ROOT}/", environ, start_response)
            return Response("Not found\n", 404)(environ, start_response)
        return store.wsgi_app(environ, start_response)

    return application


def _moved(target: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    return Response(status=308, headers={"Location": target, "Cache-Control": "no-store"})(
        environ, start_response
    )
