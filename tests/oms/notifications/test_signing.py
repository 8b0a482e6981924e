"""Mails are signed as they leave, both headers of stopping among what is signed (B24; RFC 6376, RFC 8058)."""

import base64
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from oms.kernel import jobs
from oms.kernel.config import Dkim, Settings, load
from oms.kernel.db import transaction
from oms.kernel.errors import ConfigurationError
from oms.notifications import gateway, handlers, signing
from oms.notifications.gateway import Mail
from tests import make
from tests.fakes import Party
from tests.forgetting import delivered

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
STOPPING = ("list-unsubscribe", "list-unsubscribe-post")
Dns = Callable[..., bytes]


def published(name: bytes, **_more: object) -> bytes:
    """The record that the domain's name server would give."""
    assert name == b"mail._domainkey.shop.example."
    public = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


@pytest.fixture
def signing_shop(sink: Path, mail_process: Party, settings: Settings) -> Path:
    how = Dkim("shop.example", "mail", PEM)
    handlers.configure(replace(settings, smtp_url=mail_process.address, dkim=how))
    return sink


def taken(sink: Path) -> dict[str, bytes]:
    """The mails that the server took, to the byte, by their subjects."""
    found = [path.read_bytes() for path in sink.glob("*.eml")]
    return {re.search(rb"^Subject: (.*?)\r?$", raw, re.MULTILINE)[1].decode(): raw for raw in found}  # type: ignore[index]


def without_added(raw: bytes) -> bytes:
    """A mail as it was sent: what the sink puts in front is its own."""
    return raw[raw.index(b"DKIM-Signature:") :]


def faults(raw: bytes) -> list[str]:
    """What is wrong with the signature of a mail that can be stopped."""
    told = re.search(rb"[; ]h=([^;]*);", raw.partition(b"\r\nFrom:")[0])
    names = re.sub(rb"\s", b"", told[1]).decode().split(":") if told else []
    lacking = [f"{name} is not signed" for name in STOPPING if name not in names]
    flat = raw.lower().decode()
    values = {"list-unsubscribe": "<http", "list-unsubscribe-post": "list-unsubscribe=one-click"}
    lacking += [f"{name} is missing" for name in STOPPING if f"\n{name}: {values[name]}" not in flat]
    return lacking if dkim.verify(raw, dnsfunc=published) else [*lacking, "it does not verify"]


def stoppable(to: str = "ada@shop.test") -> Mail:
    stop = f"https://shop.example/unsubscribe/{'x' * 120}"
    return Mail(to, "Größe", "Guten Tag, Änne.", "<p>Änne</p>", "de", "t.1", stop)


def test_the_mail_that_can_be_stopped_is_signed_as_the_server_took_it(shop: None, signing_shop: Path) -> None:
    with transaction() as session:
        small = make.small_shop(session)
    delivered({small.clock: 1})
    jobs.drain()
    mails = taken(signing_shop)
    [raw] = (raw for subject, raw in mails.items() if "has arrived" in subject)
    assert faults(without_added(raw)) == []


@pytest.mark.parametrize("header", STOPPING)
def test_a_header_that_is_taken_out_is_noticed(signing_shop: Path, header: str) -> None:
    gateway.send(stoppable())
    [raw] = (without_added(one) for one in taken(signing_shop).values())
    assert faults(raw) == []
    lines = re.sub(rf"\r\n{header}:[^\r]*(\r\n[ \t][^\r]*)*".encode(), b"", raw, flags=re.IGNORECASE)
    assert faults(lines) == [f"{header} is missing", "it does not verify"]


def test_a_signature_that_leaves_them_out_is_noticed(signing_shop: Path, settings: Settings) -> None:
    gateway.send(stoppable())
    [raw] = (without_added(one) for one in taken(signing_shop).values())
    bare = raw[raw.index(b"\r\nFrom:") + 2 :]
    short = [name.encode() for name in signing.SIGNED if name not in STOPPING]
    header = dkim.sign(bare, b"mail", b"shop.example", PEM, include_headers=short)
    assert faults(header + bare) == [f"{name} is not signed" for name in STOPPING]


def test_nobody_can_put_a_stop_into_a_mail_that_has_none(signing_shop: Path) -> None:
    gateway.send(replace(stoppable(), stop_url=""))
    [raw] = (without_added(one) for one in taken(signing_shop).values())
    assert dkim.verify(raw, dnsfunc=published)
    added = raw.replace(b"\r\nFrom:", b"\r\nList-Unsubscribe: <https://other.example/>\r\nFrom:", 1)
    assert not dkim.verify(added, dnsfunc=published)


def test_an_address_beyond_ascii_is_signed_too(signing_shop: Path) -> None:
    gateway.send(stoppable("änne@shop.test"))
    [raw] = (without_added(one) for one in taken(signing_shop).values())
    assert faults(raw) == []


def test_without_a_key_nothing_is_signed(sink: Path) -> None:
    gateway.send(stoppable())
    [raw] = taken(sink).values()
    assert b"DKIM-Signature" not in raw


def read_settings(tmp_path: Path, **more: str) -> Settings:
    urls = {"DATABASE_URL": "postgresql://a/x", "KEYRING_URL": "postgresql://b/x"}
    return load({**urls, "STATE_DIR": str(tmp_path), **more})


def test_the_key_is_given_as_a_value_or_in_a_file(tmp_path: Path) -> None:
    names = {"DKIM_DOMAIN": "Shop.example", "DKIM_SELECTOR": "mail"}
    (tmp_path / "key.pem").write_bytes(PEM)
    flat = PEM.decode().replace("\n", "\\n")
    for given in ({"DKIM_KEY": flat}, {"DKIM_KEY_FILE": str(tmp_path / "key.pem")}):
        assert read_settings(tmp_path, **names, **given).dkim == Dkim("shop.example", "mail", PEM.strip())
    assert read_settings(tmp_path).dkim is None


def test_half_a_set_up_and_a_weak_key_are_refused(tmp_path: Path) -> None:
    other = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    full = {"DKIM_DOMAIN": "shop.example", "DKIM_SELECTOR": "mail", "DKIM_KEY": PEM.decode()}
    for wrong in (
        {**full, "DKIM_KEY": ""},
        {**full, "DKIM_SELECTOR": ""},
        {**full, "DKIM_DOMAIN": ""},
        {**full, "DKIM_KEY": "no key"},
        {**full, "DKIM_KEY": other.decode()},
    ):
        with pytest.raises(ConfigurationError, match="DKIM_"):
            read_settings(tmp_path, **wrong)
