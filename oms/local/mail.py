"""A mail sink: takes every message over SMTP and writes it to `STATE/mail/*.eml`; nothing is ever sent on.

Run: `python -m oms.local.mail --port 0 --state DIR --announce FILE`; `smtp://127.0.0.1:PORT` is in FILE
once it answers, and the address of its control door in `FILE.control`. File names sort by arrival and
cannot be guessed; a message is there whole or not at all, readable by its owner only. The envelope's
addresses precede it as `Return-Path` and `Delivered-To`. Messages older than `--keep-days` are removed.
Nothing of a message is logged.

The control door (JSON in and out):

- `POST /_control/faults {"kind": "error", "status": 451, "count": 3}`: answer so after the message was
  read; 4xx is "try again", 5xx "never"; `{"kind": "refuse"}` hangs up at once, `{"kind": "delay",
  "seconds": 2}` waits before it takes a message, `{"kind": "lose_response"}` writes it and hangs up without
  saying so; `"count": null`: until cleared
- `GET /_control/faults`, `DELETE /_control/faults`
- `POST /_control/reset`: faults and messages are gone
"""

import asyncio
import contextlib
import os
import secrets
import signal
import threading
import time
from asyncio import BaseTransport
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask, Response, jsonify, request
from flask.typing import ResponseReturnValue

from oms.local.outside import serve
from oms.local.outside.faults import BadFault, Faults, Kind, read_fault
from oms.local.outside.sweep import DAY

_LARGEST = 10 * 1024 * 1024  # bytes
_SWEEP_PAUSE = 600.0  # seconds


class Sink:
    """The folder of messages, and what happens to each before it gets there."""

    def __init__(self, folder: Path, faults: Faults) -> None:
        """Write into `folder`, which is made for its owner only."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder, self._faults = folder, faults

    async def handle_DATA(self, server: "Door", _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Take one message and return the SMTP reply."""
        if pause := self._faults.strike(Kind.DELAY, "data", "SMTP"):
            await asyncio.sleep(pause.seconds)
        if error := self._faults.strike(Kind.ERROR, "data", "SMTP"):
            return f"{error.status} The stand-in was told to refuse"
        self.keep(envelope)
        if self._faults.strike(Kind.LOSE_RESPONSE, "data", "SMTP"):
            server.hang_up()
        return "250 OK"

    def keep(self, envelope: Envelope) -> Path:
        """Write the message in one step and return its file."""
        name = f"{time.time_ns():020d}-{secrets.token_hex(16)}.eml"
        unfinished = self.folder / f"{name}.part"
        sender = [f"Return-Path: <{envelope.mail_from or ''}>"]
        head = sender + [f"Delivered-To: {recipient}" for recipient in envelope.rcpt_tos]
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write("\r\n".join(head).encode() + b"\r\n" + content)
        return unfinished.rename(self.folder / name)

    def sweep(self, older_than: float) -> int:
        """Remove messages older than so many seconds; returns how many."""
        limit = time.time() - older_than
        old = [file for file in self.folder.iterdir() if file.stat().st_mtime <= limit]
        for file in old:
            file.unlink(missing_ok=True)
        return len(old)


class Door(SMTP):
    """One SMTP connection that can be told to hang up."""

    def __init__(self, sink: Sink, faults: Faults) -> None:
        """Hand messages to `sink`."""
        self._faults = faults
        super().__init__(
            sink, data_size_limit=_LARGEST, enable_SMTPUTF8=True, hostname="localhost", ident="sink"
        )

    def connection_made(self, transport: BaseTransport) -> None:
        """Begin a conversation, or end it before it begins."""
        super().connection_made(transport)
        if self._faults.strike(Kind.REFUSE, "connect", "SMTP"):
            self.hang_up()

    def hang_up(self) -> None:
        """Close the connection without another word."""
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()


def control(sink: Sink, faults: Faults) -> Flask:
    """Return the control door."""
    app = Flask("oms.local.mail", static_folder=None)

    def planted() -> ResponseReturnValue:
        return jsonify(faults=faults.planted())

    def plant() -> ResponseReturnValue:
        faults.plant(read_fault(request.get_json()))
        return planted()

    def heal() -> ResponseReturnValue:
        faults.clear()
        return planted()

    def reset() -> ResponseReturnValue:
        faults.clear()
        return jsonify(removed=sink.sweep(0))

    for rule, method, view in (
        ("faults", "GET", planted),
        ("faults", "POST", plant),
        ("faults", "DELETE", heal),
        ("reset", "POST", reset),
    ):
        app.add_url_rule(f"/_control/{rule}", view.__name__, view, methods=[method])
    app.register_error_handler(BadFault, _bad)
    app.before_request(_only_json)
    return app


def main() -> None:
    """Run the sink until it is told to stop."""
    parser = serve.options("oms.local.mail", "A mail sink on this machine.")
    chosen = parser.parse_args()
    faults = Faults()
    sink = Sink(chosen.state / "mail", faults)
    server = serve.listen(control(sink, faults), 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    if chosen.announce is not None:
        door = chosen.announce.with_name(f"{chosen.announce.name}.control")
        serve.announce(door, f"http://{serve.HOST}:{server.server_port}")
    asyncio.run(_listen(sink, faults, chosen.port, chosen.announce, chosen.keep_days * DAY))


async def _listen(sink: Sink, faults: Faults, port: int, target: Path | None, kept: float) -> None:
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    server = await loop.create_server(lambda: Door(sink, faults), serve.HOST, port)
    serve.announce(target, f"smtp://{serve.HOST}:{server.sockets[0].getsockname()[1]}")
    while not stopped.is_set():
        sink.sweep(kept)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), _SWEEP_PAUSE)
    server.close()


def _only_json() -> ResponseReturnValue | None:
    if request.method == "POST" and request.mimetype != "application/json":
        return jsonify(error="send application/json"), 415
    return None


def _bad(error: Exception) -> tuple[Response, int]:
    return jsonify(error=str(error)), 400


if __name__ == "__main__":
    main()
