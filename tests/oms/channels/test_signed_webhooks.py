"""Webhooks of Shopify and TikTok Shop: believed when they are signed, about which orders they are."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from oms.channels.connectors import amazon, shopify, tiktok
from oms.channels.connectors.wire import Rung
from tests.fakes import MARKET_ACCOUNTS, Listener, Party
from tests.markets import Deal, put, ref_of

ACCOUNTS = MARKET_ACCOUNTS("http://127.0.0.1:9")
SHOP = shopify.connect(ACCOUNTS["shopify-own"])
# What Shopify's webhooks about people say of the shop, beside whom they are about.
OURS = {"shop_id": 954889, "shop_domain": "127.0.0.1"}
TIKTOK = tiktok.connect(ACCOUNTS["tiktok-uk"])


def by_shopify(body: bytes, topic: str = "orders/updated") -> dict[str, str]:
    mark = hmac.new(b"shopify-webhook-secret", body, hashlib.sha256).digest()
    return {
        "x-shopify-hmac-sha256": base64.b64encode(mark).decode(),
        "x-shopify-topic": topic,
        "x-shopify-webhook-id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        "x-shopify-triggered-at": "2026-11-20T09:30:00.123456789Z",
    }


def test_the_recorded_webhook_of_tiktok_bears_the_recorded_signature(data_dir: Path) -> None:
    folder = data_dir / "4-payloads/tiktok-shop/captures-transcribed"
    vector = json.loads((folder / "webhook_signature_vector.json").read_text("utf-8"))
    keys = {"app_key": vector["app_key"], "app_secret": vector["app_secret"]}
    body = vector["raw_body"].encode()

    rung = tiktok.connect({**ACCOUNTS["tiktok-uk"], **keys}).rung(
        body, {"authorization": vector["authorization"]}
    )

    assert rung == Rung(
        event_id=hashlib.sha256(body).hexdigest()[:32],
        type="1",
        refs=("576684019603311365",),
        at=datetime.fromtimestamp(1664095733, UTC),
    )
    assert json.loads(body) == json.loads((folder / "webhook_order_status.json").read_text("utf-8"))


@pytest.mark.parametrize(
    "mark", ["", "00", "2110", "ü", "21109834de72ec53c9959716d8514ae388ce1f123e5ffdcafc"]
)
def test_a_webhook_of_tiktok_with_another_signature_is_none(mark: str) -> None:
    with pytest.raises(ValueError, match="signed"):
        TIKTOK.rung(b'{"type":1,"timestamp":1,"data":{"order_id":"5"}}', {"authorization": mark})


def test_a_webhook_of_shopify_says_which_order_changed() -> None:
    body = b'{"id":820982911946154508,"email":"jon@example.com","line_items":[]}'
    assert SHOP.rung(body, by_shopify(body)) == Rung(
        event_id="b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        type="orders/updated",
        refs=("820982911946154508",),
        at=datetime(2026, 11, 20, 9, 30, 0, 123456, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("topic", "said", "refs"),
    [
        ("orders/cancelled", {"id": 5}, ("5",)),
        ("refunds/create", {"id": 9, "order_id": 5}, ("5",)),
        ("fulfillments/create", {"id": 9, "order_id": 5}, ("5",)),
        ("customers/redact", OURS | {"customer": {"email": "q7"}, "orders_to_redact": [5, 6]}, ("5", "6")),
        ("customers/data_request", OURS | {"customer": {"email": "q7"}, "orders_requested": [7]}, ("7",)),
        ("customers/redact", OURS | {"customer": {"email": "q7"}, "orders_to_redact": []}, ()),
        ("shop/redact", OURS, ()),
        ("products/update", {"id": 8}, ()),
    ],
)
def test_the_orders_that_a_webhook_of_shopify_is_about(
    topic: str, said: dict[str, Any], refs: tuple[str, ...]
) -> None:
    body = json.dumps(said).encode()
    assert SHOP.rung(body, by_shopify(body, topic)).refs == refs


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        ("shop/redact", {"id": 5}),
        ("shop/redact", {}),
        ("shop/redact", OURS | {"shop_domain": "other.myshopify.com"}),
        ("shop/redact", OURS | {"customer": {"id": 1}, "orders_to_redact": [5]}),
        ("customers/redact", OURS | {"shop_domain": "other.myshopify.com", "customer": {}}),
        ("customers/redact", OURS | {"orders_to_redact": [5]}),
        ("customers/redact", {"customer": {"id": 1}, "orders_to_redact": [5]}),
        ("erase-all", {"id": 5}),
        ("erase-all", OURS),
        ("erase", OURS | {"customer": {"id": 1}, "orders_to_redact": [5]}),
        ("tell", {"id": 5}),
    ],
)
def test_nobody_is_erased_for_a_signed_webhook_of_another_topic_or_shop(
    topic: str, said: dict[str, Any]
) -> None:
    body = json.dumps(said).encode()
    with pytest.raises(ValueError, match="no webhook"):
        SHOP.rung(body, by_shopify(body, topic))


def test_the_domain_of_a_shop_is_the_same_in_capitals() -> None:
    shop = shopify.connect(ACCOUNTS["shopify-own"] | {"url": "https://Ours.MyShopify.com:443/"})
    body = json.dumps(OURS | {"shop_domain": "ours.myshopify.com"}).encode()
    assert shop.rung(body, by_shopify(body, "shop/redact")).type == "erase-all"


@pytest.mark.parametrize(
    "changed", ["body", "mark", "no mark", "no JSON", "no object", "a person as reference"]
)
def test_what_shopify_did_not_sign_or_say_is_no_webhook(changed: str) -> None:
    body = b'{"id":5}'
    headers = by_shopify(body)
    if changed == "body":
        body = b'{"id":6}'
    elif changed == "mark":
        headers["x-shopify-hmac-sha256"] = base64.b64encode(bytes(32)).decode()
    elif changed == "no mark":
        del headers["x-shopify-hmac-sha256"]
    else:
        told = {"no JSON": b"{", "no object": b"[5]", "a person as reference": b'{"id":"jon@example.com"}'}
        body = told[changed]
        headers = by_shopify(body)
    with pytest.raises(ValueError, match=r"signed|webhook"):
        SHOP.rung(body, headers)


def test_amazon_sends_none() -> None:
    with pytest.raises(ValueError, match="no webhooks"):
        amazon.connect(ACCOUNTS["amazon-eu"]).rung(b"{}", {})


@pytest.mark.parametrize(("market", "there"), [("shopify", SHOP), ("tiktok", TIKTOK)])
def test_the_stand_in_signs_as_they_do(markets: Party, market: str, there: Any) -> None:  # noqa: ANN401
    ref = put(markets, market, Deal(1))
    with Listener() as heard:
        rung = markets.post(f"markets/{market}/ring", ref=ref, url=heard.url)
        (note,) = heard.wait_for(1)
    assert rung["status"] == 200
    headers = {name.lower(): value for name, value in note.headers.items()}
    assert there.rung(note.body, headers).refs == (ref_of(market, 1),)
