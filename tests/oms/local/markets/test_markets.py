"""The marketplaces' stand-in refuses what the real ones refuse, so that a connector cannot pass with less."""

import time
from collections.abc import Callable
from typing import Any

import pytest
import requests

from oms.channels.connectors.tiktok import signature
from tests.fakes import MARKET_ACCOUNTS, Party
from tests.markets import Deal, put, ref_of

AMAZON, SHOPIFY, TIKTOK = MARKET_ACCOUNTS("").values()


def amazon(party: Party, method: str, path: str, token: str, **more: Any) -> requests.Response:  # noqa: ANN401
    headers = {"x-amz-access-token": token}
    return requests.request(method, f"{party.address}/amazon{path}", headers=headers, timeout=10, **more)


def login(party: Party, **changed: str) -> requests.Response:
    names = ("client_id", "client_secret", "refresh_token")
    form = {"grant_type": "refresh_token", **{name: AMAZON[name] for name in names}, **changed}
    return requests.post(f"{party.address}/amazon/auth/o2/token", data=form, timeout=10)


def restricted(party: Party, token: str, path: str) -> requests.Response:
    sent = {"restrictedResources": [{"method": "GET", "path": path}]}
    return amazon(party, "POST", "/tokens/2021-03-01/restrictedDataToken", token, json=sent)


@pytest.fixture
def token(markets: Party) -> str:
    return str(login(markets).json()["access_token"])


def test_an_address_of_amazon_opens_by_a_token_for_exactly_it(markets: Party, token: str) -> None:
    one, two = (put(markets, "amazon", Deal(number)) for number in (1, 2))
    path = f"/orders/v0/orders/{one}/address"
    rdt = restricted(markets, token, path).json()["restrictedDataToken"]

    assert (
        amazon(markets, "GET", path, rdt).json()["payload"]["ShippingAddress"]["Name"] == "Marta Quillmeier"
    )
    assert amazon(markets, "GET", f"/orders/v0/orders/{two}/address", rdt).status_code == 403
    assert amazon(markets, "GET", path, token).status_code == 403
    assert amazon(markets, "GET", f"/orders/v0/orders/{one}", rdt).status_code == 403


def test_without_it_amazon_tells_a_town_and_a_relay(markets: Party, token: str) -> None:
    ref = put(markets, "amazon", Deal(1))
    told = amazon(markets, "GET", f"/orders/v0/orders/{ref}", token).json()["payload"]
    assert set(told["ShippingAddress"]) == {"City", "StateOrRegion", "PostalCode", "CountryCode"}
    assert set(told["BuyerInfo"]) == {"BuyerEmail"}
    assert "OrderItems" not in told


def test_a_pass_of_amazon_ends_after_an_hour(markets: Party, token: str) -> None:
    ref = put(markets, "amazon", Deal(1))
    markets.post("faults", kind="clock_jump", seconds=3601)
    assert amazon(markets, "GET", f"/orders/v0/orders/{ref}", token).status_code == 403


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"client_secret": "x"}, 401, "invalid_client"),
        ({"refresh_token": "x"}, 400, "invalid_grant"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_amazon_lets_nobody_else_in(markets: Party, changed: dict[str, str], status: int, code: str) -> None:
    answer = login(markets, **changed)
    assert (answer.status_code, answer.json()["error"]) == (status, code)


def test_amazon_refuses_what_it_does_not_know(markets: Party, token: str) -> None:
    ref = put(markets, "amazon", Deal(1))
    path = f"/listings/2021-08-01/items/{AMAZON['seller']}/PEN"
    query = {"marketplaceIds": AMAZON["marketplace"]}
    patch = {"op": "replace", "path": "/attributes/fulfillment_availability", "value": [{"price": 1}]}
    tries: list[Callable[[], requests.Response]] = [
        lambda: amazon(markets, "GET", f"/orders/v0/orders/{ref}?BuyerEmail=q", token),
        lambda: amazon(markets, "GET", "/orders/v0/orders?MarketplaceIds=A", token),
        lambda: amazon(
            markets, "PATCH", path, token, params=query, json={"productType": "P", "patches": [patch]}
        ),
        lambda: amazon(markets, "PATCH", path, token, params=query, json={"patches": []}),
        lambda: amazon(
            markets, "POST", f"/orders/v0/orders/{ref}/shipmentConfirmation", token, json={"buyer": "Marta"}
        ),
    ]
    assert [tried().status_code for tried in tries] == [400] * len(tries)
    assert markets.get("ledger")["stock"] == []


def shop(party: Party, path: str, token: str = SHOPIFY["token"], sent: object = None) -> requests.Response:
    url = f"{party.address}/shopify/admin/api/2025-01{path}"
    method, headers = "GET" if sent is None else "POST", {"X-Shopify-Access-Token": token}
    return requests.request(method, url, headers=headers, json=sent, timeout=10)


def test_shopify_cuts_an_order_to_the_fields_that_are_asked(markets: Party) -> None:
    ref = put(markets, "shopify", Deal(1))
    told = shop(markets, f"/orders/{ref}.json?fields=id,currency").json()["order"]
    assert told == {"id": int(ref), "currency": "EUR"}
    whole = shop(markets, f"/orders/{ref}.json").json()["order"]
    assert whole["customer"]["email"] == "marta.q7@buyers.example"


def test_shopify_refuses_strangers_and_strange_fields(markets: Party) -> None:
    ref = put(markets, "shopify", Deal(1))
    level = {"location_id": SHOPIFY["location"], "inventory_item_id": 1, "available": 2, "name": "Marta"}
    assert shop(markets, f"/orders/{ref}.json", "shpat_other").status_code == 401
    assert shop(markets, f"/orders/{ref}.json?expand=all").status_code == 400
    assert shop(markets, "/orders.json?page_info=x.y&status=any").status_code == 400
    assert shop(markets, "/inventory_levels/set.json", sent=level).status_code == 400
    assert markets.get("ledger")["stock"] == []


def tiktok(party: Party, path: str, **changed: str) -> requests.Response:
    asked = {
        "app_key": TIKTOK["app_key"],
        "shop_cipher": TIKTOK["shop_cipher"],
        "timestamp": str(int(time.time())),
        "ids": ref_of("tiktok", 1),
    }
    asked |= {name: value for name, value in changed.items() if name in asked}
    asked["sign"] = changed.get("sign") or signature(TIKTOK["app_secret"], path, asked, b"")
    headers = {"x-tts-access-token": changed.get("token", "")}
    return requests.get(f"{party.address}/tiktok{path}", params=asked, headers=headers, timeout=10)


@pytest.fixture
def pass_there(markets: Party) -> str:
    names = ("app_key", "app_secret", "refresh_token")
    asked = {"grant_type": "refresh_token", **{name: TIKTOK[name] for name in names}}
    answer = requests.get(f"{markets.address}/tiktok/api/v2/token/refresh", params=asked, timeout=10)
    return str(answer.json()["data"]["access_token"])


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, 0),
        ({"sign": "00" * 32}, 106_001),
        ({"timestamp": "1600000000"}, 106_001),
        ({"app_key": "another"}, 106_001),
        ({"token": "another"}, 105_002),
        ({"shop_cipher": "another"}, 105_002),
    ],
)
def test_tiktok_answers_what_is_signed_and_allowed(
    markets: Party, pass_there: str, changed: dict[str, str], code: int
) -> None:
    put(markets, "tiktok", Deal(1))
    answer = tiktok(markets, "/order/202309/orders", **{"token": pass_there, **changed})
    assert answer.json()["code"] == code
    assert bool((answer.json()["data"] or {}).get("orders")) == (code == 0)


def test_what_the_marketplaces_know_survives_their_end(markets: Party) -> None:
    ref = put(markets, "shopify", Deal(1))
    markets.kill()
    markets.start()
    assert shop(markets, f"/orders/{ref}.json?fields=id").json() == {"order": {"id": int(ref)}}


def test_people_are_forgotten_after_a_while(markets: Party) -> None:
    put(markets, "shopify", Deal(1))
    markets.post("faults", kind="clock_jump", seconds=100)
    markets.post("sweep", older_than=50)
    folder = markets.folder
    kept = b"".join(path.read_bytes() for path in folder.glob("ledger.sqlite*"))
    assert b"Quillmeier" not in kept
