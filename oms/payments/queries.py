"""Reads of payments and refunds."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, extract, func, or_, select
from sqlalchemy.orm import Session

from oms.kernel.inbox import WebhookEvent
from oms.payments.models import Payment, PaymentEvent, Refund, RefundEvent, RefundLine
from oms.payments.states import PaymentState, RefundState

# How the journal of webhooks names what became of an event that told of a refused card.
REFUSED_CARD = "a card was refused"
# How long whoever began something, or Stripe by itself, has to tell of it.
ASK_AFTER = timedelta(seconds=90)
# Then the event has been given up, or waits for a person.
_ANSWERED_WITHIN = timedelta(hours=1)
OPEN = (PaymentState.PENDING, PaymentState.UNKNOWN, PaymentState.AUTHORIZED)


def of_order(session: Session, order_id: int) -> list[Payment]:
    """Return an order's attempts to pay, the newest first."""
    return list(
        session.scalars(select(Payment).where(Payment.order_id == order_id).order_by(Payment.id.desc()))
    )


def latest(session: Session, order_id: int) -> Payment | None:
    """Return an order's newest attempt to pay."""
    return session.scalar(
        select(Payment).where(Payment.order_id == order_id).order_by(Payment.id.desc()).limit(1)
    )


def refunds_of(session: Session, order_id: int) -> list[Refund]:
    """Return an order's refunds, the oldest first."""
    return list(session.scalars(select(Refund).where(Refund.order_id == order_id).order_by(Refund.id)))


def refunded_by_line(session: Session, order_id: int) -> dict[int | None, int]:
    """Return minor units sent back, or on their way, by order line, without any surplus; None is delivery."""
    rows = session.execute(
        select(RefundLine.order_line_id, func.sum(RefundLine.amount))
        .join(Refund, Refund.id == RefundLine.refund_id)
        .where(Refund.order_id == order_id, Refund.state != RefundState.FAILED, ~Refund.is_surplus)
        .group_by(RefundLine.order_line_id)
    )
    return {line_id: int(amount) for line_id, amount in rows}


def to_ask_about(session: Session, at: datetime, *, most: int = 100) -> list[Payment]:
    """Return open payments that Stripe should be asked about, those not asked about for longest first.

    That is 90 seconds after they began, again after each quarter of their age, and when their session ends;
    not while Stripe rang about one and the answer to that is on its way. Those that broke the last time come
    last.
    """
    rang = exists().where(
        WebhookEvent.object_id.in_([Payment.session_ref, Payment.intent_ref]),
        WebhookEvent.applied_at.is_(None),
        WebhookEvent.received_at > at - _ANSWERED_WITHIN,
    )
    asked_ago, age = (extract("epoch", at - since) for since in (Payment.asked_at, Payment.created_at))
    has_ended = and_(Payment.asked_at < Payment.expires_at, Payment.expires_at < at)
    return list(
        session.scalars(
            select(Payment)
            .where(Payment.state.in_(OPEN), Payment.session_ref.is_not(None))
            .where(
                Payment.created_at < at - ASK_AFTER,
                or_(Payment.asked_at.is_(None), asked_ago * 4 > age, has_ended),
                ~rang,
            )
            .order_by(Payment.trouble != "", Payment.asked_at.nulls_first(), Payment.created_at)
            .limit(most)
        )
    )


def never_started(session: Session, *, older_than: datetime, most: int = 100) -> list[Payment]:
    """Return open payments whose session was never noted: the process died, or Stripe did not answer.

    Those that broke the last time come last.
    """
    return list(
        session.scalars(
            select(Payment)
            .where(Payment.state.in_(OPEN), Payment.session_ref.is_(None), Payment.created_at < older_than)
            .order_by(Payment.trouble != "", Payment.created_at)
            .limit(most)
        )
    )


def open_refunds(session: Session, *, older_than: datetime, most: int = 100) -> list[Refund]:
    """Return refunds without the provider's last word."""
    return list(
        session.scalars(
            select(Refund)
            .where(Refund.state == RefundState.PENDING, Refund.created_at < older_than)
            .order_by(Refund.trouble != "", Refund.created_at)
            .limit(most)
        )
    )


def payments_without_fee(session: Session, *, since: datetime, most: int = 100) -> list[Payment]:
    """Return captured payments of which nobody has said the fee, the newest first."""
    return list(
        session.scalars(
            select(Payment)
            .where(Payment.fee.is_(None), Payment.captured > 0, Payment.intent_ref.is_not(None))
            .where(Payment.settled_at > since)
            .order_by(Payment.trouble != "", Payment.settled_at.desc(), Payment.id.desc())
            .limit(most)
        )
    )


def refunds_without_fee(session: Session, *, since: datetime, most: int = 100) -> list[Refund]:
    """Return refunds that succeeded, and may have failed since, without a known fee; the newest first."""
    succeeded = select(RefundEvent.refund_id).where(RefundEvent.state == RefundState.SUCCEEDED)
    return list(
        session.scalars(
            select(Refund)
            .where(Refund.fee.is_(None), Refund.id.in_(succeeded))
            .where(Refund.refund_ref.is_not(None), Refund.settled_at > since)
            .order_by(Refund.trouble != "", Refund.settled_at.desc(), Refund.id.desc())
            .limit(most)
        )
    )


def events_of(session: Session, order_id: int) -> list[PaymentEvent]:
    """Return the moves of an order's payments, in order."""
    return list(
        session.scalars(
            select(PaymentEvent)
            .join(Payment, Payment.id == PaymentEvent.payment_id)
            .where(Payment.order_id == order_id)
            .order_by(PaymentEvent.id)
        )
    )


def refusals_of(session: Session, order_id: int) -> int:
    """Return how many cards were refused for an order."""
    count = select(func.coalesce(func.sum(Payment.refusals), 0)).where(Payment.order_id == order_id)
    return int(session.scalar(count) or 0)


def refused_between(session: Session, since: datetime, until: datetime) -> int:
    """Return how many cards were refused in the whole shop after one moment and up to another."""
    told = (WebhookEvent.occurred_at > since, WebhookEvent.occurred_at <= until)
    count = select(func.count(WebhookEvent.id)).where(WebhookEvent.outcome == REFUSED_CARD, *told)
    return int(session.scalar(count) or 0)


def captured_between(session: Session, since: datetime, until: datetime) -> int:
    """Return how many payments came in after one moment and up to another."""
    came = (Payment.settled_at > since, Payment.settled_at <= until, Payment.captured > 0)
    return int(session.scalar(select(func.count(Payment.id)).where(*came)) or 0)


def no_longer_needed(before: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return which payments, settled before a moment and with no refund on its way, hold references still."""
    is_moving = select(Refund.id).where(Refund.payment_id == Payment.id, Refund.state == RefundState.PENDING)
    return (
        or_(Payment.session_ref.is_not(None), Payment.intent_ref.is_not(None)),
        Payment.settled_at < before,
        ~is_moving.exists(),
    )


def referenced_since(session: Session, before: datetime) -> int:
    """Return how many payments hold references longer than since a moment."""
    return session.scalar(select(func.count()).select_from(Payment).where(*no_longer_needed(before))) or 0
