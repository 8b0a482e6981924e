"""A little server on loopback that gives sample pages to a browser with the strict headers of the shop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import PurePosixPath
from typing import ClassVar

from tests.components.press import POLICY, bundle

TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class Pages(BaseHTTPRequestHandler):
    """Answers with a sample page by its name, or with a file or bundle under /static/."""

    pages: ClassVar[dict[str, Callable[[], str]]] = {}

    def do_GET(self) -> None:
        path = PurePosixPath(self.path.split("?")[0])
        if path.parts[1:2] == ("static",):
            name = "/".join(path.parts[2:])
            self.give(TYPES[path.suffix], bundle(name))
        elif path.name == "count":
            self.give("application/json", '{"count": 2}')
        elif path.name in self.pages:
            self.give("text/html", self.pages[path.name]())
        else:
            self.send_error(404)

    def give(self, kind: str, text: str) -> None:
        """One answer."""
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is the base class's
        """Say nothing."""


@contextmanager
def served(pages: dict[str, Callable[[], str]]) -> Iterator[str]:
    """The address at which the pages stand while the block runs."""
    handler = type("Handler", (Pages,), {"pages": pages})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
