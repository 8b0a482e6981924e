"""What money listens to: the provider's word, refunds to send, and the clock for what nobody told us."""

from datetime import timedelta

from sqlalchemy import func, select

from oms.kernel import clock, inbox, jobs
from oms.kernel.db import Role, reading, transaction
from oms.kernel.inbox import WebhookEvent
from oms.kernel.money import Money
from oms.kernel.outbox import Message
from oms.payments import actions, gateway, queries, troubles
from oms.payments.models import Payment, Refund
from oms.payments.states import RefundState
from oms.payments.words import GatewayRefusedError, RefundTruth, SessionTruth

# Stripe forgets idempotency keys after 24 hours (https://docs.stripe.com/api/idempotent_requests).
KEY_LIFE = timedelta(hours=23)
# Stripe books a charge within moments; of what it has not booked after this long the fee stays unknown.
FEE_COMES_WITHIN = timedelta(days=30)
# What Stripe says of each card that was refused; its session stays open for another one.
REFUSED = "payment_intent.payment_failed"


@jobs.on("stripe.told", role=Role.WORKER)
def believe(message: Message) -> None:
    """Ask Stripe about the object of an event, and apply the answer once; the event is a doorbell.

    Stripe rings several times for one thing: the answer holds for all that rang before it was asked for.
    """
    with reading() as session:
        chosen = select(WebhookEvent, func.now()).where(WebhookEvent.id == message.number("event"))
        event, asked_at = session.execute(chosen).one()
    if event.applied_at is not None:
        return
    truth = _ask_about(event.object_id)
    with transaction() as session:
        taken = inbox.take(session, event.id)
        if taken is None:
            return
        taken.applied_at = clock.now()
        if isinstance(truth, SessionTruth):
            taken.outcome = actions.apply_truth(session, truth)
            if taken.type == REFUSED and actions.note_refusal(session, truth):
                taken.outcome = queries.REFUSED_CARD
            about = {truth.session_ref, truth.intent_ref or truth.session_ref}
            inbox.answer(session, taken.provider, about, asked_at, but=REFUSED)
        elif isinstance(truth, RefundTruth):
            taken.outcome = actions.apply_refund_truth(session, truth)
            inbox.answer(session, taken.provider, {truth.refund_ref}, asked_at, but=REFUSED)
        else:
            taken.outcome = "no payment of ours"


def _ask_about(object_id: str) -> SessionTruth | RefundTruth | None:
    try:
        if object_id.startswith("cs_"):
            return gateway.look_up(object_id)
        if object_id.startswith("re_"):
            return gateway.look_up_refund(object_id)
        session_ref = gateway.session_of_intent(object_id) if object_id.startswith("pi_") else None
        return gateway.look_up(session_ref) if session_ref else None
    except GatewayRefusedError:
        return None


@jobs.on("refund.requested", role=Role.WORKER)
def send_refund(message: Message) -> None:
    """Send a refund; its key makes a repeated call find the first."""
    with reading() as session:
        refund = session.get_one(Refund, message.number("refund"))
    _send(refund)


def _send(refund: Refund) -> None:
    with reading() as session:
        payment = session.get_one(Payment, refund.payment_id)
    if refund.state is not RefundState.PENDING or payment.intent_ref is None:
        return
    try:
        truth = _made_before(refund, payment.intent_ref) or gateway.refund(
            payment.intent_ref, Money(refund.amount, refund.currency), key=refund.key
        )
    except GatewayRefusedError as error:
        with transaction() as session:
            actions.refuse_refund(session, refund.id, error.reason)
        return
    with transaction() as session:
        actions.apply_refund_truth(session, truth)


def _made_before(refund: Refund, intent_ref: str) -> RefundTruth | None:
    """Return what an earlier attempt made whose answer was lost, once its key alone would not find it."""
    if refund.created_at > clock.now() - KEY_LIFE:
        return None
    return gateway.refund_of(intent_ref, refund.key)


@jobs.every(timedelta(minutes=1), role=Role.WORKER)
def ask_about_open_payments() -> None:
    """Find what webhooks never told, for every payment that has been open for a while."""
    with reading() as session:
        waiting = queries.to_ask_about(session, clock.now())
    troubles.each(waiting, _ask)


def _ask(payment: Payment) -> None:
    try:
        truth = gateway.look_up(str(payment.session_ref))
    except GatewayRefusedError:
        truth = None
    with transaction() as session:
        troubles.note_asked(session, payment)
        if truth is not None:
            actions.apply_truth(session, truth)


@jobs.every(timedelta(minutes=1), role=Role.WORKER)
def ask_about_open_refunds() -> None:
    """Find what became of refunds without a last word; send those that Stripe never took."""
    with reading() as session:
        waiting = queries.open_refunds(session, older_than=clock.now() - queries.ASK_AFTER)
    troubles.each(waiting, _ask_or_send)


def _ask_or_send(refund: Refund) -> None:
    if refund.refund_ref is None:
        _send(refund)
        return
    truth = gateway.look_up_refund(refund.refund_ref)
    with transaction() as session:
        actions.apply_refund_truth(session, truth)


@jobs.every(timedelta(minutes=1), role=Role.BLIND)
def note_fees() -> None:
    """Find what Stripe kept of payments and for refunds; it is booked a little after the money came."""
    since = clock.now() - FEE_COMES_WITHIN
    with reading() as session:
        paid = queries.payments_without_fee(session, since=since)
        sent = queries.refunds_without_fee(session, since=since)
    troubles.each(paid, _note_fee_of_payment)
    troubles.each(sent, _note_fee_of_refund)


def _note_fee_of_payment(payment: Payment) -> None:
    taken = Money(payment.captured, payment.currency)
    _note_fee(payment, gateway.fee_of_payment(str(payment.intent_ref), taken))


def _note_fee_of_refund(refund: Refund) -> None:
    _note_fee(refund, gateway.fee_of_refund(str(refund.refund_ref), Money(refund.amount, refund.currency)))


def _note_fee(row: Payment | Refund, fee: int | None) -> None:
    if fee is not None:
        with transaction() as session:
            actions.note_fee(session, row, fee)
