"""A Stripe that is slow: given up in time, asked again under the same key, and never paid for twice."""

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from oms.kernel import outbox
from oms.kernel.config import Settings
from oms.kernel.db import transaction
from oms.kernel.errors import UnavailableError
from oms.orders.placing.actions import Placed
from oms.orders.placing.queries import payment_start
from oms.payments import gateway
from tests import make
from tests.fakes import Party

PATIENCE = 0.8
SESSIONS = "/v1/checkout/sessions"


@pytest.fixture
def hasty(stripe: Party, settings: Settings) -> Iterator[Party]:
    """A Stripe that we wait for 0.8 seconds, not ten."""
    known = replace(settings, stripe_api_base=stripe.address)
    gateway.configure(known, within=PATIENCE)
    yield stripe
    gateway.configure(known)


@pytest.fixture
def placed(shop: None) -> Placed:
    with transaction() as session:
        goods = make.small_shop(session)
    return make.order({goods.clock: 1})


def begin(placed: Placed) -> str:
    start = payment_start(placed.order, placed.payment, "http://127.0.0.1:9", placed.mailbox)
    return gateway.start(start).session_ref


def test_an_answer_that_never_comes_is_given_up_and_said(placed: Placed, hasty: Party) -> None:
    hasty.fault("delay", path=SESSIONS, seconds=8, count=None)
    begun = time.monotonic()
    with pytest.raises(UnavailableError, match="You were not charged"):
        begin(placed)
    assert time.monotonic() - begun < (gateway.RETRIES + 1) * PATIENCE + gateway.RETRIES * gateway.MAX_DELAY
    asked = [one for one in hasty.get("received")["received"] if one["path"] == SESSIONS]
    assert len(asked) == gateway.RETRIES + 1


def test_a_session_whose_answer_was_slow_is_found_and_not_opened_again(placed: Placed, hasty: Party) -> None:
    hasty.fault("delay", path=SESSIONS, seconds=2 * PATIENCE, after_work=True)
    ref = begin(placed)
    assert [one["id"] for one in hasty.get("ledger")["sessions"]] == [ref]


def test_two_calls_at_their_slowest_end_within_the_lease_of_their_delivery() -> None:
    """A worker asks Stripe at most twice for one delivery; later, another worker would do the same."""
    slowest = (gateway.RETRIES + 1) * gateway.TIMEOUT + gateway.RETRIES * gateway.MAX_DELAY
    assert 2 * slowest < outbox.LEASE.total_seconds()
