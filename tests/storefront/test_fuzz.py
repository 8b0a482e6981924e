"""Whatever is posted to the shop's doors: never a 500, never a half-written order."""

import hashlib
import hmac
import json
import os
import time
from dataclasses import replace
from pathlib import Path
from secrets import randbelow
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, example, given
from hypothesis import settings as how
from hypothesis import strategies as st
from sqlalchemy import text
from werkzeug.test import TestResponse

from oms.kernel.config import Settings
from oms.kernel.db import Role, reading, transaction
from oms.shipping import gateway as carriers
from tests import make
from tests.fakes import CARRIER_SECRET, STRIPE_SECRET, Party
from tests.make import Shop
from tests.pages import form_with
from tests.running import ADA

# The examples are the same in each run: a finding is for whoever changed something, not for the next.
# FUZZ_EXAMPLES=500 looks harder.
EACH = how(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "12")),
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# Numbers, signs and letters at the borders of what databases, parsers and templates take.
HOSTILE = (
    "",
    "\x00",
    "a\x00b",
    "\ufffe\uffff",
    "\u202e\u200f",
    "İıßŉ",
    "👩‍👩‍👧‍👦" * 40,
    "\U0010ffff",
    "e\u0301" * 200,
    "a" * 5000,
    "9" * 400,
    "-1",
    "1e309",
    "NaN",
    "٣",
    "²",
    "٠٩٨٧٦٥٤٣٢١",
    "0x7f",
    "true",
    "null",
    "{{7*7}}",
    "%s%n%(x)s",
    "../../etc/passwd",
    "//evil.example/",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "a@b@c",
    '"a b"@shop.test',
    "x@[127.0.0.1]",
    f"{'x' * 300}@shop.test",
    "ada@xn--.test",
    "ada@shop.test\r\nBcc: eve@shop.test",
    "7KQ2-M4XD-9B",
)
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60), st.binary(max_size=60))
TYPES = st.sampled_from(
    (
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=utf-16",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "multipart/form-data; boundary=" + "x" * 300,
        "application/json",
        "text/plain",
        "\x7f",
        "",
    )
)
JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=8),
        st.sampled_from(["\x00", "\ud800", "eur", "xxx", 10**30, -(10**30), "1e999"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
DOORS = {
    "/account/sign-in": ("email",),
    "/account/password-sign-in": ("email", "password"),
    "/account/prove": ("email",),
    "/account/code": ("code",),
    "/account/code/again": ("code",),
    "/orders": ("number", "email"),
    "/cart/lines": ("sku", "quantity"),
    "/cart/lines/RETRO-CLOCK": ("quantity", "remove"),
    "/cart/estimate": ("country", "postcode"),
    "/checkout": tuple(ADA),
}
# Names that no checkout has: what sends one is refused as a whole.
NOT_ASKED = ("district", "another")
ADDRESSES = ("/orders/", "/cart/lines/", "/account/sign-in?next=", "/account/prove?next=", "/orders?number=")
# Of the long list each so-maniest string is sent: it is one string for each of some 20 ideas.
SKIPPED = 23
WHOLE = """
    SELECT count(*) FROM orders o WHERE state <> 'lapsed' AND (
        NOT EXISTS (SELECT 1 FROM order_lines WHERE order_id = o.id)
        OR NOT EXISTS (SELECT 1 FROM payments p WHERE p.order_id = o.id AND p.amount = o.total)
        OR NOT EXISTS (SELECT 1 FROM order_events WHERE order_id = o.id)
        OR NOT EXISTS (SELECT 1 FROM reservations WHERE order_id = o.id)
        OR NOT EXISTS (SELECT 1 FROM personal.sealed s WHERE s.unit = 'order:' || o.number))
"""


@pytest.fixture
def small(shop: None) -> Shop:
    with transaction() as session:
        return make.small_shop(session, clocks=500)


@pytest.fixture
def open_shop(small: Shop, store: FlaskClient, stripe: Party) -> FlaskClient:
    """Give a browser with a clock in its cart, and a code on its way."""
    post(store, "/cart/lines", {"sku": "RETRO-CLOCK", "quantity": "1"})
    store.environ_base["HTTP_X_CSRFTOKEN"] = token(store)
    assert post(store, "/account/sign-in", {"email": "ada@shop.test"}).status_code == 303
    return store


def post(store: FlaskClient, path: str, data: object, **more: Any) -> TestResponse:  # noqa: ANN401 - of the client
    """Post as a browser on our own page, each time from another address, as limits count by address."""
    headers = {"Sec-Fetch-Site": "same-origin"}
    return store.post(path, data=data, headers=headers, environ_overrides=somewhere(), **more)


def token(store: FlaskClient) -> str:
    page = store.get("/account/sign-in", environ_overrides=somewhere())
    return str(form_with(page, "csrf_token")["fields"]["csrf_token"])


def somewhere() -> dict[str, str]:
    return {"REMOTE_ADDR": f"10.{randbelow(256)}.{randbelow(256)}.{randbelow(256)}"}


def is_sound() -> bool:
    with reading(Role.MIGRATE) as session:
        return session.scalar(text(WHOLE)) == 0


@EACH
@given(
    door=st.sampled_from([door for door in DOORS if door != "/checkout"]),
    values=st.lists(TEXTS, min_size=2, max_size=2),
    other=TEXTS,
    pick=st.integers(0, 2**30),
)
def test_a_form_with_anything_in_it_is_answered(
    open_shop: FlaskClient, door: str, values: list[str | bytes], other: str | bytes, pick: int
) -> None:
    fields: dict[str, object] = dict(zip(DOORS[door], values, strict=False))
    if pick % 5 == 0:
        fields["another"] = other
    answer = post(open_shop, door, fields)
    assert answer.status_code < 500, (door, fields)


@EACH
@given(body=st.binary(max_size=200), kind=TYPES, pick=st.integers(0, 2**30))
def test_bytes_that_are_no_form_are_answered(
    open_shop: FlaskClient, body: bytes, kind: str, pick: int
) -> None:
    door = list(DOORS)[pick % len(DOORS)]
    assert post(open_shop, door, body, content_type=kind).status_code < 500
    assert is_sound()


@EACH
@given(
    value=TEXTS,
    name=st.sampled_from([*ADA, "placement_key", "shown", "asked", "region", "phone", *NOT_ASKED]),
)
@example(value="1", name="another")
def test_a_checkout_with_anything_in_it_is_one_whole_order_or_none(
    open_shop: FlaskClient, value: str | bytes, name: str
) -> None:
    page = open_shop.get("/checkout", environ_overrides=somewhere())
    hidden = form_with(page, "placement_key")["fields"]
    answer = post(open_shop, "/checkout", {**hidden, **ADA, name: value})
    expected = {400} if name in NOT_ASKED else {200, 303, 409, 422}
    assert answer.status_code in expected, (name, value)
    assert is_sound()


@EACH
@given(
    path=TEXTS,
    door=st.sampled_from(ADDRESSES),
)
def test_an_address_with_anything_in_it_is_answered(
    open_shop: FlaskClient, path: str | bytes, door: str
) -> None:
    said = path.decode("latin-1") if isinstance(path, bytes) else path
    said = said.encode("utf-8", "replace").decode().replace("\n", "").replace("\r", "")
    assert open_shop.get(door + said, environ_overrides=somewhere()).status_code < 500
    assert post(open_shop, door + said, {"quantity": "1"}).status_code < 500


def ring(store: FlaskClient, door: str, body: bytes, headers: dict[str, str]) -> TestResponse:
    return store.post(f"/webhooks/{door}", data=body, headers=headers, environ_overrides=somewhere())


def signed(secret: str, body: bytes) -> str:
    moment = int(time.time())
    mark = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={mark}"


EVENT = {
    "id": "evt_1",
    "object": "event",
    "type": "checkout.session.completed",
    "created": 1_800_000_000,
    "data": {"object": {"id": "cs_1", "object": "checkout.session", "amount_total": 1, "currency": "eur"}},
}
PARCEL = {
    "id": "evt_1",
    "type": "parcel.delivered",
    "data": {"tracking_number": "HP1", "reference": "1", "status": "delivered", "at": 1_800_000_000},
}


def bent(event: dict[str, Any], path: list[str], value: object) -> dict[str, Any]:
    """Return an event with one value replaced, at any depth."""
    if not path:
        return event
    if len(path) == 1:
        return {**event, path[0]: value}
    inner = event.get(path[0])
    return {**event, path[0]: bent(inner, path[1:], value) if isinstance(inner, dict) else value}


PATHS = st.sampled_from(
    (
        "id",
        "type",
        "created",
        "data",
        "data.object",
        *(f"data.object.{name}" for name in ("id", "object", "amount_total", "currency", "status")),
        *(f"data.{name}" for name in ("tracking_number", "reference", "status", "at")),
    )
)


@EACH
@given(
    body=st.one_of(st.binary(max_size=80), JSON),
    stamp=TEXTS,
    door=st.sampled_from(["stripe", "carriers/hollow-post", "carriers/nobody"]),
)
def test_a_door_bell_takes_nothing_that_is_not_signed(
    open_shop: FlaskClient, door: str, body: object, stamp: str | bytes
) -> None:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    said = (stamp if isinstance(stamp, str) else stamp.decode("latin-1")).encode("latin-1", "ignore")
    header = said.decode("latin-1").replace("\n", "").replace("\r", "").replace("\x00", "")
    for mark in (header, f"t={header},v1={header}", f"t={int(time.time())},v1={header}"):
        names = {"Stripe-Signature": mark, "Carrier-Signature": mark}
        assert ring(open_shop, door, raw, names).status_code in {400, 404}
    with reading(Role.MIGRATE) as session:
        assert session.scalar(text("SELECT count(*) FROM webhook_events")) == 0


@EACH
@given(value=JSON, path=PATHS, door=st.sampled_from(["stripe", "carriers/hollow-post"]))
@example(value=10**30, path="created", door="stripe")
@example(value="\ud800", path="id", door="stripe")
@example(value=1e999, path="data.object.amount_total", door="stripe")
@example(value=10**30, path="data.object.amount_total", door="stripe")
@example(value="\x00", path="type", door="stripe")
@example(value=10**30, path="data.at", door="carriers/hollow-post")
@example(value="\ud800", path="data.tracking_number", door="carriers/hollow-post")
def test_a_signed_event_with_anything_in_it_is_kept_or_refused(
    open_shop: FlaskClient, settings: Settings, door: str, value: object, path: str
) -> None:
    known = {
        "carrier_key": "k",
        "carrier_webhook_secret": CARRIER_SECRET,
        "carrier_url": "http://127.0.0.1:9",
    }
    carriers.configure(replace(settings, **known))
    is_stripe = door == "stripe"
    body = json.dumps(bent(EVENT if is_stripe else PARCEL, path.split("."), value)).encode()
    mark = signed(STRIPE_SECRET if is_stripe else CARRIER_SECRET, body)
    names = {"Stripe-Signature": mark, "Carrier-Signature": mark}
    assert ring(open_shop, door, body, names).status_code in {204, 400, 422}


def test_the_big_list_of_naughty_strings_passes_every_door(open_shop: FlaskClient, data_dir: Path) -> None:
    listed = json.loads((data_dir / "6-attack" / "blns" / "blns.json").read_text("utf-8"))
    found = [(word, list(DOORS)[place % len(DOORS)]) for place, word in enumerate(listed[::SKIPPED])]
    for word, door in found:
        answer = post(open_shop, door, dict.fromkeys(DOORS[door], word))
        assert answer.status_code < 500, (door, word)
    assert is_sound()
