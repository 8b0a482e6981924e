"""Servers over TLS, good and bad, that write down what they are told; and what a server takes, by hand."""

import socket
import ssl
import struct
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from secrets import token_bytes
from typing import Any

from tests.certificates import Certificate

_PIECE = 65_536
HOST = "127.0.0.1"
Talk = Callable[["Line", ssl.SSLContext], None]


def speaking(files: Certificate, version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """Return how a server speaks TLS: as it can, or in one version alone, however old."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    if version is not None:
        _only(context, version)
    return context


def careless(version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """Return how nobody of ours should meet a server: whoever it is, in whatever version."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if version is not None:
        _only(context, version)
    return context


def _only(context: ssl.SSLContext, version: ssl.TLSVersion) -> None:
    # OpenSSL 3 has the old ones at its lowest level of security alone.
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version


@dataclass
class Kept:
    """What came over the cable as it was, what it meant where TLS was spoken, and how that was agreed on."""

    port: int
    raw: bytearray = field(default_factory=bytearray)
    heard: bytearray = field(default_factory=bytearray)
    versions: set[str] = field(default_factory=set)
    calls: int = 0

    @property
    def address(self) -> str:
        """Host and port."""
        return f"{HOST}:{self.port}"

    def was_told(self, words: bytes) -> bool:
        """Say whether somebody could read these words: whoever stands at the cable, or the server."""
        return words in self.raw or words in self.heard


class Line:
    """One connection at the server's side."""

    def __init__(self, sock: socket.socket, kept: Kept) -> None:
        self.sock, self.kept = sock, kept
        self.inward, self.outward = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls: ssl.SSLObject | None = None

    def secure(self, context: ssl.SSLContext) -> None:
        """Agree on TLS from here on."""
        tls = context.wrap_bio(self.inward, self.outward, server_side=True)
        self._through(tls.do_handshake)
        self.tls = tls
        self.kept.versions.add(str(tls.version()))

    def read(self) -> bytes:
        """Return what comes next; raises EOFError at the end."""
        if self.tls is None:
            return self._pull()
        tls = self.tls
        piece: bytes = self._through(lambda: tls.read(_PIECE))
        if not piece:
            raise EOFError
        self.kept.heard += piece
        return piece

    def write(self, words: bytes) -> None:
        """Say something."""
        if self.tls is None:
            self.sock.sendall(words)
            return
        tls = self.tls
        self._through(lambda: tls.write(words))

    def _pull(self) -> bytes:
        piece = self.sock.recv(_PIECE)
        if not piece:
            raise EOFError
        self.kept.raw += piece
        return piece

    def _through(self, step: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever the step gives
        while True:
            try:
                done = step()
            except ssl.SSLWantReadError:
                self._push()
                self.inward.write(self._pull())
            except ssl.SSLError:
                self._push()
                raise
            else:
                self._push()
                return done

    def _push(self) -> None:
        if self.outward.pending:
            self.sock.sendall(self.outward.read())


@contextmanager
def listening(talk: Talk, context: ssl.SSLContext) -> Iterator[Kept]:
    """Serve for a while; give what is heard."""
    with socket.create_server((HOST, 0)) as ear:
        kept = Kept(ear.getsockname()[1])

        def serve(sock: socket.socket) -> None:
            with sock, suppress(OSError, EOFError):
                sock.settimeout(30)
                talk(Line(sock, kept), context)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    sock, _address = ear.accept()
                    kept.calls += 1
                    threading.Thread(target=serve, args=(sock,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield kept
        # Else whoever waits in accept() keeps the port.
        ear.shutdown(socket.SHUT_RDWR)


def web(line: Line, context: ssl.SSLContext) -> None:
    """Refuse every request, once it was read."""
    line.secure(context)
    asked = b""
    while True:
        asked += line.read()
        if b"\r\n\r\n" in asked:
            line.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
            asked = b""


def queue(line: Line, context: ssl.SSLContext) -> None:
    """Refuse every command of Redis."""
    line.secure(context)
    while line.read():
        line.write(b"-ERR no\r\n")


def database(line: Line, context: ssl.SSLContext) -> None:
    """Be Postgres until somebody has said who they are."""
    line.read()  # an SSLRequest
    line.write(b"S")
    line.secure(context)
    line.read()


def clear_database(line: Line, _context: ssl.SSLContext) -> None:
    """Be Postgres without TLS."""
    line.read()
    line.write(b"N")
    line.read()


def mail(line: Line, context: ssl.SSLContext) -> None:
    """Take mails over TLS from the first byte."""
    line.secure(context)
    _take(line, context, offers=b"")


def starting_mail(line: Line, context: ssl.SSLContext) -> None:
    """Take mails, and offer TLS on the way."""
    _take(line, context, offers=b"250-STARTTLS\r\n")


def clear_mail(line: Line, context: ssl.SSLContext) -> None:
    """Take mails in the clear, as a server does whose offer of TLS somebody cut out."""
    _take(line, context, offers=b"")


def _take(line: Line, context: ssl.SSLContext, *, offers: bytes) -> None:
    line.write(b"220 mail\r\n")
    while True:
        said = line.read()
        word = said[:8].upper().split()[0]
        if word == b"STARTTLS":
            line.write(b"220 go on\r\n")
            line.secure(context)
            offers = b""
        elif word == b"EHLO":
            line.write(b"250-mail\r\n" + offers + b"250 AUTH PLAIN\r\n")
        elif word == b"AUTH":
            line.write(b"235 welcome\r\n")
        elif word == b"DATA":
            line.write(b"354 go on\r\n")
            while not said.endswith(b"\r\n.\r\n"):
                said = said[-5:] + line.read()
            line.write(b"250 taken\r\n")
        else:
            line.write(b"221 bye\r\n" if word == b"QUIT" else b"250 well\r\n")


# Suites of TLS 1.2 with forward secrecy and authenticated encryption (RFC 9325, 4.2); every other is weak.
STRONG = frozenset({0xC02B, 0xC02C, 0xC02F, 0xC030, 0xCCA8, 0xCCA9, 0x009E, 0x009F, 0xCCAA})
WEAK = sorted({*range(0x0001, 0x00C6), *range(0xC001, 0xC0B6), 0xCC13, 0xCC14} - STRONG)
OLD = {"SSL 3": 0x0300, "TLS 1.0": 0x0301, "TLS 1.1": 0x0302}
TLS_1_2 = 0x0303
_HELLO, _HANDSHAKE, _DEFLATE = 2, 22, 1
_GROUPS = (29, 23, 24, 25)
_SIGNATURES = (0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201)


def taken(port: int, version: int, suites: Iterable[int]) -> tuple[int, int, int] | None:
    """Say hello in a version with suites, and compression; return what the server chose of each, if it did.

    Written by hand (RFC 5246, 7.4.1), as libraries have long forgotten what a server must not take.
    """
    with socket.create_connection((HOST, port), 30) as sock:
        sock.sendall(_hello(version, list(suites)))
        told = b""
        with suppress(OSError):
            while len(told) < _PIECE and (piece := sock.recv(_PIECE)):
                told += piece
                if len(told) >= 5 + struct.unpack(">H", told[3:5].ljust(2, b"\0"))[0]:
                    break
    if len(told) < 47 or (told[0], told[5]) != (_HANDSHAKE, _HELLO):
        return None
    end = 44 + told[43]
    suite, compression = struct.unpack(">HB", told[end : end + 3])
    return struct.unpack(">H", told[9:11])[0], suite, compression


def _hello(version: int, suites: list[int]) -> bytes:
    body = struct.pack(">H", version) + token_bytes(32) + b"\0"
    body += _sized(b"".join(struct.pack(">H", suite) for suite in suites)) + bytes((2, _DEFLATE, 0))
    if version > OLD["SSL 3"]:
        groups, signatures = (_sized(struct.pack(f">{len(n)}H", *n)) for n in (_GROUPS, _SIGNATURES))
        known = ((10, groups), (11, b"\1\0"), (13, signatures), (0xFF01, b"\0"))
        body += _sized(b"".join(struct.pack(">H", kind) + _sized(content) for kind, content in known))
    shake = bytes((1, 0)) + _sized(body)
    return bytes((_HANDSHAKE, 3, min(version, OLD["TLS 1.0"]) & 0xFF)) + _sized(shake)


def _sized(content: bytes) -> bytes:
    return struct.pack(">H", len(content)) + content
