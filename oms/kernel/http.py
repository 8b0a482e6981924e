"""The guarded way out: one door per outside party, to its own host only, with an end in time and size.

The name is resolved once and the connection goes to that very address, so that a name that changes between
looking and connecting (DNS rebinding) leads nowhere; an address inside a network is refused, unless the
operator named this machine itself, as stand-ins are. Redirects are not followed: they are an answer like any
other. Who speaks through a library of its own (Stripe's, SMTP) asks `require_declared` before it connects.
"""

import http.client
import ipaddress
import json
import logging
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from oms.kernel.errors import RefusedError, UnavailableError

SECONDS = 5.0
MOST_BYTES = 1_000_000
_PIECE = 16_384
_OWN_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in disguise

Resolve = Callable[[str, int], list[str]]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

log = logging.getLogger(__name__)
_HOSTS: dict[str, frozenset[str]] = {}


class UndeclaredError(UnavailableError):
    """Somebody would be told something at a host that nobody declared for them."""


def declare_hosts(party: str, hosts: Iterable[str]) -> None:
    """Declare the only hosts at which a party is reached, in place of those declared before."""
    _HOSTS[party] = frozenset(host.casefold() for host in hosts if host)


def hosts_of(party: str) -> frozenset[str]:
    """Return the hosts at which a party may be reached."""
    return _HOSTS.get(party, frozenset())


def require_declared(party: str, host: str) -> None:
    """Raise UndeclaredError, and log it, for a host that was not declared for a party."""
    if host.casefold() not in hosts_of(party):
        log.warning("undeclared destination refused: %s for %s", host, party)
        raise UndeclaredError(f"{host or 'Nowhere'} is not declared for {party}: nothing is told.")


def tls() -> ssl.SSLContext:
    """Return how a party is met over TLS: 1.2 or newer (RFC 8996), by a certificate that is its host's."""
    context = ssl.create_default_context()
    # Python leaves it to how it was built and to the machine's OpenSSL.
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class _Declared(HTTPAdapter):
    """Connects to the declared hosts of one party, whatever address a library makes up."""

    def __init__(self, party: str) -> None:
        super().__init__()
        self.party = party

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as the library
        """Meet the party as every other is met, also by the authorities that this machine trusts."""
        super().init_poolmanager(*args, ssl_context=tls(), **kwargs)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - as the library
        """Send to a declared host. Raises UndeclaredError for another, before it connects."""
        require_declared(self.party, urlsplit(request.url or "").hostname or "")
        return super().send(request, *args, **kwargs)


def session_to(party: str) -> requests.Session:
    """Return a session of `requests` for a party's own library: to its declared hosts, by no proxy."""
    session = requests.Session()
    session.trust_env = False
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Declared(party))
    return session


def addresses_of(host: str, port: int) -> list[str]:
    """Return the addresses of a host. Raises UnavailableError where the name is not known."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise UnavailableError(f"{host} is not known to the name service.") from error
    return [str(entry[4][0]) for entry in found]


def is_outside(address: str) -> bool:
    """Say whether an address is on the public network, whatever it is disguised as."""
    known: Address = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(known, ipaddress.IPv6Address):
        inner = known.ipv4_mapped or known.sixtofour or (known.teredo or (None, None))[1]
        if known in _NAT64:
            inner = ipaddress.IPv4Address(int(known) & 0xFFFFFFFF)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
    return known.is_global and not known.is_multicast


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers (names in lower case), and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_good(self) -> bool:
        """Say whether the other side did what it was asked."""
        return 200 <= self.status < 300  # noqa: PLR2004 - HTTP's own border

    def json(self) -> Any:  # noqa: ANN401 - whatever the party says
        """Return the body as JSON. Raises UnavailableError where it is none."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise UnavailableError("The other side answered in no language we know.") from error


@dataclass(frozen=True, slots=True)
class Door:
    """The way to one party: its base address, how long it may take in all, and how much it may say.

    `gate` is entered when the party is reached and before it is told anything: what it raises ends the call.
    """

    party: str
    base: str
    seconds: float = SECONDS
    most_bytes: int = MOST_BYTES
    headers: Mapping[str, str] = field(default_factory=dict)
    resolve: Resolve = addresses_of
    gate: Callable[[], AbstractContextManager[object]] = nullcontext

    def ask(
        self, method: str, path: str, *, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a request (`body` as JSON, or bytes as they are) and return the answer, whatever its status.

        Raises UnavailableError where the party is away, slow or says too much; UndeclaredError where the host
        was not declared for it, RefusedError where its name leads inside a network.
        """
        require_declared(self.party, self._host)
        given = {**self.headers, **(headers or {})}
        content = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        if body is not None and not isinstance(body, bytes):
            given.setdefault("Content-Type", "application/json")
        until = time.monotonic() + self.seconds
        line = self._line()
        try:
            line.connect()
            with self.gate():
                line.request(method, f"{urlsplit(self.base).path.rstrip('/')}{path}", content, given)
                response = line.getresponse()
                told = {name.lower(): value for name, value in response.getheaders()}
                return Answer(response.status, told, self._read(response, until))
        except (OSError, http.client.HTTPException, UnicodeError) as error:
            raise UnavailableError(f"{self._host} does not answer.") from error
        finally:
            line.close()

    @property
    def _host(self) -> str:
        return urlsplit(self.base).hostname or ""

    def _line(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.base)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        address = self._address(port)
        context = tls() if parts.scheme == "https" else None
        return _Line(self._host, port, self.seconds, (address, context))

    def _address(self, port: int) -> str:
        found = self.resolve(self._host, port)
        if self._host not in _OWN_MACHINE and not all(is_outside(address) for address in found):
            raise RefusedError(f"{self._host} leads inside a network; it is not asked.")
        if not found:
            raise UnavailableError(f"{self._host} is not known to the name service.")
        return found[0]

    def _read(self, response: http.client.HTTPResponse, until: float) -> bytes:
        pieces, size = [], 0
        while piece := response.read1(_PIECE):
            pieces.append(piece)
            size += len(piece)
            if size > self.most_bytes:
                raise UnavailableError(f"{self._host} said more than {self.most_bytes} bytes.")
            if time.monotonic() > until:
                raise UnavailableError(f"{self._host} took longer than {self.seconds:g} seconds.")
        return b"".join(pieces)


class _Line(http.client.HTTPConnection):
    """A connection to an address that was looked at, under the host's own name."""

    def __init__(self, host: str, port: int, seconds: float, to: tuple[str, ssl.SSLContext | None]) -> None:
        super().__init__(host, port, timeout=seconds)
        self.address, self.context = to

    def connect(self) -> None:
        """Connect to the address; over TLS the certificate must be the host's."""
        self.sock = socket.create_connection((self.address, self.port), self.timeout)
        if self.context is not None:
            self.sock = self.context.wrap_socket(self.sock, server_hostname=self.host)
