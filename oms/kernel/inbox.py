"""The webhook journal: what an outside party told us, kept before it is believed, applied once."""

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from sqlalchemy import Identity, Index, UniqueConstraint, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from oms.kernel import clock, outbox
from oms.kernel.db import Base
from oms.kernel.register import Life, columns

# How far a signed moment may be from ours: an older message is a replay.
TOLERANCE = timedelta(minutes=5)


class WebhookEvent(Base):
    """One event: ids, time, amount, status; of the body only its SHA-256. The rest is read again."""

    __tablename__ = "webhook_events"
    __columns__: ClassVar = columns(
        "id provider event_id type object_id occurred_at amount currency status body_sha256 received_at"
        " applied_at outcome"
    )
    # Parties repeat an event for days at most (Stripe: three, https://docs.stripe.com/webhooks#retries).
    __life__: ClassVar = Life("applied_at", 30)
    __table_args__ = (
        UniqueConstraint("provider", "event_id"),
        Index("ix_webhook_events_occurred_at", "occurred_at"),
        Index("ix_webhook_events_open", "object_id", postgresql_where=text("applied_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    provider: Mapped[str]
    event_id: Mapped[str]
    type: Mapped[str]
    object_id: Mapped[str]
    occurred_at: Mapped[datetime]
    amount: Mapped[int | None]
    currency: Mapped[str | None]
    status: Mapped[str]
    body_sha256: Mapped[bytes]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    applied_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(server_default="")


@dataclass(frozen=True, slots=True)
class Told:
    """What is journaled of an event; amounts in minor units."""

    provider: str
    event_id: str
    type: str
    object_id: str
    occurred_at: datetime
    status: str
    amount: int | None = None
    currency: str | None = None


def is_signed(body: bytes, signature: str, secrets: tuple[str, ...], now: datetime) -> bool:
    """Check `t=<seconds>,v1=<hex>`: HMAC-SHA256 over `<seconds>.<raw body>`, one v1 for each secret.

    The scheme is Stripe's (https://docs.stripe.com/webhooks#verify-manually), which others took over.
    """
    parts = [part.partition("=") for part in signature.split(",")]
    moment = next((value for name, _, value in parts if name == "t"), "")
    if not moment.isascii() or not moment.isdecimal() or len(moment) > 12:  # noqa: PLR2004 - 31,000 years
        return False
    if abs(datetime.fromtimestamp(int(moment), UTC) - now) > TOLERANCE:
        return False
    marks = [value.encode() for name, _, value in parts if name == "v1"]
    signed = f"{moment}.".encode() + body
    ours = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest().encode() for secret in secrets]
    return any(hmac.compare_digest(mark, own) for mark in marks for own in ours)


def journal(session: Session, told: Told, body: bytes) -> bool:
    """Keep an event and say `<provider>.told`; False, and nothing is written, when it is known already."""
    new_id = session.scalar(
        insert(WebhookEvent)
        .values(
            provider=told.provider,
            event_id=told.event_id,
            type=told.type,
            object_id=told.object_id,
            occurred_at=told.occurred_at,
            status=told.status,
            amount=told.amount,
            currency=told.currency,
            body_sha256=hashlib.sha256(body).digest(),
        )
        .on_conflict_do_nothing()
        .returning(WebhookEvent.id)
    )
    if new_id is None:
        return False
    outbox.say(session, f"{told.provider}.told", event=new_id)
    return True


def take(session: Session, event_id: int) -> WebhookEvent | None:
    """Lock a journaled event that is not applied yet; None when it is applied or unknown."""
    return session.scalar(
        select(WebhookEvent)
        .where(WebhookEvent.id == event_id, WebhookEvent.applied_at.is_(None))
        .with_for_update()
    )


def answer(
    session: Session, provider: str, object_ids: Collection[str], asked_at: datetime, *, but: str
) -> int:
    """Mark events about some objects applied that came before their party was asked; return how many.

    What the party said then covers them, `but` those of a type that count one by one. Whoever holds one of
    them at this moment is not waited for.
    """
    covered = (
        select(WebhookEvent.id)
        .where(
            WebhookEvent.provider == provider,
            WebhookEvent.object_id.in_(object_ids),
            WebhookEvent.applied_at.is_(None),
            WebhookEvent.received_at < asked_at,
            WebhookEvent.type != but,
        )
        .with_for_update(skip_locked=True)
    )
    known = {"applied_at": clock.now(), "outcome": "known"}
    marked = update(WebhookEvent).where(WebhookEvent.id.in_(covered)).values(known)
    return len(session.execute(marked.returning(WebhookEvent.id)).all())


def unapplied(session: Session, *, older_than: datetime) -> int:
    """Return how many events wait since before a moment; doctor shows it."""
    return (
        session.scalar(
            select(func.count())
            .select_from(WebhookEvent)
            .where(WebhookEvent.applied_at.is_(None), WebhookEvent.received_at < older_than)
        )
        or 0
    )
