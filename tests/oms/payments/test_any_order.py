"""What Stripe tells of one payment, from first to last, in any order and number: the same end each time."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient

from oms.fulfillment.actions import cancel_order
from oms.kernel import jobs
from oms.kernel.audit import SYSTEM
from oms.kernel.db import reading, transaction
from oms.orders.placing.actions import Placed
from oms.orders.placing.queries import payment_start
from oms.payments import actions, gateway, queries
from oms.payments.gateway import API_VERSION
from oms.payments.models import Payment
from tests import make
from tests.fakes import OURS, STRIPE_KEY, Party
from tests.make import Shop
from tests.oms.payments.test_webhooks import ring, signature

DECLINED = "4000000000000002"
End = tuple[str, str, int, int, list[str]]


def events(stripe: Party) -> list[dict[str, Any]]:
    """Every event that Stripe has to tell, the oldest first."""
    told = requests.get(
        f"{stripe.address}/v1/events",
        params={"limit": "100"},
        auth=(STRIPE_KEY, ""),
        headers={"Stripe-Version": API_VERSION, **OURS},
        timeout=10,
    ).json()
    return list(told["data"][::-1])


def opened(placed: Placed) -> str:
    """Open the session at Stripe, as a process does that ends before it notes which."""
    return gateway.start(
        payment_start(placed.order, placed.payment, "http://127.0.0.1:9", placed.mailbox)
    ).session_ref


def tell(store: FlaskClient, event: dict[str, Any]) -> None:
    body = json.dumps(event).encode()
    assert ring(store, body, signature(body)).status_code == 204
    jobs.drain()


def end_of(placed: Placed) -> End:
    """The order's state; the payment's, with what was captured and sent back of it; the refunds' states."""
    with reading() as session:
        payment = session.get_one(Payment, placed.payment.id)
        refunds = [str(refund.state) for refund in queries.refunds_of(session, placed.order.id)]
    order = make.state_of(placed.order.number)
    return order, str(payment.state), payment.captured, payment.refunded, refunds


def expired(placed: Placed, ref: str, stripe: Party) -> None:
    gateway.expire(ref)


def paid(placed: Placed, ref: str, stripe: Party) -> None:
    stripe.pay(ref)


def declined_then_paid(placed: Placed, ref: str, stripe: Party) -> None:
    stripe.pay(ref, DECLINED)
    stripe.pay(ref)


def debit_failed(placed: Placed, ref: str, stripe: Party) -> None:
    stripe.pay(ref, delayed=600)
    stripe.post(f"sessions/{ref}/settle", outcome="failed")


def debit_came(placed: Placed, ref: str, stripe: Party) -> None:
    stripe.pay(ref, delayed=600)
    stripe.post(f"sessions/{ref}/settle", outcome="succeeded")


def refunded(placed: Placed, ref: str, stripe: Party) -> None:
    stripe.pay(ref)
    make.learn(ref)
    with transaction() as session:
        cancel_order(session, placed.order.id, by=SYSTEM, why="")
    jobs.drain()


def refund_came_back(placed: Placed, ref: str, stripe: Party) -> None:
    refunded(placed, ref, stripe)
    made = stripe.get("ledger")["refunds"][-1]
    stripe.post(f"refunds/{made['id']}/fail")


@dataclass(frozen=True)
class Told:
    """What happened at Stripe, some of the events that tell it, and how it ends with us."""

    story: Callable[[Placed, str, Party], None]
    types: set[str]
    end: End


STORIES = [
    Told(expired, {"checkout.session.expired"}, ("lapsed", "voided", 0, 0, [])),
    Told(paid, {"checkout.session.completed"}, ("placed", "captured", 3660, 0, [])),
    Told(
        declined_then_paid,
        {"payment_intent.payment_failed", "checkout.session.completed"},
        ("placed", "captured", 3660, 0, []),
    ),
    Told(
        debit_failed,
        {"checkout.session.completed", "checkout.session.async_payment_failed"},
        ("lapsed", "failed", 0, 0, []),
    ),
    Told(
        debit_came,
        {"checkout.session.completed", "checkout.session.async_payment_succeeded"},
        ("placed", "captured", 3660, 0, []),
    ),
    Told(
        refunded,
        {"checkout.session.completed", "refund.created", "charge.refunded"},
        ("cancelled", "captured", 3660, 3660, ["succeeded"]),
    ),
    Told(
        refund_came_back,
        {"checkout.session.completed", "refund.created", "refund.failed"},
        ("cancelled", "captured", 3660, 0, ["failed"]),
    ),
]


@pytest.mark.parametrize("order", ["backwards", "shuffled, twice"])
@pytest.mark.parametrize("told", STORIES, ids=[told.story.__name__ for told in STORIES])
def test_however_it_is_told_a_payment_ends_as_it_went(
    small: Shop, store: FlaskClient, stripe: Party, told: Told, order: str
) -> None:
    placed = make.order({small.clock: 1})
    ref = opened(placed)
    with transaction() as session:
        actions.note_session(session, placed.payment.id, ref)
    told.story(placed, ref, stripe)
    found = events(stripe)
    assert told.types <= {event["type"] for event in found}
    if order == "backwards":
        found.reverse()
    else:
        found = random.Random(7).sample(found * 2, 2 * len(found))  # noqa: S311 - which order is no secret
    for event in found:
        tell(store, event)
    assert end_of(placed) == told.end


@pytest.mark.parametrize("told", [STORIES[0], STORIES[1]], ids=["expired", "paid"])
def test_what_is_told_before_our_row_knows_the_session_is_believed(
    small: Shop, store: FlaskClient, stripe: Party, told: Told
) -> None:
    placed = make.order({small.clock: 1})
    ref = opened(placed)
    told.story(placed, ref, stripe)
    for event in events(stripe):
        tell(store, event)
    assert end_of(placed) == told.end
    with transaction() as session:
        actions.note_session(session, placed.payment.id, ref)
    with reading() as session:
        assert session.get_one(Payment, placed.payment.id).session_ref == ref
    assert end_of(placed) == told.end
