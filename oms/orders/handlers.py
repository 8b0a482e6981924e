"""What orders listen to: payment truth, delivery, and the clock."""

from datetime import datetime, timedelta
from uuid import UUID

from oms.kernel import clock, jobs, vault
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading, transaction
from oms.kernel.errors import UnavailableError
from oms.kernel.outbox import Message
from oms.kernel.register import Event
from oms.orders import actions, queries, runs
from oms.orders.placing.queries import mailbox_of, payment_start
from oms.payments import actions as money
from oms.payments import gateway, troubles
from oms.payments import queries as payments
from oms.payments.models import Payment
from oms.payments.words import GatewayRefusedError

START_MISSING_AFTER = timedelta(minutes=3)
# How far Stripe's clock may be behind ours.
_SKEW = timedelta(minutes=5)

_public_url: list[str] = [""]


def configure(settings: Settings) -> None:
    """Tell handlers the shop's own address."""
    _public_url[0] = settings.public_url


@jobs.on("payment.captured", role=Role.WORKER)
def confirm(message: Message) -> None:
    """Place the order that was paid."""
    with transaction() as session:
        actions.confirm_payment(session, message.number("order"), message.number("payment"))


@jobs.on("payment.voided", role=Role.WORKER)
def give_up(message: Message) -> None:
    """Let an order lapse when its payment can never come."""
    with transaction() as session:
        actions.lapse(session, message.number("order"))


@jobs.on("payment.failed", role=Role.WORKER)
def give_up_failed(message: Message) -> None:
    """Let an order lapse when its payment failed for good."""
    with transaction() as session:
        actions.lapse(session, message.number("order"))


@jobs.on("order.delivered", role=Role.WORKER)
def start_clocks(message: Message) -> None:
    """Start the clocks that delivery starts: from now on it is certain when each thing goes."""
    _start_clocks(message)


@jobs.on("order.mailbox_corrected", role=Role.WORKER)
def correct_receipt(message: Message) -> None:
    """Have Stripe use the corrected mailbox for the receipt of what was paid; the ledger says so."""
    with transaction() as session:
        told = actions.tell_corrected(session, message.number("order"))
    if told is not None:
        for intent_ref in told.intents:
            gateway.correct_mailbox(intent_ref, told.payload.text("email"))


@jobs.on("order.noted", role=Role.WORKER)
def start_clocks_of_note(message: Message) -> None:
    """Start the clocks of a note that was written after delivery."""
    _start_clocks(message)


def _start_clocks(message: Message) -> None:
    with reading() as session:
        order = queries.get(session, message.number("order"))
    if order.delivered_at and order.returns_end_at:
        most = timedelta(days=queries.days_kept(order))
        vault.start_clock(order.unit, Event.DELIVERED, order.delivered_at, most)
        vault.start_clock(order.unit, Event.RETURN_WINDOW_ENDED, order.returns_end_at, most)


@jobs.every(timedelta(minutes=1), role=Role.WORKER)
def finish_interrupted_starts() -> None:
    """Find the session of each attempt that never noted one, and close it: nobody is on its way to pay it."""
    with reading() as session:
        found = payments.never_started(session, older_than=clock.now() - START_MISSING_AFTER)
    if not found:
        return
    try:
        opened = _opened_since(min(payment.created_at for payment in found) - _SKEW)
    except UnavailableError:
        return
    troubles.each(found, lambda payment: _close_unstarted(payment, opened.get(payment.key, [])))


def _opened_since(moment: datetime) -> dict[UUID | None, list[str]]:
    """Return the sessions that Stripe opened since a moment, by the keys of their payments."""
    opened: dict[UUID | None, list[str]] = {}
    for truth in gateway.sessions_since(moment):
        opened.setdefault(truth.payment_key, []).append(truth.session_ref)
    return opened


def _close_unstarted(payment: Payment, known: list[str]) -> None:
    for session_ref in known or _found_by_key(payment):
        truth = gateway.expire(session_ref)
        with transaction() as session:
            money.apply_truth(session, truth)


def _found_by_key(payment: Payment) -> list[str]:
    """Return the session that the same request opened, or opens now; a list may lag, a key does not."""
    with reading() as session:
        order = queries.get(session, payment.order_id)
        start = payment_start(order, payment, _public_url[0], mailbox_of(session, order))
    try:
        return [gateway.start(start).session_ref]
    except GatewayRefusedError:
        with transaction() as session:
            money.void_unstarted(session, payment.id)
        return []


@jobs.every(timedelta(minutes=30), role=Role.WORKER)
def forget_lapsed() -> None:
    """Destroy what lapsed orders knew of a person."""
    runs.forget_lapsed(clock.now() - actions.LAPSED_LIFE)


@jobs.every(timedelta(hours=1), role=Role.BLIND)
def close_finished() -> None:
    """Close orders whose return window has ended."""
    with reading() as session:
        due = queries.to_close(session, before=clock.now())
    for order_id in due:
        with transaction() as session:
            actions.close(session, order_id)
