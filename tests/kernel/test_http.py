"""The guarded way out: to one host, never inside, with an end."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from oms.kernel.errors import RefusedError, UnavailableError
from oms.kernel.http import Door, UndeclaredError, declare_hosts, hosts_of, is_outside, session_to


class _Party(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._say(201, body, {"X-Kind": self.headers["Content-Type"], "X-Key": self.headers["X-Key"] or ""})

    def do_GET(self) -> None:
        if self.path == "/base/large":
            self._say(200, b"x" * 2_000_000, {})
        elif self.path == "/base/moved":
            self._say(302, b"", {"Location": "http://169.254.169.254/"})
        elif self.path == "/base/drip":
            self.send_response(200)
            self.end_headers()
            for _ in range(400):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.05)
        elif self.path == "/base/silent":
            time.sleep(20)
        else:
            self._say(200, b"<p>not json</p>", {})

    def _say(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None: ...


@pytest.fixture(scope="module")
def party() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Party)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/base"
    server.shutdown()


def test_a_party_is_asked_in_json_and_answers(party: str) -> None:
    answer = Door("carrier", party, headers={"X-Key": "k"}).ask("POST", "/labels", body={"grams": 120})
    assert answer.is_good
    assert answer.status == 201
    assert answer.json() == {"grams": 120}
    assert answer.headers["x-kind"] == "application/json"
    assert answer.headers["x-key"] == "k"


def test_a_redirect_is_an_answer_and_is_not_followed(party: str) -> None:
    answer = Door("carrier", party).ask("GET", "/moved")
    assert (answer.status, answer.is_good) == (302, False)


@pytest.mark.parametrize(
    ("path", "says"), [("/large", "more than"), ("/drip", "longer than"), ("/silent", "not")]
)
def test_a_party_that_says_too_much_or_takes_too_long_is_left(party: str, path: str, says: str) -> None:
    begun = time.monotonic()
    with pytest.raises(UnavailableError, match=says):
        Door("carrier", party, seconds=0.3).ask("GET", path)
    assert time.monotonic() - begun < 10


@pytest.mark.reaches("the name nobody.invalid")
def test_a_party_that_is_away_or_unknown_is_said_to_be(party: str) -> None:
    with pytest.raises(UnavailableError, match="does not answer"):
        Door("carrier", "http://127.0.0.1:9").ask("GET", "/")
    with pytest.raises(UnavailableError, match="not known"):
        Door("carrier", "http://nobody.invalid").ask("GET", "/")
    with pytest.raises(UnavailableError, match="no language"):
        Door("carrier", party).ask("GET", "/words").json()


@pytest.fixture(autouse=True)
def declared() -> Iterator[None]:
    before = hosts_of("carrier")
    declare_hosts("carrier", ["127.0.0.1", "nobody.invalid", "carrier.example"])
    yield
    declare_hosts("carrier", before)


@pytest.mark.parametrize("host", ["elsewhere.example", "127.0.0.2", "carrier.example.evil.example", ""])
def test_a_host_that_nobody_declared_is_refused_before_it_is_looked_up(
    host: str, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[str] = []

    def resolve(name: str, _port: int) -> list[str]:
        asked.append(name)
        return ["93.184.215.14"]

    with pytest.raises(UndeclaredError, match="is not declared for carrier"):
        Door("carrier", f"http://{host}/v1", resolve=resolve).ask("GET", "/")

    assert asked == []
    assert f"undeclared destination refused: {host} for carrier" in caplog.text


def test_a_party_that_was_never_declared_is_told_nothing() -> None:
    with pytest.raises(UndeclaredError):
        Door("planted tracker", "http://127.0.0.1:9").ask("GET", "/")


def test_a_library_of_a_party_reaches_its_declared_hosts_alone(party: str) -> None:
    session = session_to("carrier")

    assert session.get(f"{party}/words", timeout=3).status_code == 200
    with pytest.raises(UndeclaredError):
        session.get(party.replace("127.0.0.1", "localhost"), timeout=3)
    assert session.trust_env is False


def test_a_redirect_to_an_undeclared_host_is_refused(party: str, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(UndeclaredError):
        session_to("carrier").get(f"{party}/moved", timeout=3)

    assert "undeclared destination refused: 169.254.169.254 for carrier" in caplog.text


INSIDE = [
    "127.0.0.1",
    "127.1.2.3",
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "192.0.0.1",
    "198.18.0.1",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fd00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "2002:7f00:1::",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::7f00:1",
]


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_refused_before_anything_is_sent(address: str) -> None:
    assert is_outside(address) is False
    door = Door("carrier", "http://carrier.example", resolve=lambda _host, _port: ["93.184.215.14", address])
    with pytest.raises(RefusedError, match="inside a network"):
        door.ask("GET", "/")


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8"]
)
def test_a_public_address_is_outside(address: str) -> None:
    assert is_outside(address) is True
