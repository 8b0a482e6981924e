"""Nothing of ours goes to another machine in the clear, or to whoever cannot prove who they are (B27)."""

import os
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
import redis
import stripe
from limits.storage import storage_from_string
from sqlalchemy.exc import OperationalError

from oms.backups import programs
from oms.kernel import db, http, jobs
from oms.kernel.config import Settings, load
from oms.kernel.errors import ConfigurationError, UnavailableError
from oms.notifications import gateway as mails
from oms.notifications.texting import gateway as texts
from oms.payments import gateway as payments
from oms.shipping import gateway as carriers
from oms.shipping.carriers.known import HOLLOW
from oms.web import limits
from tests.certificates import Certificate, certificate
from tests.privacy import tls
from tests.privacy.tls import HOST, Kept, Talk
from tests.production import strong_settings

Measured = Callable[..., None]
# Every line tells this, as a key, a password or a name; nobody but a good server may ever read it.
WORD = "b27c4n4ryb27c4n4ryb27c4n4ryb27c4n4ry"
VERSIONS = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}
REFUSED = (UnavailableError, OperationalError, redis.RedisError, redis.ConnectionError)


@dataclass(frozen=True)
class Servers:
    """How servers speak TLS, each bad in one thing alone; `trusted` is whom a client believes."""

    good: Certificate
    trusted: Path
    bad: dict[str, tuple[ssl.SSLContext, str]]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Servers:
    def made(name: str, *hosts: str, ends_in: float = 1, is_by_itself: bool = False) -> Certificate:
        folder = tmp_path_factory.mktemp(name)
        return certificate(folder, *hosts, ends_in=timedelta(hours=ends_in), is_by_itself=is_by_itself)

    good, ended = made("good", HOST, "localhost"), made("ended", HOST, ends_in=-0.1)
    elsewhere, alone = made("elsewhere", "other.example"), made("alone", HOST, is_by_itself=True)
    trusted = tmp_path_factory.mktemp("trusted") / "authorities.pem"
    trusted.write_bytes(b"".join(one.authority.read_bytes() for one in (good, ended, elsewhere)))
    return Servers(
        good,
        trusted,
        {
            "TLS 1.0": (tls.speaking(good, ssl.TLSVersion.TLSv1), "protocol version"),
            "TLS 1.1": (tls.speaking(good, ssl.TLSVersion.TLSv1_1), "protocol version"),
            "signed by itself": (tls.speaking(alone), "self-signed certificate"),
            "unknown authority": (tls.speaking(made("unknown", HOST)), "unable to get local issuer"),
            "expired": (tls.speaking(ended), "certificate has expired"),
            "another host's": (tls.speaking(elsewhere), "certificate is not valid for"),
        },
    )


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """Give settings without a store; what the gateways were set to comes back."""
    told = (payments._client, carriers._doors, texts._line, mails._settings)
    before, hosts = [list(one) for one in told], dict(http._HOSTS)
    address = "postgresql:///shop?host=/nowhere"
    yield load({"DATABASE_URL": address, "KEYRING_URL": address, "STATE_DIR": str(tmp_path)})
    for one, was in zip(told, before, strict=True):
        one[:] = was  # type: ignore[index]
    http._HOSTS.clear()
    http._HOSTS.update(hosts)


@pytest.fixture
def trusting(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the clients trust the authority of the good server, as a machine's own store of them would be."""
    monkeypatch.setenv("SSL_CERT_FILE", str(servers.trusted))
    bundle, stripe.ca_bundle_path = stripe.ca_bundle_path, str(servers.trusted)
    yield
    stripe.ca_bundle_path = bundle


def ask_stripe(at: str, settings: Settings) -> None:
    payments.configure(replace(settings, stripe_secret_key=WORD, stripe_api_base=f"https://{at}"))
    payments.look_up("cs_test_1")


def ask_carrier(at: str, settings: Settings) -> None:
    carriers.configure(replace(settings, carrier_url=f"https://{at}", carrier_key=WORD))
    carriers.status(HOLLOW.code, "3SABCD")


def text(at: str, settings: Settings) -> None:
    texts.configure(replace(settings, sms_url=f"https://{at}", sms_key=WORD))
    texts.send("+31612345678", "On its way.", "key")


def _mail(url: str, settings: Settings) -> None:
    mails.configure(replace(settings, smtp_url=url))
    mails.send(mails.Mail(f"{WORD}@shop.test", "Hello", WORD, f"<p>{WORD}</p>", "en", "test.1"))


def mail(at: str, settings: Settings) -> None:
    _mail(f"smtps://{at}", settings)


def start_mail(at: str, settings: Settings) -> None:
    _mail(f"smtp://{at}", settings)


def database(at: str, more: str) -> None:
    with db._connectable(f"postgresql://{WORD}:{WORD}@{at}/shop?{more}", db.Role.WEB).connect():
        pass


def prove_database(at: str, _settings: Settings) -> None:
    database(at, f"sslmode=verify-full&sslrootcert={os.environ['SSL_CERT_FILE']}")


def back_up(at: str, _settings: Settings) -> None:
    proof = f"sslmode=verify-full&sslrootcert={os.environ['SSL_CERT_FILE']}"
    next(programs.dump(f"postgresql://{WORD}:{WORD}@{at}/shop?{proof}", "1", []))


def ring(at: str, _settings: Settings) -> None:
    client = jobs.open_queue(f"rediss://:{WORD}@{at}/0").connection
    # Nobody has to wait here until it is tried again.
    client.set_retry(redis.retry.Retry(redis.backoff.NoBackoff(), 0))
    client.ping()


def count(at: str, _settings: Settings) -> None:
    storage_from_string(limits._storage(f"rediss://:{WORD}@{at}/0"), retry=None).incr("key", 60)


LINES: dict[str, tuple[Talk, Callable[[str, Settings], None]]] = {
    "Stripe": (tls.web, ask_stripe),
    "carrier": (tls.web, ask_carrier),
    "text service": (tls.web, text),
    "mail": (tls.mail, mail),
    "mail with STARTTLS": (tls.starting_mail, start_mail),
    "database": (tls.database, prove_database),
    "backup": (tls.database, back_up),
    "queue": (tls.queue, ring),
    "limits": (tls.queue, count),
}


def told(name: str, context: ssl.SSLContext, settings: Settings) -> tuple[Kept, str]:
    """Have one line say its words to a server; return what that heard, and the error with its causes."""
    talk, say = LINES[name]
    error: BaseException | None = None
    with tls.listening(talk, context) as kept:
        try:
            say(kept.address, settings)
        except Exception as raised:  # noqa: BLE001 - each library has errors of its own
            error = raised
    words = [] if error is not None else ["nothing was raised"]
    while error is not None:
        words.append(str(error))
        error = error.__cause__ or error.__context__
    return kept, " ".join(words)


def heard_from(kept: Kept) -> bool:
    """Say whether the words came through TLS and nowhere else; a password of mail goes in base64."""
    return WORD.encode() in kept.heard and WORD.encode() not in kept.raw


@pytest.mark.usefixtures("trusting")
def test_every_line_talks_to_a_good_server_and_to_no_bad_one(
    servers: Servers, settings: Settings, measured: Measured
) -> None:
    well, wrong = 0, []
    for name in LINES:
        for version, only in VERSIONS.items():
            kept, _error = told(name, tls.speaking(servers.good, only), settings)
            well += heard_from(kept) and kept.versions == {version}
        for flaw, (context, _why) in servers.bad.items():
            kept, error = told(name, context, settings)
            if not kept.calls or kept.heard or kept.was_told(WORD.encode()) or error.startswith("nothing"):
                wrong.append(f"{name}: {flaw}")
    tried = f"{len(LINES) * len(servers.bad)} ({len(LINES)} lines x {len(servers.bad)} flaws)"
    assert well == len(LINES) * len(VERSIONS)
    measured("B27", f"bad servers told anything: {len(wrong)} of {tried} {wrong or ''}", passed=not wrong)


@pytest.mark.usefixtures("trusting")
def test_each_bad_server_is_refused_for_what_is_bad_about_it(servers: Servers, settings: Settings) -> None:
    for context, why in servers.bad.values():
        _kept, error = told("carrier", context, settings)
        assert why in error.lower().replace("_", " ")


def test_who_looks_at_nothing_talks_to_each_bad_server(servers: Servers) -> None:
    for flaw, (context, _why) in servers.bad.items():
        with tls.listening(tls.web, context) as kept:
            asks = tls.careless(context.maximum_version if flaw.startswith("TLS") else None)
            with socket.create_connection((HOST, kept.port)) as sock, asks.wrap_socket(sock) as line:
                line.sendall(f"GET / HTTP/1.1\r\nX-Key: {WORD}\r\n\r\n".encode())
                assert line.recv(9) == b"HTTP/1.1 "
        assert heard_from(kept), flaw
        assert not flaw.startswith("TLS") or kept.versions <= {"TLSv1", "TLSv1.1"}, flaw


@pytest.mark.usefixtures("trusting")
def test_no_line_goes_on_in_the_clear_where_tls_was_cut_out(
    servers: Servers, settings: Settings, measured: Measured
) -> None:
    plain = tls.speaking(servers.good)
    # The machine itself, as if it were another: no name of it is written like this.
    with (
        tls.listening(tls.clear_mail, plain) as kept,
        pytest.raises(UnavailableError, match="offers no TLS"),
    ):
        start_mail(f"127.1:{kept.port}", settings)
    refused = [kept]
    for mode in ("require", "verify-ca", "verify-full"):
        with tls.listening(tls.clear_database, plain) as kept, pytest.raises(OperationalError):
            database(kept.address, f"sslmode={mode}&sslrootcert={servers.trusted}")
        refused.append(kept)
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        old = tls.speaking(servers.good, version)
        with tls.listening(tls.database, old) as kept, pytest.raises(OperationalError):
            database(kept.address, "sslmode=require")
        refused.append(kept)
    leaks = sum(kept.was_told(WORD.encode()) for kept in refused)
    assert all(kept.calls for kept in refused)
    measured("B27", f"told in the clear by cutting TLS out: {leaks} of {len(refused)}", passed=not leaks)


def test_what_production_refuses_would_have_been_read_on_the_way(
    servers: Servers, settings: Settings
) -> None:
    with tls.listening(tls.clear_database, tls.speaking(servers.good)) as kept, suppress(OperationalError):
        database(kept.address, "")
    assert kept.was_told(WORD.encode())
    # A mail server of this machine may be told in the clear.
    with tls.listening(tls.clear_mail, tls.speaking(servers.good)) as kept:
        start_mail(kept.address, settings)
    assert kept.was_told(WORD.encode())


CLEAR = {
    "DATABASE_URL": "postgresql://db.example/shop",
    "KEYRING_URL": "postgresql://keys.example/keyring?sslmode=prefer",
    "DATABASE_URL_WEB": "postgresql://counterfoil_web:x@db.example/shop?sslmode=disable",
    "DATABASE_URL_WORKER": "postgresql+psycopg://counterfoil_worker:x@db.example/shop?sslmode=allow",
    "DATABASE_URL_BLIND": "postgresql://counterfoil_blind:x@/shop?host=10.0.0.7",
    "DATABASE_URL_AUDIT": "postgresql://counterfoil_audit:x@localhost,db.example/shop",
    "KEYRING_URL_KEYS": "postgresql://keys.example/keyring?sslmode=require&ssl_min_protocol_version=TLSv1",
    "REDIS_URL": "redis://queue.example:6379/0",
    "STRIPE_API_BASE": "http://stripe.example",
    "SMS_URL": "http://texts.example",
    "CARRIER_URL": "http://carrier.example",
    "PUBLIC_URL": "http://shop.example",
}
PARTIES = {
    "CARRIER_KEY": "key",
    "CARRIER_WEBHOOK_SECRET": "whsec_0123456789abcdefghijklmnopqrstuv",
    "SMS_KEY": "0123456789abcdefghijklmnopqrstuv",
    "SMS_SECRET": "whsec_0123456789abcdefghijklmnopqrstuv",
}


def test_production_refuses_every_link_to_another_machine_in_the_clear(
    tmp_path: Path, measured: Measured
) -> None:
    whole = strong_settings(tmp_path)
    known = {"SMS_URL": "https://texts.example", "CARRIER_URL": "https://carrier.example", **PARTIES}
    assert load({**whole, **known}).is_production
    refused = 0
    for name, address in CLEAR.items():
        with pytest.raises(ConfigurationError) as error:
            load({**whole, **known, name: address})
        refused += f"\n  - {name} " in str(error.value)
    told = f"links in the clear that production starts with: {len(CLEAR) - refused} of {len(CLEAR)}"
    measured("B27", told, passed=refused == len(CLEAR))
