"""What leaves the house, byte by byte: lines to outside parties that write down all that is sent."""

import json
import re
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

_PIECE = 65_536
_DIGITS = re.compile(r"\[\d+\]")
# Who is asked while somebody listens; one hook for the process, as none can be taken away again.
_GUARDS: list["Guard"] = []


@dataclass(frozen=True)
class Told:
    """One request over HTTP: to which path, with which values by dotted key."""

    method: str
    path: str
    values: dict[str, list[str]]

    @property
    def keys(self) -> set[str]:
        """Its keys, without the numbers of lines."""
        return set(self.values)


@dataclass
class Wire:
    """A line to one party; `address` is given to the shop in place of the party's own."""

    to: str
    said: list[bytearray] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._ear = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._answer, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ear.close()

    @property
    def port(self) -> int:
        """Where the shop calls."""
        return int(self._ear.getsockname()[1])

    @property
    def ports(self) -> set[int]:
        """Both ends of the line."""
        return {self.port, urlsplit(self.to).port or 0}

    @property
    def address(self) -> str:
        """Return where the shop calls, as a setting."""
        return f"{urlsplit(self.to).scheme}://127.0.0.1:{self.port}"

    def _answer(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._ear.accept()
                far = socket.create_connection(("127.0.0.1", urlsplit(self.to).port or 0))
                kept = bytearray()
                self.said.append(kept)
                for one, other, note in ((near, far, kept), (far, near, None)):
                    threading.Thread(target=_carry, args=(one, other, note), daemon=True).start()

    def requests(self) -> list[Told]:
        """Return every request over HTTP that was sent."""
        return [told for kept in self.said for told in _requests(bytes(kept))]

    def letters(self) -> list[tuple[list[str], bytes]]:
        """Return every mail that was sent: its readers, and the whole of it."""
        return [letter for kept in self.said for letter in _letters(bytes(kept))]

    @property
    def everything(self) -> bytes:
        """All bytes in the order of the connections."""
        return b"".join(self.said)


def _carry(one: socket.socket, other: socket.socket, note: bytearray | None) -> None:
    with suppress(OSError):
        while piece := one.recv(_PIECE):
            if note is not None:
                note.extend(piece)
            other.sendall(piece)
    with suppress(OSError):
        other.shutdown(socket.SHUT_WR)


def _requests(sent: bytes) -> Iterator[Told]:
    while sent:
        head, _, rest = sent.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        names = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        size = int(names.get("content-length", 0))
        assert "transfer-encoding" not in names, "a body in pieces is not read here"
        body, sent = rest[:size], rest[size:]
        method, where, _ = first.split(" ")
        yield told_of(method, where, names.get("content-type", ""), body)


def told_of(method: str, where: str, kind: str, body: bytes) -> Told:
    """Read one request: its address with what follows the question mark, and its body of this type."""
    values = parse_qsl(urlsplit(where).query, keep_blank_values=True)
    if "json" in kind:
        values += list(_flat("", json.loads(body or b"{}")))
    else:
        values += parse_qsl(body.decode(), keep_blank_values=True)
    found: dict[str, list[str]] = {}
    for key, value in values:
        found.setdefault(_DIGITS.sub("", key), []).append(value)
    return Told(method, urlsplit(where).path, found)


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}" if name else key, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _flat(name, inner)
    else:
        yield name, str(value)


def _letters(sent: bytes) -> Iterator[tuple[list[str], bytes]]:
    """Read a conversation of SMTP: RCPT TO lines, and what follows DATA (RFC 5321, 4.1.1)."""
    readers: list[str] = []
    lines = iter(sent.split(b"\r\n"))
    for line in lines:
        if line.upper().startswith(b"RCPT TO:"):
            readers.append(line[8:].decode().partition(">")[0].strip(" <"))
        elif line.upper() == b"DATA":
            content = []
            for inner in lines:
                if inner == b".":
                    break
                content.append(inner)
            yield readers, b"\r\n".join(content)
            readers = []


@dataclass
class Guard:
    """Which ports of this machine may be called; every other call is refused before its first byte."""

    ports: set[int]
    called: set[int] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)

    def ask(self, address: Any) -> None:  # noqa: ANN401 - of any family
        if not isinstance(address, tuple):
            return
        host, port = address[:2]
        if host in {"127.0.0.1", "::1", "localhost"} and port in self.ports:
            self.called.add(port)
            return
        self.refused.append(f"{host}:{port}")
        raise PermissionError(f"{host}:{port} is not a declared destination")


def _listen(event: str, given: tuple[Any, ...]) -> None:
    if event == "socket.connect" and _GUARDS:
        _GUARDS[-1].ask(given[1])


@contextmanager
def guarded(*ports: int) -> Iterator[Guard]:
    """Refuse every call of this process to anything but these ports of this machine."""
    if not _GUARDS:
        sys.addaudithook(_listen)
    _GUARDS.append(Guard(set(ports)))
    try:
        yield _GUARDS[-1]
    finally:
        _GUARDS.pop()
