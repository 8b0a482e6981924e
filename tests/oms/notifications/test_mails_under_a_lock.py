"""A mail that falls due while its mailbox is locked: a needed one waits and goes once, others are skipped."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from oms.kernel import jobs, outbox, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.kernel.errors import PassingError
from oms.kernel.outbox import DeliveryState, OutboxDelivery
from oms.notifications import letters
from oms.notifications.states import NEEDED, USEFUL_FOR
from oms.orders import actions as ordering
from oms.orders.models import Order
from oms.orders.personal import OrderContact
from oms.privacy.locking import actions as locking
from oms.privacy.locking.actions import Disputed
from oms.privacy.models import PrivacyRequest
from oms.privacy.states import LockGround, Outcome
from tests import make
from tests.make import GUEST, Shop

CONFIRM = "notifications.confirm_order"


@pytest.fixture
def small(shop: None, sink: Path) -> Shop:
    with transaction() as session:
        return make.small_shop(session)


def locked_before_paid(small: Shop) -> tuple[Order, PrivacyRequest]:
    """An order whose mailbox its person locked, and that is paid for only then; its mails fall due."""
    placed = make.order({small.clock: 1})
    wanted = Disputed(placed.order.unit, "order.contact", "email", LockGround.WRONG)
    with transaction() as session:
        request = locking.ask(session, wanted, "eu", "en", by=GUEST)
    with transaction() as session:
        session.execute(make.captured(placed.payment.id, placed.payment.amount))
        ordering.confirm_payment(session, placed.order.id, placed.payment.id)
        ordering.note_delivery(session, placed.order.id)
    jobs.drain()
    return placed.order, request


def lifted(request: PrivacyRequest) -> None:
    """Decide, tell and lift, as the desk and the worker do."""
    with transaction() as session:
        found = session.get_one(PrivacyRequest, request.id)
        locking.decide(session, found, Outcome.KEPT, "It is theirs.", by=SYSTEM)
    jobs.drain()
    with transaction() as session:
        locking.lift(session, session.get_one(PrivacyRequest, request.id), by=SYSTEM)
    jobs.drain()


def subjects(sink: Path) -> list[str]:
    found = [path.read_text() for path in sorted(sink.glob("*.eml"))]
    lines = [line for mail in found for line in mail.splitlines() if line.startswith("Subject: ")]
    return sorted(line.removeprefix("Subject: ") for line in lines)


def state_of(handler: str) -> DeliveryState:
    with reading() as session:
        chosen = select(OutboxDelivery.state).where(OutboxDelivery.handler == handler)
        return session.scalars(chosen).one()


def run_again() -> None:
    """Let everything that waits be due, whenever it would have been."""
    with transaction(Role.MIGRATE) as session:
        make.due_now(session)
    jobs.drain()


def test_what_is_needed_waits_for_the_end_of_the_lock_and_goes_once(small: Shop, sink: Path) -> None:
    order, request = locked_before_paid(small)
    assert subjects(sink) == []
    run_again()
    assert subjects(sink) == []
    assert state_of(CONFIRM) is DeliveryState.WAITING
    assert state_of("notifications.tell_delivered") is DeliveryState.DONE
    lifted(request)
    confirmation = f"Your order {order.number}"
    assert [one for one in subjects(sink) if order.number in one] == [confirmation]
    assert state_of(CONFIRM) is DeliveryState.DONE
    run_again()
    assert [one for one in subjects(sink) if order.number in one] == [confirmation]


def test_of_an_order_that_is_gone_nothing_goes(small: Shop, sink: Path) -> None:
    order, _request = locked_before_paid(small)
    vault.destroy_unit(order.unit)
    run_again()
    assert state_of(CONFIRM) is DeliveryState.DONE
    assert subjects(sink) == []


def test_what_waited_longer_than_it_is_of_use_is_let_go_and_no_failure(small: Shop, sink: Path) -> None:
    _order, request = locked_before_paid(small)
    past = USEFUL_FOR["confirmation"] + timedelta(hours=1)
    with transaction(Role.MIGRATE) as session:
        old = text(
            "UPDATE outbox_deliveries SET tried_since = now() - CAST(:past AS interval) WHERE handler = :h"
        )
        session.execute(old, {"past": past, "h": CONFIRM})
    run_again()
    assert state_of(CONFIRM) is DeliveryState.DONE
    lifted(request)
    assert [one for one in subjects(sink) if one.startswith("Your order")] == []


def test_only_needed_mails_wait_and_only_for_their_own_record(small: Shop) -> None:
    assert set(USEFUL_FOR) <= NEEDED
    order, _request = locked_before_paid(small)
    with pytest.raises(PassingError, match="waits for the end"):
        letters.wait_for_lock("refund", OrderContact, order.unit)
    letters.wait_for_lock("delivered", OrderContact, order.unit)
    letters.wait_for_lock("refund", OrderContact, "order:another")
    with transaction(Role.WORKER) as session:
        assert outbox.wake(session, "AgreementEndedError") == 0
        assert outbox.wake(session, PassingError.__name__) == 1
