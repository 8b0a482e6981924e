"""Stripe's door bell: only Stripe rings it, as often as it likes, and each ring counts once."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from oms.kernel import jobs, outbox
from oms.kernel.db import Role, reading, transaction
from oms.payments import handlers as payments
from oms.payments.models import Payment
from tests import make
from tests.fakes import STRIPE_SECRET, Party
from tests.make import Shop


def event(object_id: str = "cs_test_x", number: int = 1) -> bytes:
    found = {
        "id": object_id,
        "object": "checkout.session",
        "amount_total": 3660,
        "currency": "eur",
        "status": "complete",
    }
    told = {
        "id": f"evt_{number}",
        "object": "event",
        "type": "checkout.session.completed",
        "created": int(time.time()),
    }
    return json.dumps({**told, "data": {"object": found}}).encode()


def signature(body: bytes, *, at: float | None = None, secret: str = STRIPE_SECRET) -> str:
    stamp = int(time.time() if at is None else at)
    signed = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={stamp},v1={signed}"


def ring(store: FlaskClient, body: bytes, signed: str) -> TestResponse:
    return store.post("/webhooks/stripe", data=body, headers={"Stripe-Signature": signed})


def journaled() -> int:
    with reading(Role.MIGRATE) as session:
        return int(session.scalar(text("SELECT count(*) FROM webhook_events")))


BODY = event()


FORGED: dict[str, Callable[[], str]] = {
    "nothing": lambda: "",
    "empty parts": lambda: "t=,v1=",
    "no time": lambda: "v1=abc",
    "another secret": lambda: signature(BODY, secret="whsec_of_somebody_else"),
    "an hour ago": lambda: signature(BODY, at=time.time() - 3600),
    "in an hour": lambda: signature(BODY, at=time.time() + 3600),
    "another body": lambda: signature(BODY + b" "),
}


@pytest.mark.parametrize("forged", FORGED)
def test_a_ring_that_is_not_stripes_or_not_now_is_refused_and_leaves_nothing(
    shop: None, store: FlaskClient, forged: str
) -> None:
    assert ring(store, BODY, FORGED[forged]()).status_code == 400
    assert journaled() == 0


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff\xfe", b'{"id": 1}', b"null"])
def test_a_signed_body_that_is_no_event_is_refused(shop: None, store: FlaskClient, body: bytes) -> None:
    assert ring(store, body, signature(body)).status_code == 400
    assert journaled() == 0


CARD = "4242424242424242"


@pytest.mark.parametrize(
    ("outside", "inside"),
    [
        ({"id": CARD}, {}),
        ({"id": "evt_4242 4242 4242 4242"}, {}),
        ({"type": f"checkout.{CARD}"}, {}),
        ({}, {"id": CARD}),
        ({}, {"status": CARD}),
        ({}, {"amount_total": int(CARD)}),
        ({}, {"amount_total": 10**12}),
    ],
)
def test_a_signed_event_with_a_cards_number_where_something_is_kept_is_refused(
    shop: None, store: FlaskClient, outside: dict[str, object], inside: dict[str, object]
) -> None:
    told = json.loads(event()) | outside
    told["data"]["object"] |= inside
    body = json.dumps(told).encode()
    assert ring(store, body, signature(body)).status_code == 400
    assert journaled() == 0


def test_the_same_event_five_times_is_one(shop: None, store: FlaskClient) -> None:
    statuses = [ring(store, BODY, signature(BODY)).status_code for _ in range(5)]
    assert statuses == [204] * 5
    assert journaled() == 1


def test_stripe_may_ring_more_often_than_a_shopper_may_post(shop: None, store: FlaskClient) -> None:
    rings = [event(number=n) for n in range(150)]
    assert {ring(store, body, signature(body)).status_code for body in rings} == {204}
    assert journaled() == 150


def test_an_event_of_nobodys_session_is_answered_and_changes_nothing(
    small: Shop, store: FlaskClient, stripe: Party
) -> None:
    body = event("cs_test_of_another_shop")
    assert ring(store, body, signature(body)).status_code == 204
    jobs.drain()
    with reading() as session:
        outcome = session.scalar(text("SELECT outcome FROM webhook_events WHERE applied_at IS NOT NULL"))
    assert outcome == "no payment of ours"


def test_events_in_any_order_and_number_end_in_one_placed_order(
    small: Shop, store: FlaskClient, stripe: Party
) -> None:
    placed = make.order({small.clock: 1})
    session_ref = make.pay(placed, stripe)
    for number in (3, 1, 2, 1, 3):
        body = event(session_ref, number)
        ring(store, body, signature(body))
        jobs.drain()
    assert make.state_of(placed.order.number) == "placed"
    with reading() as session:
        assert session.scalar(text("SELECT count(*) FROM outbox_messages WHERE topic = 'order.placed'")) == 1


def applied() -> list[str]:
    with reading() as session:
        found = text("SELECT outcome FROM webhook_events WHERE applied_at IS NOT NULL ORDER BY id")
        return list(session.scalars(found))


def test_one_answer_of_stripe_holds_for_all_that_rang_before_it(
    small: Shop, store: FlaskClient, stripe: Party
) -> None:
    refs = [make.pay(make.order({small.pencil: 1}), stripe) for _ in range(2)]
    jobs.drain()
    for number, ref in enumerate((refs[0], refs[0], refs[1], refs[0])):
        body = event(ref, number)
        ring(store, body, signature(body))
    with transaction(Role.WORKER) as session:
        outbox.fan_out(session, jobs.handlers_by_topic())
        first = outbox.claim(session)
    assert first is not None
    payments.believe(first.message)
    assert applied() == ["captured", "known", "known"]
    late = event(refs[0], 9)
    ring(store, late, signature(late))
    assert applied() == ["captured", "known", "known"]
    jobs.drain()
    assert applied() == ["captured", "known", "captured", "known", "known"]


def test_each_card_that_was_refused_is_counted_whatever_was_answered_before(
    small: Shop, store: FlaskClient, stripe: Party
) -> None:
    placed = make.order({small.pencil: 1})
    ref = make.pay(placed, stripe)
    refused = json.loads(event(ref, 1)) | {"type": "payment_intent.payment_failed"}
    for body in (event(ref, 0), json.dumps(refused).encode(), json.dumps(refused | {"id": "evt_2"}).encode()):
        ring(store, body, signature(body))
    jobs.drain()
    with reading() as session:
        assert session.get_one(Payment, placed.payment.id).refusals == 2
