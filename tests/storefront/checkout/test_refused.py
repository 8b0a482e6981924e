"""When Stripe will not take a payment: the shopper is told what to do, the goods are free, the desk hears."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from oms.kernel import clock
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading, transaction
from oms.payments import checks, gateway
from oms.web import doctor
from oms.web.doctor import Health
from tests.fakes import Party
from tests.make import Shop
from tests.pages import form_with, send
from tests.storefront.checkout.test_checkout import ADA, add, orders


def reserved() -> int:
    with reading(Role.MIGRATE) as session:
        return int(session.scalar(text("SELECT sum(reserved) FROM stock_levels")) or 0)


def desk_is_told() -> bool:
    (finding,) = doctor.examine([checks.REFUSED])
    return finding.health is Health.ILL


def test_too_small_a_total_is_said_with_what_to_do(small: Shop, store: FlaskClient, stripe: Party) -> None:
    with transaction(Role.MIGRATE) as session:
        session.execute(text("UPDATE prices SET amount = 30 WHERE amount = 400"))
    add(store, "PLANNER-PDF")
    page = store.get("/checkout")
    answer = send(store, page, "placement_key", email="ada@shop.test", country="NL", step="pay")
    assert answer.status_code == 422
    assert "This total is too small to be paid. Add something to your cart, then pay." in answer.text
    assert "amount_too_small" not in answer.text
    assert form_with(answer, "placement_key")["fields"]["email"] == "ada@shop.test"
    assert [state for state, _ in orders()] == ["lapsed"]
    assert desk_is_told()


def test_what_stripe_refuses_frees_the_goods_and_keeps_what_was_typed(
    small: Shop, store: FlaskClient, stripe: Party, caplog: pytest.LogCaptureFixture
) -> None:
    add(store, quantity=2)
    page = store.get("/checkout")
    stripe.fault("error", path="/v1/checkout/sessions", status=400, count=None)
    answer = send(store, page, "placement_key", **ADA)
    assert answer.status_code == 422
    assert "We cannot take this payment now. Nothing was charged." in answer.text
    assert "<h2>The payment did not go through</h2>" in answer.text
    assert "needs your attention" not in answer.text
    assert "invalid_request" not in answer.text
    assert form_with(answer, "placement_key")["fields"]["street"] == "Rapenburg 70"
    assert [state for state, _ in orders()] == ["lapsed"]
    assert reserved() == 0
    assert desk_is_told()
    assert "was refused by the provider: invalid_request" in caplog.text
    stripe.heal()
    again = send(store, answer, "placement_key", step="pay")
    assert again.status_code == 303
    assert again.location.startswith(stripe.address)
    assert [state for state, _ in orders()] == ["lapsed", "awaiting_payment"]
    assert reserved() == 2


def test_a_wrong_key_is_our_fault_and_frees_the_goods(
    small: Shop, store: FlaskClient, stripe: Party, settings: Settings
) -> None:
    add(store)
    page = store.get("/checkout")
    wrong = replace(settings, stripe_api_base=stripe.address, stripe_secret_key="sk_test_wrong")
    gateway.configure(wrong)
    answer = send(store, page, "placement_key", **ADA)
    assert answer.status_code == 503
    assert "We cannot take payments now. Nothing was charged." in answer.text
    assert form_with(answer, "placement_key")["fields"]["street"] == "Rapenburg 70"
    assert [state for state, _ in orders()] == ["lapsed"]
    assert reserved() == 0
    assert desk_is_told()


def test_a_wrong_key_tells_nothing_of_what_an_earlier_try_opened(
    small: Shop, store: FlaskClient, stripe: Party, settings: Settings
) -> None:
    add(store)
    page = store.get("/checkout")
    stripe.fault("lose_response", path="/v1/checkout/sessions", count=None)
    assert send(store, page, "placement_key", **ADA).status_code == 503
    wrong = replace(settings, stripe_api_base=stripe.address, stripe_secret_key="sk_test_wrong")
    gateway.configure(wrong)
    stripe.heal()
    assert send(store, page, "placement_key", **ADA).status_code == 503
    assert [state for state, _ in orders()] == ["awaiting_payment"]
    assert reserved() == 1


def test_an_old_try_that_stripe_takes_no_more_becomes_a_new_order(
    small: Shop, store: FlaskClient, stripe: Party
) -> None:
    add(store)
    page = store.get("/checkout")
    stripe.fault("refuse", path="/v1/checkout/sessions", count=None)
    with clock.held_at(clock.now() - timedelta(minutes=5)):
        assert send(store, page, "placement_key", **ADA).status_code == 503
    stripe.heal()
    answer = send(store, page, "placement_key", **ADA)
    assert answer.status_code == 303
    assert answer.location.startswith(stripe.address)
    assert [state for state, _ in orders()] == ["lapsed", "awaiting_payment"]
    assert reserved() == 1
    assert not desk_is_told()


def test_being_refused_is_said_in_the_shoppers_language(
    small: Shop, store: FlaskClient, stripe: Party
) -> None:
    add(store)
    page = store.get("/eu-de/checkout")
    stripe.fault("error", path="/v1/checkout/sessions", status=400, count=None)
    answer = send(store, page, "placement_key", **ADA)
    assert answer.status_code == 422
    assert "<h2>Die Zahlung ist nicht zustande gekommen</h2>" in answer.text
    assert "Es wurde nichts abgebucht." in answer.text
