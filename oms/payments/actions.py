"""What happens to money: intents written ahead, the provider's truth applied once, refunds capped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from oms.kernel import clock, outbox
from oms.kernel.audit import Actor, ActorKind
from oms.kernel.errors import CounterfoilError, NotFoundError
from oms.kernel.money import Money
from oms.kernel.states import Outcome
from oms.payments import queries
from oms.payments.models import Payment, PaymentEvent, Refund, RefundEvent, RefundLine
from oms.payments.states import PAYMENT, REFUND, PaymentState, RefundState
from oms.payments.words import RefundTruth, SessionTruth

NEVER_STARTED = "no session exists at the provider"
# How a history says that the provider would not begin a payment; its code follows.
REFUSED = "refused by the provider: "
# Who moved what the provider's word moved, and why.
PROVIDER, _ITS_WORD = "provider", "the provider says so"


class RefundTooLargeError(CounterfoilError):
    """More than was paid, and not yet sent back, cannot be sent back."""

    code = "refund_too_large"


@dataclass(frozen=True, slots=True)
class Asked:
    """What an attempt to pay is for: an order, the reference that Stripe shows, the money, until when."""

    order_id: int
    reference: str
    money: Money
    locale: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RefundPart:
    """The part of a refund for one order line, and the most that line can get back; minor units."""

    order_line_id: int | None
    quantity: int
    amount: int
    most: int


@dataclass(frozen=True, slots=True)
class RefundAsked:
    """Money to send back of a payment, by parts, with the reason that the buyer reads.

    A surplus was never the order's: it came twice, too late, or was another amount.
    """

    payment_id: int
    parts: tuple[RefundPart, ...]
    reason: str
    is_surplus: bool = False

    @property
    def amount(self) -> int:
        """Return the sum of the parts, in minor units."""
        return sum(part.amount for part in self.parts)


def open_payment(session: Session, asked: Asked) -> Payment:
    """Write the intent to be paid; its key names it in the call that follows the commit."""
    payment = Payment(
        order_id=asked.order_id,
        reference=asked.reference,
        amount=asked.money.amount,
        currency=asked.money.currency,
        locale=asked.locale,
        expires_at=asked.expires_at,
        created_at=clock.now(),
    )
    session.add(payment)
    session.flush()
    return payment


def note_session(session: Session, payment_id: int, session_ref: str) -> None:
    """Keep the reference of the session that was opened for a payment."""
    session.execute(
        update(Payment)
        .where(Payment.id == payment_id, Payment.session_ref.is_(None))
        .values(session_ref=session_ref)
        .execution_options(synchronize_session=False)
    )


def void_unstarted(session: Session, payment_id: int, *, why: str = NEVER_STARTED) -> bool:
    """Void a payment for which it is certain that no session exists; False when one was noted meanwhile."""
    payment = session.get_one(Payment, payment_id, with_for_update=True)
    if (
        payment.session_ref is not None
        or PAYMENT.attempt(payment.state, PaymentState.VOIDED) is not Outcome.MOVED
    ):
        return False
    _settle(session, payment, PaymentState.VOIDED, ActorKind.SYSTEM, why)
    return True


def apply_truth(session: Session, truth: SessionTruth) -> str:
    """Apply what the provider says of a session, under the payment's row lock; return what came of it.

    Any number of calls, in any order, end in the same state. A capture after we gave up is a capture.
    """
    payment = _locked(session, truth)
    if payment is None:
        return "not ours"
    payment.trouble = ""
    payment.session_ref = payment.session_ref or truth.session_ref
    payment.intent_ref = payment.intent_ref or truth.intent_ref
    if truth.state is PaymentState.PENDING:
        return "nothing new"
    outcome = PAYMENT.attempt(payment.state, truth.state)
    if outcome is Outcome.ALREADY_THERE:
        return "known"
    if outcome is Outcome.REFUSED:
        return f"ignored: {payment.state} stays"
    if truth.captured is not None:
        if truth.captured.currency != payment.currency or truth.captured.amount > payment.amount:
            return "ignored: the amount is not the one that was asked for"
        payment.captured = truth.captured.amount
    _settle(session, payment, truth.state, PROVIDER, _ITS_WORD)
    return str(truth.state)


def note_refusal(session: Session, truth: SessionTruth) -> bool:
    """Count a card that was refused for a payment; False where it is none of ours.

    The caller has made sure that each refusal is counted once. A debit that failed days later is no card.
    """
    payment = _locked(session, truth)
    if payment is None or truth.state in {PaymentState.FAILED, PaymentState.AUTHORIZED}:
        return False
    payment.refusals += 1
    return True


def _locked(session: Session, truth: SessionTruth) -> Payment | None:
    payment = session.scalar(
        select(Payment)
        .where(or_(Payment.session_ref == truth.session_ref, Payment.key == truth.payment_key))
        .with_for_update()
    )
    if payment is not None and payment.session_ref not in (None, truth.session_ref):
        return None
    return payment


def _settle(session: Session, payment: Payment, state: PaymentState, by_kind: str, why: str) -> None:
    payment.become(state)
    payment.settled_at = clock.now()
    session.add(
        PaymentEvent(payment_id=payment.id, state=state, amount=payment.captured, by_kind=by_kind, why=why)
    )
    outbox.say(session, f"payment.{state}", payment=payment.id, order=payment.order_id)


def request_refund(session: Session, asked: RefundAsked, *, by: Actor) -> Refund:
    """Write a refund and say `refund.requested`; the cap is one conditional statement over what was captured.

    Raises RefundTooLargeError, and then nothing was written, beyond the capture or beyond a line's share.
    """
    if asked.amount <= 0:
        raise RefundTooLargeError("There is nothing to send back.")
    payment = session.scalar(
        update(Payment)
        .where(Payment.id == asked.payment_id, Payment.captured - Payment.refunded >= asked.amount)
        .values(refunded=Payment.refunded + asked.amount)
        .returning(Payment)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if payment is None:
        raise RefundTooLargeError
    _check_lines(session, payment.order_id, () if asked.is_surplus else asked.parts)
    refund = Refund(
        payment_id=payment.id,
        order_id=payment.order_id,
        amount=asked.amount,
        currency=payment.currency,
        reason=asked.reason[:200],
        is_surplus=asked.is_surplus,
        by_kind=by.kind,
        by_id=by.id,
    )
    session.add(refund)
    session.flush()
    session.add_all(
        RefundLine(refund_id=refund.id, order_line_id=p.order_line_id, quantity=p.quantity, amount=p.amount)
        for p in asked.parts
    )
    _note(session, refund, by.kind, refund.reason)
    outbox.say(session, "refund.requested", refund=refund.id, order=refund.order_id)
    return refund


def _note(session: Session, refund: Refund, by_kind: str, why: str) -> None:
    state = refund.state or RefundState.PENDING
    session.add(RefundEvent(refund_id=refund.id, state=state, by_kind=by_kind, why=why, at=clock.now()))


def _check_lines(session: Session, order_id: int, parts: Sequence[RefundPart]) -> None:
    """Refuse more for a line than it cost; the payment's row lock, just taken, makes the sum true."""
    before = queries.refunded_by_line(session, order_id)
    for part in parts:
        if part.amount < 0 or before.get(part.order_line_id, 0) + part.amount > part.most:
            raise RefundTooLargeError("This part has been sent back already, or costs less than that.")


def apply_refund_truth(session: Session, truth: RefundTruth) -> str:
    """Apply what the provider says of a refund, under its row lock; a failed one frees its amount again."""
    refund = session.scalar(
        select(Refund)
        .where(or_(Refund.refund_ref == truth.refund_ref, Refund.key == truth.refund_key))
        .with_for_update()
    )
    if refund is None:
        return "not ours"
    refund.trouble = ""
    refund.refund_ref = refund.refund_ref or truth.refund_ref
    if truth.state is RefundState.PENDING:
        return "nothing new"
    if REFUND.attempt(refund.state, truth.state) is not Outcome.MOVED:
        return "known"
    refund.become(truth.state)
    refund.settled_at = clock.now()
    if truth.state is RefundState.FAILED:
        refund.failure = truth.failure[:80]
        session.execute(
            update(Payment)
            .where(Payment.id == refund.payment_id)
            .values(refunded=Payment.refunded - refund.amount)
            .execution_options(synchronize_session=False)
        )
    _note(session, refund, PROVIDER, refund.failure or _ITS_WORD)
    outbox.say(session, f"refund.{truth.state}", refund=refund.id, order=refund.order_id)
    return str(truth.state)


def refuse_refund(session: Session, refund_id: int, failure: str) -> None:
    """Mark a refund failed that the provider would not take."""
    refund = session.get(Refund, refund_id)
    if refund is None:
        raise NotFoundError
    money = Money(refund.amount, refund.currency)
    ref = refund.refund_ref or f"refused-{refund.id}"
    apply_refund_truth(session, RefundTruth(ref, refund.key, None, RefundState.FAILED, money, failure))


def note_fee(session: Session, row: Payment | Refund, fee: int) -> None:
    """Keep what the provider kept of a payment or for a refund, once known; minor units of its currency."""
    kind = type(row)
    session.execute(
        update(kind)
        .where(kind.id == row.id, kind.fee.is_(None))
        .values(fee=fee, trouble="")
        .execution_options(synchronize_session=False)
    )


def forget_person(session: Session, order_id: int) -> None:
    """Let go of which buyer asked for an order's refunds."""
    theirs = Refund.by_kind.in_((ActorKind.BUYER, ActorKind.GUEST))
    session.execute(update(Refund).where(Refund.order_id == order_id, theirs).values(by_id=""))


def drop_references(session: Session, before: datetime) -> int:
    """Let go of the provider's references of what was settled before a moment; return of how many payments.

    A payment whose refund is still on its way keeps them until that is settled.
    """
    gone = session.execute(
        update(Payment)
        .where(*queries.no_longer_needed(before))
        .values(session_ref=None, intent_ref=None)
        .returning(Payment.id)
        .execution_options(synchronize_session=False)
    ).all()
    session.execute(
        update(Refund)
        .where(Refund.refund_ref.is_not(None), Refund.settled_at < before)
        .values(refund_ref=None)
        .execution_options(synchronize_session=False)
    )
    return len(gone)
