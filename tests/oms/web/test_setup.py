"""What both applications share: assets, health, limits, mounting, money and dates, production's cookies."""

import gzip
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.test import Client, TestResponse

from oms.app import create_desk
from oms.kernel import clock, db, outbox
from oms.kernel.config import AppEnv, Settings
from oms.kernel.db import transaction
from oms.kernel.money import Money
from oms.web import filters, limits
from oms.web.assets import Assets
from oms.web.limits import visitor
from oms.web.markets import KEY, place_of
from oms.web.mounting import mounted
from oms.web.security import same_origin
from storefront.app import create_store
from tests import goods


def _static(folder: Path) -> Path:
    for name, text in {
        "css/tokens.css": "@layer a;",
        "css/components/card.css": ".card{}",
        "css/store/home.css": ".home{}",
        "css/desk/shell.css": ".shell{}",
        "css/print.css": "@media print{}",
        "js/once.js": "const a = 1;",
        "js/store/cart.js": "const a = 2;",
        "img/mark.svg": "<svg/>" * 50,
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_sheets_and_scripts_are_joined_in_order_and_named_by_their_content(tmp_path: Path) -> None:
    assets = Assets(_static(tmp_path), "/oms")
    assert assets.by_name["store.css"].body == b"@layer a;\n.card{}\n.home{}\n@media print{}\n"
    assert assets.by_name["desk.css"].body == b"@layer a;\n.card{}\n.shell{}\n@media print{}\n"
    assert assets.by_name["store.js"].body == b"{\nconst a = 1;\n}\n{\nconst a = 2;\n}"
    address = assets.url("store.css")
    assert address.startswith("/oms/static/store.")
    assert gzip.decompress(assets.by_name["img/mark.svg"].gzipped) == assets.by_name["img/mark.svg"].body
    (tmp_path / "css/store/home.css").write_text(".home{color:red}")
    assert Assets(tmp_path, "/oms").url("store.css") != address


@pytest.mark.parametrize(
    ("name", "text"), [("css/base.css", "@import 'x';"), ("js/x.js", "import './y.js';\n")]
)
def test_a_file_that_cannot_be_joined_is_refused(tmp_path: Path, name: str, text: str) -> None:
    _static(tmp_path)
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match="joined"):
        Assets(tmp_path, "").url("store.css")


def test_assets_are_kept_for_ever_and_an_old_name_leads_to_the_present_file(store: FlaskClient) -> None:
    assets: Assets = store.application.extensions["assets"]
    now = store.get(assets.url("store.css"), headers={"Accept-Encoding": "gzip"})
    assert now.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert now.content_type == "text/css; charset=utf-8"
    assert gzip.decompress(now.data) == assets.by_name["store.css"].body
    old = store.get("/static/store.0123456789ab.css")
    assert old.headers["Cache-Control"] == "public, max-age=60"
    assert old.data == assets.by_name["store.css"].body
    for missing in ("/static/none.css", "/static/../wsgi.py", "/static/css/tokens.css"):
        assert store.get(missing).status_code == 404


def test_ready_means_that_both_databases_answer_and_tells_how_long_effects_wait(store: FlaskClient) -> None:
    assert store.get("/healthz").text == "ok\n"
    told = store.get("/readyz").get_json()
    assert told == {"ready": True, "database": "ok", "keyring": "ok", "oldest_effect_seconds": 0}
    with transaction() as session:
        outbox.say(session, "thing.made", thing=1)
    assert store.get("/readyz").get_json()["oldest_effect_seconds"] in {0, 1}


def test_not_ready_is_said_and_alive_stays_true_while_the_database_is_away(
    store: FlaskClient, settings: Settings
) -> None:
    db.configure("postgresql://127.0.0.1:9/none", "postgresql://127.0.0.1:9/none")
    try:
        assert store.get("/readyz").status_code == 503
        assert store.get("/healthz").status_code == 200
        page = store.get("/products/anything")
        assert page.status_code == 503
        assert page.headers["Retry-After"] == "10"
        assert page.headers["Cache-Control"] == "no-store"
    finally:
        db.configure(settings.database_url, settings.keyring_url)


def test_figures_are_for_this_machine_or_for_whoever_has_the_token(shop: None, settings: Settings) -> None:
    client = create_store(replace(settings, metrics_token="a-token")).test_client()
    assert b"counterfoil_requests_total" in client.get("/metrics").data
    outside = {"environ_overrides": {"REMOTE_ADDR": "93.184.215.14"}}
    assert client.get("/metrics", **outside).status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404
    token = {"Authorization": "Bearer a-token"}
    assert client.get("/metrics", headers=token, **outside).status_code == 200
    assert client.get("/metrics", headers={"Authorization": "Bearer "}, **outside).status_code == 404


def test_the_key_of_a_limit_is_no_address_and_another_one_each_day(store: FlaskClient) -> None:
    app = store.application

    def key(address: str) -> str:
        with app.test_request_context("/", environ_overrides={"REMOTE_ADDR": address}):
            return visitor()

    with clock.held_at(datetime(2026, 11, 22, tzinfo=UTC)):
        today = key("93.184.215.14")
        assert "93.184" not in today
        assert len(today) == len("store:") + 24
        assert key("93.184.215.14") == today
        assert key("::ffff:93.184.215.14") == today
        assert key("93.184.215.15") != today
        assert key("2001:db8:1:2::1") == key("2001:db8:1:2:ffff::9")
        assert key("2001:db8:1:2::1") != key("2001:db8:1:3::1")
    with clock.held_at(datetime(2026, 11, 23, tzinfo=UTC)):
        assert key("93.184.215.14") != today


def test_too_many_posts_are_asked_to_wait_and_others_are_not(shop: None, settings: Settings) -> None:
    app = create_store(settings)
    client = app.test_client()

    def post(address: str) -> TestResponse:
        return client.post(
            "/cart/lines",
            data={"sku": "none", "quantity": "1"},
            headers={"Sec-Fetch-Site": "same-origin"},
            environ_overrides={"REMOTE_ADDR": address},
        )

    answers = [post("198.51.100.7") for _ in range(61)]
    assert 429 not in [answer.status_code for answer in answers[:60]]
    assert answers[60].status_code == 429
    # A window is a minute from its first post; its end is told in whole seconds, rounded up.
    assert 0 < int(answers[60].headers["Retry-After"]) <= 61
    assert create_desk(settings).config["POSTS_PER_MINUTE"] == "600 per minute"
    assert post("198.51.100.8").status_code != 429
    assert client.get("/", environ_overrides={"REMOTE_ADDR": "198.51.100.7"}).status_code != 429
    limits.limiter.reset()


def test_packers_may_send_more_than_shoppers(small_store: Flask, small_desk: Flask) -> None:
    for app, most in ((small_store, 3), (small_desk, 5)):
        app.config["POSTS_PER_MINUTE"] = f"{most} per minute"
        client = app.test_client()
        codes = [client.post("/sign-in/staff:1").status_code for _ in range(most + 1)]
        assert codes[-1] == 429
        assert 429 not in codes[:-1]
    limits.limiter.reset()


@pytest.mark.parametrize("door", ["/webhooks/stripe", "/webhooks/carriers/hollow-post"])
def test_a_busy_sender_of_events_meets_no_limit(shop: None, settings: Settings, door: str) -> None:
    client = create_store(settings).test_client()
    codes = {client.post(door, data=b"no event").status_code for _ in range(70)}
    limits.limiter.reset()
    assert codes == {400}


def test_a_forged_forwarded_address_moves_no_limit(shop: None, settings: Settings) -> None:
    app = create_store(settings)
    with app.test_request_context("/", headers={"X-Forwarded-For": "6.6.6.6"}):
        direct = visitor()
    with app.test_request_context("/"):
        assert visitor() == direct


def test_the_desk_is_at_its_path_or_on_its_own_host(shop: None, settings: Settings) -> None:
    named = replace(settings, desk_host="desk.test", public_url="http://shop.test")
    store, desk = create_store(named), create_desk(named)
    shared = Client(mounted(store, desk, ""))
    assert shared.get("/oms", headers={"Host": "shop.test"}).headers["Location"] == "/oms/"
    assert shared.get("/oms/sign-in", headers={"Host": "shop.test"}).status_code == 200
    apart = Client(mounted(store, desk, "desk.test"))
    assert apart.get("/oms/sign-in", headers={"Host": "shop.test"}).status_code == 404
    assert apart.get("/oms/sign-in", headers={"Host": "desk.test"}).status_code == 200
    assert apart.get("/", headers={"Host": "desk.test"}).headers["Location"] == "/oms/"
    assert apart.get("/cart", headers={"Host": "desk.test"}).status_code == 404
    assert apart.get("/healthz", headers={"Host": "desk.test"}).status_code == 200


def test_over_https_cookies_are_bound_to_the_host_and_the_connection_is_kept_secure(
    shop: None, settings: Settings
) -> None:
    live = replace(settings, public_url="https://shop.test", app_env=AppEnv.PRODUCTION, trusted_proxies=1)
    client = create_store(live).test_client()
    headers = {"Host": "shop.test", "X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.7"}
    answer = client.get("/account/sign-in", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-store=")
    assert "Secure" in cookie
    assert "Domain" not in cookie
    assert client.get("/account/sign-in", headers={**headers, "Host": "127.0.0.1"}).status_code == 400


@pytest.mark.parametrize(
    ("place", "money", "day", "number"),
    [
        ("eu-en", "€1,234.50", "22 Nov 2026", "1,234.5"),
        ("eu-de", "1.234,50 €", "22.11.2026", "1.234,5"),
        ("us-en", "€1,234.50", "Nov 22, 2026", "1,234.5"),
        ("eu-zh", "€1,234.50", "2026年11月22日", "1,234.5"),
    ],
)
def test_money_and_dates_are_written_as_the_reader_writes_them(
    store: FlaskClient, place: str, money: str, day: str, number: str
) -> None:
    with store.application.test_request_context("/", environ_overrides={KEY: place_of(place)}):
        assert filters.money(Money(123450, "EUR")).replace("\xa0", " ") == money
        assert filters.day(date(2026, 11, 22)) == day
        assert filters.number(1234.5) == number


def test_yen_have_no_decimals_and_a_share_is_not_rounded(store: FlaskClient) -> None:
    with store.application.test_request_context("/", environ_overrides={KEY: place_of("jp-en")}):
        assert filters.money(1200, "JPY") == "JP¥1,200"
        assert filters.percent(0.055) == "5.5%"
        assert filters.moment(datetime(2026, 11, 22, 8, 5, tzinfo=UTC)) == "22 Nov 2026, 08:05 UTC"


def test_a_body_beyond_the_limit_is_refused(small_store: Flask) -> None:
    answer = small_store.test_client().post(
        "/remember/ink", data={"csrf_token": "x" * 1_100_000}, headers={"Accept": "text/html"}
    )
    assert answer.status_code == 413


def test_while_valkey_is_away_shoppers_are_served_and_limits_are_kept(
    shop: None, settings: Settings, tmp_path: Path
) -> None:
    app = create_store(replace(settings, redis_url=f"unix://{tmp_path}/nobody.sock?db=0"))
    client = app.test_client()
    with transaction() as session:
        goods.open_markets(session)
    form, headers = {"sku": "none", "quantity": "1"}, {"Sec-Fetch-Site": "same-origin"}
    codes = [client.post("/cart/lines", data=form, headers=headers).status_code for _ in range(61)]
    assert set(codes[:60]) == {303}
    assert codes[60] == 429


def test_what_a_deadlock_threw_out_is_done_again(small_store: Flask) -> None:
    class Deadlock(Exception):
        sqlstate = "40P01"

    tries: list[int] = []

    def buy() -> str:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("UPDATE", {}, Deadlock())
        return "bought"

    small_store.add_url_rule("/buy", "buy", same_origin(buy), methods=["POST"])
    answer = small_store.test_client().post("/buy", headers={"Sec-Fetch-Site": "same-origin"})
    assert (answer.status_code, answer.text, len(tries)) == (200, "bought", 3)


def test_a_deadlock_without_end_is_a_calm_page_that_says_when_to_come_back(small_store: Flask) -> None:
    class Deadlock(Exception):
        sqlstate = "40P01"

    def buy() -> str:
        raise OperationalError("UPDATE", {}, Deadlock())

    small_store.add_url_rule("/buy", "buy", same_origin(buy), methods=["POST"])
    answer = small_store.test_client().post("/buy", headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
