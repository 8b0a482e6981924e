"""Run a stand-in as a process of its own: loopback only, its address announced in a file when it answers."""

import argparse
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

HOST = "127.0.0.1"


class StandIn(Protocol):
    """An outside party on this machine: its application, and what it does beside answering."""

    @property
    def app(self) -> Flask:
        """What answers."""

    def start(self) -> None:
        """Begin what it does by itself."""

    def stop(self) -> None:
        """End it."""


class _Handler(WSGIRequestHandler):
    """Keep connections open and say nothing: request lines of a stand-in hold ids that belong in no log."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 16_384

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's own name
        """Write nothing."""


def options(program: str, description: str) -> argparse.ArgumentParser:
    """Return the options that every stand-in takes."""
    parser = argparse.ArgumentParser(prog=f"python -m {program}", description=description)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--state", type=Path, required=True, help="folder for what must survive a restart")
    parser.add_argument("--announce", type=Path, help="file that gets the address once the stand-in answers")
    parser.add_argument("--keep-days", type=float, default=30.0, help="after that people are forgotten")
    return parser


def run(standin: StandIn, chosen: argparse.Namespace) -> None:
    """Start a stand-in where its options say, announce its address, and serve until it is told to stop."""
    server = listen(standin.app, chosen.port)
    standin.start()
    announce(chosen.announce, f"http://{HOST}:{server.server_port}")
    until_stopped(server, standin.stop)


def announce(target: Path | None, address: str) -> None:
    """Write the address into the file in one step, or print it when no file was named."""
    if target is None:
        print(address, flush=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.{os.getpid()}.new")
    unfinished.write_text(address + "\n", encoding="ascii")
    unfinished.replace(target)


def listen(app: Flask, port: int) -> BaseWSGIServer:
    """Return a threaded server bound to loopback; raises SystemExit naming the port when it is taken."""
    return make_server(HOST, port, app, threaded=True, request_handler=_Handler)


def until_stopped(server: BaseWSGIServer, on_stop: Callable[[], None]) -> None:
    """Serve until the process is told to stop by TERM or Ctrl-C, then call `on_stop`."""
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: threading.Thread(target=server.shutdown).start())
    try:
        server.serve_forever()
    finally:
        on_stop()
        server.server_close()
