"""Deleting over HTTP: a plan that is true, one yes, and a certificate that joins nothing."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from oms.kernel import clock, vault
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.orders import actions as ordering
from oms.orders import queries as orders
from oms.orders.states import OrderState
from oms.privacy import handlers
from oms.privacy.clearing import actions as clearing
from oms.web.filters import long_date
from tests.forgetting import GRACE, delivered, only_buyer, paid, proven
from tests.make import Shop, order
from tests.pages import forms
from tests.people import Mailbox, Visitor, words

WAY = 'name="way" value="'


def rows(statement: str) -> list[tuple[object, ...]]:
    with reading() as session:
        return [tuple(row) for row in session.execute(text(statement))]


def test_nobody_deletes_without_a_proven_mailbox(small: Shop, store: FlaskClient) -> None:
    kept = delivered({small.clock: 1})
    assert store.get("/your-data/delete").headers["Location"] == "/account/prove?next=/your-data/delete"
    assert len(vault.ends(kept.unit)) == 2


def test_the_plan_says_what_goes_what_stays_and_changes_nothing(small: Shop, store: FlaskClient) -> None:
    kept = delivered({small.clock: 1})
    with transaction() as session:
        session.execute(text("UPDATE payments SET intent_ref = 'pi_1'"))
    page = words(proven(store, "ada@shop.test").get("/your-data/delete"))
    assert "Nothing has happened yet." in page
    assert (
        f"E-mail, Name on the parcel, Street and number, Country, City, Postcode Order {kept.number}" in page
    )
    assert "The counterfoil: goods, amounts, tax, country Tax law asks us to keep it." in page
    assert "The payment reference So that a dispute about the payment can be answered." in page
    assert "We also tell them to delete it: Stripe." in page
    assert "still on its way" not in page
    assert len(vault.ends(kept.unit)) == 2
    assert rows("SELECT * FROM privacy_requests") == []


def test_a_yes_destroys_everything_and_leads_to_the_certificate(small: Shop, store: FlaskClient) -> None:
    one = delivered({small.clock: 1}, buyer_id=9, cart_id=4)
    two = delivered({small.pencil: 2})
    hers = delivered({small.pencil: 1}, contact=GRACE)
    visitor = proven(store, "ada@shop.test")
    answer = visitor.send("/your-data/delete")
    assert re.fullmatch(r"/your-data/requests/[\w-]{22}", answer.headers["Location"])
    assert vault.ends(one.unit) == vault.ends(two.unit) == {}
    assert len(vault.ends(hers.unit)) == 2
    page = words(Visitor(store.application.test_client()).get(answer.headers["Location"]))
    assert "It is gone" in page
    assert "E-mail (2)" in page
    assert "The counterfoil: goods, amounts, tax, country" in page
    assert "Stripe is told within a month" in page
    assert "no backup of ours can bring it back" in page
    for word in (one.number, two.number, "ada@shop.test", "Ada"):
        assert word not in page
    assert rows("SELECT count(*) FROM privacy_request_units") == [(0,)]
    assert rows("SELECT buyer_id, cart_id, placement_hash FROM orders WHERE forgotten_at IS NOT NULL") == [
        (None, None, None),
        (None, None, None),
    ]


def test_after_deleting_the_browser_and_every_other_one_know_nothing(small: Shop, store: FlaskClient) -> None:
    kept = delivered({small.clock: 1})
    elsewhere = proven(store.application.test_client(), "ada@shop.test")
    visitor = proven(store, "ada@shop.test")
    assert kept.number in words(elsewhere.get("/your-data/"))
    visitor.send("/your-data/delete")
    for browser in (visitor, elsewhere):
        assert browser.get("/your-data/").status_code == 303
        assert "Rapenburg" not in browser.get(f"/orders/{kept.number}").text
    assert [row for row in rows("SELECT data::text FROM web_sessions") if kept.number in str(row)] == []


def test_the_certificate_says_before_and_after_a_night_when_the_files_are_cleared(
    small: Shop, store: FlaskClient, settings: Settings
) -> None:
    delivered({small.clock: 1})
    address = proven(store, "ada@shop.test").send("/your-data/delete").headers["Location"]
    anybody = Visitor(store.application.test_client())
    awaited = "Its traces in the files of our databases are cleared in the coming night."
    assert awaited in words(anybody.get(address))
    night = clock.now() + timedelta(hours=12)
    with clock.held_at(night):
        clearing.clear(replace(settings, redis_url=""))
    after = words(anybody.get(address))
    assert awaited not in after
    day = long_date_of(store, night)
    assert f"Its traces in the files of our databases were cleared on {day}." in after


def long_date_of(store: FlaskClient, moment: datetime) -> str:
    """A day as pages of the shop write it."""
    with store.application.test_request_context("/"):
        return str(long_date(moment))


def test_an_open_order_can_be_cancelled_refunded_and_deleted_now(small: Shop, store: FlaskClient) -> None:
    kept = paid({small.clock: 1})
    visitor = proven(store, "ada@shop.test")
    page = visitor.get("/your-data/delete")
    assert "€36.60 goes back to you, the way it came." in words(page)
    assert [WAY + way in page.text for way in ("now", "later")] == [True, True]
    answer = visitor.send("/your-data/delete", way="now")
    assert "It is gone" in words(visitor.get(answer.headers["Location"]))
    with reading() as session:
        assert orders.get(session, kept.id).state is OrderState.CANCELLED
    assert rows("SELECT amount, state FROM refunds") == [(3660, "pending")]
    assert vault.ends(kept.unit) == {}


def test_an_order_on_its_way_is_deleted_later_and_the_rest_now(small: Shop, store: FlaskClient) -> None:
    old = delivered({small.pencil: 1})
    kept = paid({small.clock: 1})
    visitor = proven(store, "ada@shop.test")
    answer = visitor.send("/your-data/delete", way="later")
    page = visitor.get(answer.headers["Location"])
    assert "1 order is being prepared." in words(page)
    assert vault.ends(old.unit) == {}
    assert len(vault.ends(kept.unit)) == 2
    with reading() as session:
        assert orders.get(session, kept.id).state is OrderState.PLACED
    again = proven(store, "ada@shop.test")
    assert "under way" in words(again.get("/your-data/"))
    [form] = [form for form in forms(page) if form["action"].endswith("/withdraw")]
    again.send(form["action"], page=answer.headers["Location"])
    assert "You took this request back." in words(again.get(answer.headers["Location"]))
    assert len(vault.ends(kept.unit)) == 2


def test_an_order_that_waits_for_its_payment_cannot_be_cancelled_by_deleting(
    small: Shop, store: FlaskClient
) -> None:
    kept = order({small.clock: 1}).order
    visitor = proven(store, "ada@shop.test")
    answer = visitor.send("/your-data/delete", way="now")
    assert (answer.status_code, "An order cannot be cancelled now." in words(answer)) == (422, True)
    assert len(vault.ends(kept.unit)) == 2
    assert rows("SELECT * FROM privacy_requests") == []


def test_an_account_goes_with_its_sessions_and_its_orders(small: Shop, store: FlaskClient) -> None:
    visitor = Visitor(store)
    visitor.send("/account/sign-in", email="ada@shop.test")
    visitor.send("/account/code", code=Mailbox().mailed()[-1].code)
    kept = delivered({small.clock: 1}, contact=GRACE, buyer_id=only_buyer())
    account = f"account:{only_buyer()}"
    answer = visitor.send("/your-data/delete")
    assert "It is gone" in words(visitor.get(answer.headers["Location"]))
    assert rows("SELECT * FROM buyers") == []
    assert vault.ends(account) == vault.ends(kept.unit) == {}
    assert visitor.get("/account/").status_code == 303
    assert rows("SELECT count(*) FROM web_sessions WHERE person <> ''") == [(0,)]


def test_half_an_hour_later_deleting_asks_the_owner_of_an_account_to_prove_it_again(
    small: Shop, store: FlaskClient
) -> None:
    visitor = Visitor(store)
    visitor.send("/account/sign-in", email="ada@shop.test")
    visitor.send("/account/code", code=Mailbox().mailed()[-1].code)
    kept = delivered({small.clock: 1}, buyer_id=only_buyer())
    door = "/account/sign-in?next=/your-data/delete"
    assert visitor.get("/your-data/delete").status_code == 200
    with clock.held_at(clock.now() + timedelta(minutes=30)):
        assert visitor.get("/your-data/").status_code == 200
        assert visitor.get("/your-data/delete").headers["Location"] == door
        assert visitor.send("/your-data/delete", page="/account/profile").headers["Location"] == door
        assert rows("SELECT * FROM privacy_requests") == []
        assert len(vault.ends(kept.unit)) == 2
        visitor.send("/account/sign-in?next=/your-data/delete", email="ada@shop.test")
        proved = visitor.send("/account/code", code=Mailbox().mailed()[-1].code)
        assert proved.headers["Location"] == "/your-data/delete"
        answer = visitor.send("/your-data/delete")
        assert "It is gone" in words(visitor.get(answer.headers["Location"]))
    assert vault.ends(kept.unit) == {}


def test_deleting_twice_finds_nothing_left(small: Shop, store: FlaskClient) -> None:
    delivered({small.clock: 1})
    proven(store, "ada@shop.test").send("/your-data/delete")
    again = proven(store, "ada@shop.test")
    assert again.get("/your-data/delete").headers["Location"] == "/your-data/"
    assert "There is nothing left to delete." in words(again.get("/your-data/"))


@pytest.mark.parametrize("ref", ["nobody", "AAAAAAAAAAAAAAAAAAAAAA"])
def test_a_certificate_that_never_was_is_not_found(store: FlaskClient, ref: str) -> None:
    assert store.get(f"/your-data/requests/{ref}").status_code == 404


def test_plan_and_certificate_name_only_what_was_there(small: Shop, store: FlaskClient) -> None:
    delivered({small.clock: 1})
    visitor = proven(store, "ada@shop.test")
    planned = words(visitor.get("/your-data/delete"))
    done = words(visitor.get(visitor.send("/your-data/delete").headers["Location"]))
    for page in (planned, done):
        assert "Name on the parcel, Street and number, Country, City, Postcode" in page
        for never in ("Phone", "District", "State or province"):
            assert never not in page


def test_an_order_that_waits_for_its_payment_is_not_said_to_be_on_its_way(
    small: Shop, store: FlaskClient
) -> None:
    kept = order({small.clock: 1}).order
    visitor = proven(store, "ada@shop.test")
    plan = words(visitor.get("/your-data/delete"))
    assert f"Your order {kept.number} waits for its payment." in plan
    assert "Let it arrive" not in plan
    address = visitor.send("/your-data/delete", way="later").headers["Location"]
    page = words(visitor.get(address))
    assert "1 order waits for its payment. Without one it is deleted by itself within a day." in page
    assert "on its way" not in page
    with transaction() as session:
        ordering.lapse(session, kept.id)
    handlers.carry_out_requests()
    assert "It is gone" in words(visitor.get(address))
    assert vault.ends(kept.unit) == {}


def test_a_request_says_what_it_waits_for_from_preparation_to_the_end_of_returns(
    small: Shop, store: FlaskClient
) -> None:
    kept = paid({small.clock: 1})
    visitor = proven(store, "ada@shop.test")
    address = visitor.send("/your-data/delete", way="later").headers["Location"]
    assert "1 order is being prepared." in words(visitor.get(address))
    with transaction() as session:
        ordering.note_delivery(session, kept.id)
    handlers.carry_out_requests()
    assert "1 order has arrived. It is deleted by itself when your right" in words(visitor.get(address))
    assert len(vault.ends(kept.unit)) == 2
    with clock.held_at(clock.now() + timedelta(days=60)):
        handlers.carry_out_requests()
    assert "It is gone" in words(visitor.get(address))
