"""Reads of failed work: ids, topics and the kind of error, never what a message is about in words."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from oms.kernel.outbox import DeliveryState, OutboxDelivery, OutboxMessage

MOST = 200


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An effect that failed too often."""

    message_id: int
    topic: str
    about: str
    handler: str
    attempts: int
    error: str
    settled_at: datetime | None


def dead_letters(session: Session) -> list[DeadLetter]:
    """Return the effects that gave up, the newest first."""
    rows = session.execute(
        select(OutboxDelivery, OutboxMessage)
        .join(OutboxMessage, OutboxMessage.id == OutboxDelivery.message_id)
        .where(OutboxDelivery.state == DeliveryState.DEAD)
        .order_by(OutboxDelivery.settled_at.desc(), OutboxDelivery.message_id.desc())
        .limit(MOST)
    )
    return [
        DeadLetter(
            message.id,
            message.topic,
            " ".join(f"{name}:{value}" for name, value in sorted(message.payload.items())),
            delivery.handler,
            delivery.attempts,
            delivery.error,
            delivery.settled_at,
        )
        for delivery, message in rows
    ]


@dataclass(frozen=True, slots=True)
class Retrying:
    """Effects that failed and are tried again by themselves: how many, since when, the oldest's error."""

    count: int
    since: datetime
    error: str


def retrying(session: Session) -> Retrying | None:
    """Return what failed and is tried again, which long before it gives up tells that somebody is away."""
    failed = (OutboxDelivery.state == DeliveryState.WAITING, OutboxDelivery.attempts > 0)
    oldest = select(OutboxDelivery).where(*failed).order_by(OutboxDelivery.tried_since).limit(1)
    first = session.scalar(oldest)
    if first is None:
        return None
    count = session.scalar(select(func.count()).select_from(OutboxDelivery).where(*failed)) or 0
    return Retrying(count, first.tried_since, first.error)


def oldest_waiting(session: Session) -> tuple[int, datetime | None]:
    """Return how many effects wait, and since when the first of them is due."""
    row = session.execute(
        select(func.count(), func.min(OutboxDelivery.due_at)).where(
            OutboxDelivery.state.in_([DeliveryState.WAITING, DeliveryState.LEASED])
        )
    ).one()
    return int(row[0]), row[1]
