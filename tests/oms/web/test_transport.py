"""Over HTTPS only, behind proxies that say how a shopper came; and what every answer carries then."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.test import Client

from oms.app import create_desk
from oms.kernel.config import AppEnv, Settings
from oms.kernel.db import transaction
from oms.web.headers import standing_headers
from oms.web.mounting import mounted
from storefront.app import create_store
from tests import goods

TLS = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.7"}
CLEAR = {**TLS, "X-Forwarded-Proto": "http"}


@pytest.fixture
def live(settings: Settings) -> Settings:
    return replace(
        settings,
        app_env=AppEnv.PRODUCTION,
        public_url="https://shop.test",
        desk_host="desk.shop.test:8443",
        trusted_proxies=1,
    )


@pytest.fixture
def house(shop: None, live: Settings) -> Client:
    """Return what the server runs, store and desk on hosts of their own."""
    with transaction() as session:
        goods.stock_shelves(session)
    return Client(mounted(create_store(live), create_desk(live), live.desk_host))


@pytest.mark.parametrize(
    ("host", "path", "target"),
    [
        ("shop.test", "/products/x?color=gr%C3%BCn", "https://shop.test/products/x?color=gr%C3%BCn"),
        ("shop.test:80", "/eu-zh/search?q=1", "https://shop.test/eu-zh/search?q=1"),
        ("desk.shop.test:8443", "/oms/orders", "https://desk.shop.test:8443/oms/orders"),
    ],
)
def test_who_comes_in_the_clear_is_led_to_https(house: Client, host: str, path: str, target: str) -> None:
    answer = house.get(path, headers={**CLEAR, "Host": host})
    assert answer.status_code == 308
    assert answer.headers["Location"] == target
    assert "Set-Cookie" not in answer.headers


def test_what_is_sent_in_the_clear_is_refused_and_nothing_is_kept(house: Client) -> None:
    form = {"sku": "CEDAR-PENCIL", "quantity": "1"}
    headers = {**CLEAR, "Host": "shop.test", "Sec-Fetch-Site": "same-origin"}
    answer = house.post("/cart/lines", data=form, headers=headers)
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("hops", "said", "status"),
    [(0, "http", 200), (1, None, 200), (2, "https", 200), (1, "http, https", 200), (2, "http, https", 308)],
)
def test_only_what_a_declared_proxy_says_leads_anybody_away(
    shop: None, live: Settings, hops: int, said: str | None, status: int
) -> None:
    client = create_store(replace(live, trusted_proxies=hops)).test_client()
    headers = {"Host": "shop.test", **({"X-Forwarded-Proto": said} if said else {})}
    assert client.get("/healthz", headers=headers).status_code == status


def test_every_answer_carries_the_standing_headers_whoever_gives_it(house: Client, live: Settings) -> None:
    standing = dict(standing_headers(live))
    assert standing["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    page = house.get("/", headers={**TLS, "Host": "shop.test"})
    asked: list[tuple[str, dict[str, str], int]] = [
        ("/", {}, 200),
        ("/", {"If-None-Match": page.headers["ETag"]}, 304),
        ("/eu-en/", {}, 308),
        ("/static/none.css", {}, 404),
        ("/nowhere", {}, 404),
        ("/oms/orders", {}, 404),
        ("/", CLEAR, 308),
        ("/oms", {"Host": live.desk_host}, 308),
        ("/", {"Host": live.desk_host}, 308),
        ("/cart", {"Host": live.desk_host}, 404),
        ("/oms/orders", {"Host": live.desk_host}, 303),
        ("/", {"Host": "evil.test"}, 400),
    ]
    for path, more, status in asked:
        answer = house.get(path, headers={"Host": "shop.test", **TLS, **more})
        assert answer.status_code == status, path
        assert {name: answer.headers.get(name) for name in standing} == standing, path


def test_over_https_a_form_needs_no_referer(shop: None, live: Settings) -> None:
    app: Flask = create_store(live)
    client = app.test_client()
    there = {**TLS, "Host": "shop.test"}
    where = "https://shop.test"
    page = client.get("/account/sign-in", headers=there, base_url=where)
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page.text)[0]
    form = {"email": "ada@counterfoil.shop", "csrf_token": token}
    answer = client.post("/account/sign-in", data=form, headers=there, base_url=where)
    assert answer.status_code == 303
    assert "/account/code" in answer.headers["Location"]
    forged = client.post("/account/sign-in", data={**form, "csrf_token": "x"}, headers=there, base_url=where)
    assert forged.status_code == 400
