"""The checkout: the fields that this order needs and no other, one order, and the way to Stripe and back."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from oms.catalog.merchandise import actions as merchandise
from oms.kernel import jobs
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading, transaction
from oms.notifications import handlers as notifications
from oms.notifications.letters import confirmation, reader_of
from oms.orders import queries
from oms.orders.states import WAIVED
from storefront.app import create_store
from tests import make
from tests.fakes import Party
from tests.make import Shop
from tests.pages import form_with, send
from tests.people import words

ADA = {
    "email": "ada@shop.test",
    "country": "NL",
    "name": "Ada Lind",
    "street": "Rapenburg 70",
    "postcode": "2311 EZ",
    "city": "Leiden",
    "step": "pay",
}


def add(store: FlaskClient, sku: str = "RETRO-CLOCK", quantity: int = 1) -> None:
    data = {"sku": sku, "quantity": str(quantity)}
    store.post("/cart/lines", data=data, headers={"Sec-Fetch-Site": "same-origin"})


def names(page: TestResponse) -> set[str]:
    return form_with(page, "placement_key")["names"] - {
        "csrf_token",
        "placement_key",
        "shown",
        "asked",
        "step",
    }


def orders() -> list[tuple[str, str]]:
    with reading(Role.MIGRATE) as session:
        return [
            (row.state, row.number)
            for row in session.execute(text("SELECT state, number FROM orders ORDER BY id"))
        ]


def pay(store: FlaskClient, **changed: str) -> TestResponse:
    return send(store, store.get("/checkout"), "placement_key", **{**ADA, **changed})


def session_of(answer: TestResponse) -> str:
    return answer.location.rsplit("/", 1)[1].split("?")[0].split("#")[0]


def test_a_parcel_asks_for_what_its_carrier_needs(small: Shop, store: FlaskClient) -> None:
    add(store)
    page = store.get("/checkout")
    assert names(page) == {"email", "country", "name", "street", "postcode", "city", "method"}
    assert "Pay €36.60" in page.text


KEPT = "The country stays on the counterfoil."
SOON = "Gone 30 days after delivery."
WHYS = {
    "email": "To confirm your order and say how it goes. Gone when your right to return ends.",
    "country": f"For the carrier, and for the tax. {KEPT}",
    "name": f"For the carrier. {SOON}",
    "street": f"For the carrier, on the label. {SOON}",
    "postcode": f"For the carrier, and for the cost of delivery. {SOON}",
    "city": f"For the carrier, on the label. {SOON}",
    "region": f"For the carrier, on the label. {SOON}",
    "phone": f"This carrier calls before it delivers. {SOON}",
}


def whys(page: TestResponse) -> dict[str, str]:
    """Return what each field that can be typed or chosen is described by, by its name."""
    found = {}
    for tag in re.findall(r"<(?:input|select)\b[^>]*>", page.text):
        of = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if of.get("type") not in {"hidden", "radio", "search"} and of.get("name") != "place":
            said = [
                re.search(rf'id="{i}">([^<]*)<', page.text) for i in of.get("aria-describedby", "").split()
            ]
            found[of["name"]] = " ".join(one[1] for one in said if one)
    return found


def test_each_field_says_why_it_is_asked_and_until_when_it_is_kept(small: Shop, store: FlaskClient) -> None:
    with transaction(Role.MIGRATE) as session:
        session.execute(text("UPDATE markets SET countries = '{NL,US}'"))
        session.execute(text("UPDATE shipping_methods SET countries = '{NL,US}'"))
    add(store)
    page = store.get("/checkout")
    asked = set(names(page)) - {"method"}
    assert whys(page) == {name: WHYS[name] for name in asked}
    form = form_with(page, "placement_key")
    more = {"country": "US", "method": "express-eu", "step": "refresh"}
    abroad = store.post("/checkout", data={**form["fields"], **more})
    assert whys(abroad) == WHYS


def test_a_download_says_why_it_asks_for_a_country(small: Shop, store: FlaskClient) -> None:
    add(store, "PLANNER-PDF")
    page = store.get("/checkout")
    told = whys(page)
    assert told.pop("waiver").startswith("You need not.")
    assert told == {"email": WHYS["email"], "country": f"For the tax. {KEPT}"}


def test_a_carrier_that_calls_asks_for_a_phone_and_no_other_does(small: Shop, store: FlaskClient) -> None:
    add(store)
    page = send(
        store,
        store.get("/checkout"),
        "placement_key",
        method="express-eu",
        step="refresh",
        **{k: v for k, v in ADA.items() if k != "step"},
    )
    assert "phone" in names(page)
    assert form_with(page, "phone")["fields"]["street"] == "Rapenburg 70"
    answer = pay(store, phone="+31 71 527 2727")
    assert answer.status_code == 422
    assert orders() == []


def test_what_is_collected_asks_for_no_address_and_refuses_one(small: Shop, store: FlaskClient) -> None:
    make.collected("express-eu")
    add(store)
    form = form_with(store.get("/checkout"), "placement_key")["fields"]
    page = store.post("/checkout", data={**form, "method": "express-eu", "step": "refresh"})
    assert names(page) == {"email", "country", "method"}
    refused = send(store, page, "placement_key", **{**ADA, "method": "express-eu"})
    assert refused.status_code == 422
    assert "fields that it does not have" in refused.text
    assert orders() == []


def test_a_download_asks_for_a_mailbox_and_a_country_and_refuses_an_address(
    small: Shop, store: FlaskClient
) -> None:
    add(store, "PLANNER-PDF")
    page = store.get("/checkout")
    assert names(page) == {"email", "country", "waiver"}
    answer = send(store, page, "placement_key", **ADA)
    assert answer.status_code == 422
    assert "fields that it does not have" in answer.text
    assert orders() == []


def test_what_is_missing_is_said_and_nothing_typed_is_lost(small: Shop, store: FlaskClient) -> None:
    add(store)
    answer = pay(store, postcode="23", name="", email="ada@")
    assert answer.status_code == 422
    assert "<h2>3 things need your attention</h2>" in answer.text
    assert "It is written like 1234 AB there." in answer.text
    assert "This is not an e-mail address." in answer.text
    assert form_with(answer, "placement_key")["fields"]["street"] == "Rapenburg 70"
    assert orders() == []


def counted() -> dict[str, int]:
    """Return how many rows each table of the shop has, but for sessions, which hold no field of the form."""
    with reading(Role.MIGRATE) as session:
        named = {
            row.name: row.at
            for row in session.execute(
                text(
                    "SELECT schemaname || '.' || tablename AS name, schemaname, tablename,"
                    " format('%I.%I', schemaname, tablename) AS at FROM pg_tables"
                    " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
                )
            )
        }
        assert len(named) > 30
        return {n: int(session.scalar(text(f"SELECT count(*) FROM {at}")) or 0) for n, at in named.items()}


def kept(strings: list[str]) -> list[str]:
    """Return which strings stand in any row of the shop, sessions included."""
    with reading(Role.MIGRATE) as session:
        every = session.scalars(
            text(
                "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
                " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
            )
        ).all()
        rows = " ".join(
            str(row) for at in every for row in session.scalars(text(f"SELECT t::text FROM {at} AS t"))
        )
    return [string for string in strings if string in rows]


TYPED = ["ada@shop.test", "Ada Lind", "Rapenburg", "2311 EZ", "Leiden-Noord"]


def test_nothing_typed_is_stored_before_pay(small: Shop, store: FlaskClient, stripe: Party) -> None:
    add(store)
    page = store.get("/checkout")
    before = counted()
    typed = {**ADA, "city": "Leiden-Noord"}
    asked_again = send(store, page, "placement_key", **{**typed, "step": "refresh"})
    refused = send(store, page, "placement_key", **{**typed, "postcode": "23"})
    unknown = send(store, page, "placement_key", **typed, vat_number="1")
    stale = send(store, page, "placement_key", **{**typed, "shown": "older"})
    statuses = [answer.status_code for answer in (asked_again, refused, unknown, stale)]
    assert statuses == [200, 422, 400, 422]
    assert counted() == before
    assert kept(TYPED) == []
    assert stripe.get("ledger")["sessions"] == []
    paid = send(store, page, "placement_key", **typed)
    assert paid.status_code == 303
    more = {name for name, count in counted().items() if count > before[name]}
    assert any(name.endswith(".orders") for name in more)
    assert any(".sealed" in name for name in more)


def test_something_typed_that_was_stored_would_be_seen(small: Shop, store: FlaskClient) -> None:
    before = counted()
    with transaction(Role.MIGRATE) as session:
        session.execute(text('UPDATE markets SET names = \'{"en": "Rapenburg"}\''))
    assert (kept(TYPED), counted()) == (["Rapenburg"], before)


LAW = {
    "order-button": ("Zahlungspflichtig bestellen", ""),
    "terms": ("Allgemeine Geschäftsbedingungen", "<p>Es gilt niederländisches Recht.</p>"),
    "withdrawal": ("Widerrufsbelehrung", "<p>Sie können binnen 14 Tagen widerrufen.</p>"),
}


def test_the_law_of_the_market_stands_beside_the_button_and_in_the_mail(
    small: Shop, store: FlaskClient, stripe: Party, settings: Settings, tmp_path: Path
) -> None:
    with transaction() as session:
        for topic, (title, body) in LAW.items():
            merchandise.put_market_text(session, ("eu", topic, "de"), title=title, body_html=body)
    data = {"sku": "RETRO-CLOCK", "quantity": "1"}
    store.post("/eu-de/cart/lines", data=data, headers={"Sec-Fetch-Site": "same-origin"})
    page = store.get("/eu-de/checkout")
    (button,) = re.findall(r'<button[^>]*value="pay"[^>]*>(.*?)</button>', page.text, re.DOTALL)
    assert re.sub(r"\s+", " ", button).strip() == "Zahlungspflichtig bestellen · 36,60 €"
    links = dict(re.findall(r'<a href="(/eu-de/legal/\w+)">([^<]+)</a>', page.text.partition("<footer")[0]))
    assert links == {f"/eu-de/legal/{topic}": LAW[topic][0] for topic in ("terms", "withdrawal")}
    for address, title in links.items():
        assert f"<h1>{title}</h1>" in store.get(address).text
    assert "Zahlungspflichtig bestellen" not in store.get("/checkout").text
    sink = Party("oms.local.mail", tmp_path)
    try:
        notifications.configure(replace(settings, smtp_url=sink.address))
        paid = send(store, page, "placement_key", **ADA)
        stripe.pay(session_of(paid))
        store.get(f"/eu-de/orders/{orders()[0][1]}")
        jobs.drain()
        (mail,) = [
            message_from_bytes(path.read_bytes(), policy=default)
            for path in (tmp_path / "mail").glob("*.eml")
        ]
    finally:
        sink.stop()
        notifications.configure(settings)
    assert mail["Subject"] == f"Ihre Bestellung {orders()[0][1]}"
    for kind in ("plain", "html"):
        told = str(mail.get_body((kind,)).get_content())
        assert "Widerrufsbelehrung" in told
        assert "Sie können binnen 14 Tagen widerrufen." in told
        assert "Es gilt niederländisches Recht." in told


def test_paying_places_the_order_and_leads_to_stripe(small: Shop, store: FlaskClient, stripe: Party) -> None:
    add(store, quantity=2)
    answer = pay(store)
    assert answer.status_code == 303
    assert answer.location.startswith(stripe.address)
    (learned,) = stripe.get("ledger")["sessions"]
    assert (learned["amount_total"], learned["currency"]) == (6760, "eur")
    assert [state for state, _ in orders()] == ["awaiting_payment"]
    stripe.pay(session_of(answer))
    number = orders()[0][1]
    page = store.get(f"/orders/{number}")
    assert page.status_code == 200
    assert orders() == [("placed", number)]
    assert store.get("/cart/count").json == {"count": 0}


def test_coming_back_from_stripe_finds_the_form_as_it_was(
    small: Shop, store: FlaskClient, stripe: Party
) -> None:
    add(store)
    first = pay(store)
    page = store.get("/checkout")
    fields = form_with(page, "placement_key")["fields"]
    assert {name: fields[name] for name in ADA if name != "step"} == {
        k: v for k, v in ADA.items() if k != "step"
    }
    second = send(store, page, "placement_key", step="pay", street="Rapenburg 72")
    assert second.status_code == 303
    assert session_of(second) != session_of(first)
    assert [state for state, _ in orders()] == ["lapsed", "awaiting_payment"]
    states = {s["id"]: s["status"] for s in stripe.get("ledger")["sessions"]}
    assert states == {session_of(first): "expired", session_of(second): "open"}


def test_one_checkout_sent_many_times_is_one_order(
    small: Shop, store: FlaskClient, stripe: Party, settings: Settings
) -> None:
    add(store)
    page = store.get("/checkout")
    form = form_with(page, "placement_key")
    cookie = store.get_cookie("store").value
    app = create_store(settings)

    def once(_: int) -> tuple[int, str]:
        client = app.test_client()
        client.set_cookie("store", cookie, domain="localhost")
        answer = client.post("/checkout", data={**form["fields"], **ADA})
        return answer.status_code, answer.location

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(once, range(16)))
    assert len(orders()) == 1
    assert len(stripe.get("ledger")["sessions"]) == 1
    assert {status for status, _ in answers} == {303}
    assert len({location for _, location in answers}) == 1


def test_stripe_being_away_loses_nothing_and_the_same_form_goes_on(
    small: Shop, store: FlaskClient, stripe: Party
) -> None:
    add(store)
    page = store.get("/checkout")
    stripe.fault("error", path="/v1/checkout/sessions", count=None)
    answer = send(store, page, "placement_key", **ADA)
    assert answer.status_code == 503
    assert "You were not charged." in answer.text
    stripe.reset()
    again = send(store, answer, "placement_key", step="pay")
    assert again.status_code == 303
    assert len(orders()) == 1
    assert len(stripe.get("ledger")["sessions"]) == 1


def test_the_last_one_gone_leads_back_to_the_cart_with_the_reason(
    small: Shop, store: FlaskClient, stripe: Party
) -> None:
    add(store)
    page = store.get("/checkout")
    make.order({small.clock: 20})
    answer = send(store, page, "placement_key", **ADA)
    assert answer.status_code == 303
    assert "has sold out. We took it out." in store.get("/cart").text
    assert len(orders()) == 1


def test_who_buys_again_in_the_same_browser_is_led_to_pay_again(
    small: Shop, store: FlaskClient, stripe: Party
) -> None:
    add(store)
    first = pay(store)
    stripe.pay(session_of(first))
    store.get(f"/orders/{orders()[0][1]}")
    add(store, "CEDAR-PENCIL")
    second = pay(store)
    assert second.status_code == 303
    assert second.location.startswith(stripe.address)
    assert [state for state, _ in orders()] == ["placed", "awaiting_payment"]


def test_what_was_bought_leaves_the_cart_with_the_order_and_nothing_else_does(
    small: Shop, store: FlaskClient, stripe: Party
) -> None:
    add(store)
    first = pay(store)
    add(store, quantity=2)
    add(store, "CEDAR-PENCIL", 3)
    stripe.pay(session_of(first))
    store.get(f"/orders/{orders()[0][1]}")
    assert store.get("/cart/count").json == {"count": 5}
    jobs.drain()
    assert store.get("/cart/count").json == {"count": 5}


def test_a_second_tab_cannot_pay_for_the_same_cart_again(
    small: Shop, store: FlaskClient, stripe: Party
) -> None:
    add(store)
    tab = store.get("/checkout")
    first = pay(store)
    stripe.pay(session_of(first))
    store.get(f"/orders/{orders()[0][1]}")
    answer = send(store, tab, "placement_key", **ADA)
    assert (answer.status_code, answer.location) == (303, "/cart")
    assert len(orders()) == 1


def test_a_bank_debit_on_its_way_leads_to_its_order_and_not_to_a_second_payment(
    small: Shop, store: FlaskClient, stripe: Party
) -> None:
    add(store)
    stripe.pay(session_of(pay(store)), delayed=0)
    answer = pay(store, street="Rapenburg 72")
    assert (answer.status_code, answer.location) == (303, f"/orders/{orders()[0][1]}")
    assert len(orders()) == 1
    assert len(stripe.get("ledger")["sessions"]) == 1


def test_a_payment_page_that_cannot_be_closed_now_is_closed_by_the_next_attempt(
    small: Shop, store: FlaskClient, stripe: Party
) -> None:
    add(store)
    first = pay(store)
    page = store.get("/checkout")
    stripe.fault("error", path="/v1/checkout/sessions", count=None)
    assert send(store, page, "placement_key", step="pay", street="Rapenburg 72").status_code == 503
    stripe.heal()
    again = send(store, page, "placement_key", step="pay", street="Rapenburg 72")
    assert again.status_code == 303
    states = {s["id"]: s["status"] for s in stripe.get("ledger")["sessions"]}
    assert states == {session_of(first): "expired", session_of(again): "open"}


def test_who_comes_back_from_stripe_is_not_told_that_the_own_goods_are_sold_out(
    small: Shop, store: FlaskClient, stripe: Party
) -> None:
    add(store, quantity=20)
    pay(store)
    assert "sold out" not in store.get("/cart").text
    again = pay(store, street="Rapenburg 72")
    assert again.status_code == 303
    assert again.location.startswith(stripe.address)
    assert [state for state, _ in orders()] == ["lapsed", "awaiting_payment"]


def history(what: str) -> int:
    with reading(Role.MIGRATE) as session:
        told = text("SELECT count(*) FROM order_events WHERE what = :what")
        return int(session.scalar(told, {"what": what}) or 0)


DOWNLOAD = {"email": "ada@shop.test", "country": "NL", "step": "pay"}


@pytest.mark.parametrize(("ticked", "kept"), [({"waiver": "y"}, 1), ({}, 0)])
def test_a_download_ends_the_right_to_withdraw_only_for_who_says_so(
    small: Shop, store: FlaskClient, stripe: Party, ticked: dict[str, str], kept: int
) -> None:
    add(store, "PLANNER-PDF")
    page = store.get("/checkout")
    assert "Without it you may still withdraw within 14 days." in words(page)
    assert re.search(r'name="waiver"[^>]*checked', page.text) is None
    assert send(store, page, "placement_key", **DOWNLOAD, **ticked).status_code == 303
    assert history(WAIVED) == kept
    with reading() as session:
        order = queries.by_number(session, orders()[0][1])
        assert order is not None
        letter = confirmation(session, order, reader_of(order))
    said = "you said that you know that you lose your right to withdraw from it."
    assert (said in " ".join(letter.text.split())) is bool(kept)


def test_nobody_is_asked_where_there_is_no_download_or_no_such_right(small: Shop, store: FlaskClient) -> None:
    add(store)
    assert "waiver" not in names(store.get("/checkout"))
    assert pay(store, waiver="y").status_code == 422
    assert (orders(), history(WAIVED)) == ([], 0)
