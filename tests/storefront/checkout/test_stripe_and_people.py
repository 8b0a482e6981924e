"""What Stripe learns of a buyer, to the byte; and nothing comes here of what it learns itself of who pays."""

import json
import logging
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from sqlalchemy import text

from oms.fulfillment.actions import cancel_order
from oms.kernel import jobs
from oms.kernel.audit import SYSTEM
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading, transaction
from oms.payments.gateway import API_VERSION
from oms.payments.models import Payment, Refund
from tests import make
from tests.fakes import OURS, STRIPE_KEY, Party
from tests.make import Shop
from tests.oms.payments.test_webhooks import ring, signature
from tests.privacy.canaries import Person, find, folder, person, postgres, valkey
from tests.storefront.checkout.test_checkout import ADA, add, pay, session_of

HERE = "http://localhost"
AT_THE_PAY_PAGE = ("email", "name", "phone", "line_1", "city", "postcode", "extra_field")


def posted(stripe: Party) -> list[tuple[str, dict[str, Any]]]:
    """What was sent to Stripe to be written there: paths and parameters, every one."""
    return [
        (one["path"], one["params"]) for one in stripe.get("received")["received"] if one["method"] == "POST"
    ]


def test_stripe_is_sent_the_projection_of_an_order_and_nothing_else(
    small: Shop, store: FlaskClient, stripe: Party
) -> None:
    add(store)
    assert pay(store).status_code == 303
    with reading() as session:
        payment = session.query(Payment).one()
    [(path, sent)] = posted(stripe)
    assert path == "/v1/checkout/sessions"
    assert sent == {
        "mode": "payment",
        "client_reference_id": str(payment.key),
        "line_items": [
            {
                "quantity": "1",
                "price_data": {
                    "currency": "eur",
                    "unit_amount": "3660",
                    "product_data": {"name": payment.reference},
                },
            }
        ],
        "locale": "en",
        "expires_at": str(int(payment.expires_at.timestamp())),
        "success_url": f"{HERE}/orders/{payment.reference}",
        "cancel_url": f"{HERE}/checkout",
        "metadata": {"payment": str(payment.key)},
        "payment_intent_data": {"metadata": {"payment": str(payment.key)}},
        "customer_email": "ada@shop.test",
    }
    told = json.dumps(stripe.get("received"))
    for name in ("name", "street", "postcode", "city"):
        assert ADA[name] not in told


def test_a_refund_sends_an_amount_and_a_key(small: Shop, store: FlaskClient, stripe: Party) -> None:
    add(store)
    session_ref = session_of(pay(store))
    stripe.pay(session_ref)
    with reading() as session:
        order = session.query(Payment).one().order_id
    body = json.dumps(_event(stripe, session_ref, {})).encode()
    ring(store, body, signature(body))
    jobs.drain()
    with transaction() as session:
        cancel_order(session, order, by=SYSTEM, why="A reason that names Ada Lind.")
    jobs.drain()
    with reading() as session:
        refund, payment = session.query(Refund).one(), session.query(Payment).one()
    assert posted(stripe)[1:] == [
        (
            "/v1/refunds",
            {"payment_intent": payment.intent_ref, "amount": "3660", "metadata": {"refund": str(refund.key)}},
        )
    ]


def _event(stripe: Party, session_ref: str, more: dict[str, Any]) -> dict[str, Any]:
    found = {**_asked(stripe, session_ref), **more}
    return {
        "id": f"evt_{session_ref}",
        "object": "event",
        "type": "checkout.session.completed",
        "created": found["created"],
        "data": {"object": found},
    }


def _asked(stripe: Party, session_ref: str) -> dict[str, Any]:
    answer = requests.get(
        f"{stripe.address}/v1/checkout/sessions/{session_ref}",
        auth=(STRIPE_KEY, ""),
        headers={"Stripe-Version": API_VERSION, **OURS},
        timeout=10,
    )
    return dict(answer.json())


def _as_at_the_pay_page(who: Person) -> dict[str, Any]:
    told = who.strings
    address = {
        "line1": told["line_1"],
        "city": told["city"],
        "postal_code": told["postcode"],
        "country": "NL",
    }
    details = {"email": told["email"], "name": told["name"], "phone": told["phone"], "address": address}
    card = {"brand": "visa", "last4": "4242", "fingerprint": told["extra_field"]}
    return {
        "customer_details": details,
        "billing_details": details,
        "shipping_details": {"name": told["name"], "address": address},
        "payment_method_details": {"type": "card", "card": card},
    }


def test_of_card_and_payer_at_stripe_nothing_is_stored_here(
    small: Shop, store: FlaskClient, stripe: Party, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    payer = person()
    planted = Person(*({n: held[n] for n in AT_THE_PAY_PAGE} for held in (payer.strings, payer.cores)))
    stores = (settings.database_url, settings.keyring_url)
    add(store)
    session_ref = session_of(pay(store))
    stripe.pay(session_ref, email=payer.strings["email"], name=payer.strings["name"])
    assert payer.cores["name"] in json.dumps(_asked(stripe, session_ref))
    body = json.dumps(_event(stripe, session_ref, _as_at_the_pay_page(payer))).encode()
    with caplog.at_level(logging.DEBUG):
        assert ring(store, body, signature(body)).status_code == 204
        jobs.drain()
        assert store.get(f"/orders/{_only_number()}").status_code == 200
    assert make.state_of(_only_number()) == "placed"

    def seen() -> set[str]:
        return {
            sighting.what
            for sighting in find(
                [planted],
                *map(postgres, stores),
                valkey(settings.redis_url),
                folder(settings.state_dir, exclude=[]),
                [("log", caplog.text.encode())],
            )
        }

    assert seen() == set()
    with transaction(Role.MIGRATE) as session:  # the search would have seen each
        session.execute(text("UPDATE webhook_events SET outcome = :body"), {"body": body.decode()})
    assert seen() == set(AT_THE_PAY_PAGE)


def _only_number() -> str:
    with reading() as session:
        return str(session.scalar(text("SELECT number FROM orders")))
