"""The outbox: what must happen after a commit, written inside it. Ids only; Valkey may forget anything."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Identity, Index, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from oms.kernel.db import Base
from oms.kernel.register import Life, columns

_ID = re.compile(r"[A-Za-z0-9._:/-]{1,80}")
LEASE = timedelta(seconds=90)
# For faults of ours, which no waiting heals: about nine minutes, then somebody has to look.
MOST_ATTEMPTS = 8
_LONGEST_DOUBLING = 12

# What every delivery costs: one statement, which waits for no other worker.
_CLAIM = text(
    """
    WITH chosen AS (
        SELECT message_id, handler FROM outbox_deliveries
        WHERE state IN ('waiting', 'leased') AND due_at <= now() AND coalesce(leased_until, now()) <= now()
        ORDER BY due_at, message_id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    UPDATE outbox_deliveries AS d
    SET state = 'leased', attempts = d.attempts + 1, fence = d.fence + 1, leased_until = now() + :lease
    FROM chosen JOIN outbox_messages AS m ON m.id = chosen.message_id
    WHERE d.message_id = chosen.message_id AND d.handler = chosen.handler
    RETURNING d.message_id, d.handler, d.fence, d.attempts, now() - d.tried_since AS tried_for,
              m.topic, m.payload
    """
)
_NOTHING_LEFT = (
    "NOT EXISTS (SELECT 1 FROM outbox_deliveries AS d WHERE d.message_id = outbox_messages.id"
    " AND d.state <> 'done')"
)

Id = int | str


class DeliveryState(StrEnum):
    """The life of one delivery: waiting, leased to a worker, done, or dead after too many attempts."""

    WAITING = "waiting"
    LEASED = "leased"
    DONE = "done"
    DEAD = "dead"


class OutboxMessage(Base):
    """A past fact such as `order.placed`, with the ids that it is about."""

    __tablename__ = "outbox_messages"
    __columns__: ClassVar = columns("id topic payload said_at fanned_out_at")
    # What was done is kept a week, to be able to say that it was; what was not done waits for somebody.
    __life__: ClassVar = Life("fanned_out_at", 7, _NOTHING_LEFT)
    __table_args__ = (Index("ix_outbox_messages_new", "id", postgresql_where=text("fanned_out_at IS NULL")),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    topic: Mapped[str]
    payload: Mapped[dict[str, Id]] = mapped_column(JSONB)
    said_at: Mapped[datetime] = mapped_column(server_default=func.now())
    fanned_out_at: Mapped[datetime | None]


class OutboxDelivery(Base):
    """One message for one handler: leased with a fencing token, so that an orphan's late success is void."""

    __tablename__ = "outbox_deliveries"
    __columns__: ClassVar = columns(
        "message_id handler state attempts fence tried_since due_at leased_until settled_at error"
    )
    __table_args__ = (
        Index(
            "ix_outbox_deliveries_due",
            "due_at",
            "message_id",
            postgresql_where=text("state IN ('waiting', 'leased')"),
        ),
        Index("ix_outbox_deliveries_dead", "settled_at", postgresql_where=text("state = 'dead'")),
    )

    message_id: Mapped[int] = mapped_column(
        ForeignKey("outbox_messages.id", ondelete="CASCADE"), primary_key=True
    )
    handler: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[DeliveryState] = mapped_column(server_default="waiting")
    attempts: Mapped[int] = mapped_column(server_default="0")
    fence: Mapped[int] = mapped_column(server_default="0")
    tried_since: Mapped[datetime] = mapped_column(server_default=func.now())
    due_at: Mapped[datetime] = mapped_column(server_default=func.now())
    leased_until: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(server_default="")


@dataclass(frozen=True, slots=True)
class Message:
    """What a handler is given: the topic, the ids, and the number that makes its effect idempotent."""

    id: int
    topic: str
    payload: dict[str, Id]

    def number(self, name: str) -> int:
        """Return an id that is a number; raises KeyError where the message has none."""
        return int(self.payload[name])

    def word(self, name: str) -> str:
        """Return an id that is a word; raises KeyError where the message has none."""
        return str(self.payload[name])


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a handler is tried while somebody outside is away: with doubling pauses, to a horizon."""

    horizon: timedelta = timedelta(days=1)
    longest_pause: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to do one delivery until it ends; `fence` tells this lease from every other.

    `tried_for` is how long ago its first attempt was due, by the database's clock.
    """

    message: Message
    handler: str
    fence: int
    attempts: int
    tried_for: timedelta


def say(session: Session, topic: str, **ids: Id) -> None:
    """Write a fact into the caller's transaction. Raises ValueError for anything that is not an id."""
    for name, value in ids.items():
        if isinstance(value, bool) or not (isinstance(value, int) or _ID.fullmatch(value)):
            raise ValueError(f"{topic}: {name} is not an id; the outbox carries ids only")
    session.add(OutboxMessage(topic=topic, payload=ids))


def fan_out(session: Session, handlers: dict[str, list[str]], *, most: int = 500) -> int:
    """Give each new message one delivery per handler of its topic; return how many messages were new."""
    fresh = session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.fanned_out_at.is_(None))
        .order_by(OutboxMessage.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    rows = [{"message_id": m.id, "handler": name} for m in fresh for name in handlers.get(m.topic, [])]
    if rows:
        session.execute(insert(OutboxDelivery).on_conflict_do_nothing(), rows)
    if fresh:
        ids = [m.id for m in fresh]
        session.execute(
            update(OutboxMessage).where(OutboxMessage.id.in_(ids)).values(fanned_out_at=func.now())
        )
    return len(fresh)


def count_due(session: Session, *, most: int) -> int:
    """Return how many deliveries wait for a worker or lost theirs, by the database's clock, up to `most`."""
    found = select(OutboxDelivery.message_id).where(*_is_due()).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def _is_due() -> tuple[ColumnElement[bool], ...]:
    return (
        OutboxDelivery.state.in_([DeliveryState.WAITING, DeliveryState.LEASED]),
        OutboxDelivery.due_at <= func.now(),
        func.coalesce(OutboxDelivery.leased_until, func.now()) <= func.now(),
    )


def claim(session: Session) -> Lease | None:
    """Take the lease of what has been due longest and nobody else takes; None when nothing is due."""
    row = session.execute(_CLAIM, {"lease": LEASE}).one_or_none()
    if row is None:
        return None
    said = Message(row.message_id, row.topic, row.payload)
    return Lease(said, row.handler, row.fence, row.attempts, row.tried_for)


def settle(session: Session, held: Lease) -> bool:
    """Mark a delivery done; False when the lease was lost meanwhile, and then nothing changed."""
    return _finish(
        session, held, state=DeliveryState.DONE, settled_at=func.now(), leased_until=None, error=""
    )


def put_back(session: Session, held: Lease, error: str, patience: Patience | None = None) -> bool:
    """Return a failed delivery: due again after 2, 4, 8 ... seconds, until it is dead.

    With a patience (somebody outside is away) that is when its horizon is reached, else after the last
    attempt. False when the lease was lost meanwhile, and then nothing changed.
    """
    wait = timedelta(seconds=2 ** min(held.attempts, _LONGEST_DOUBLING))
    if patience is not None:
        wait = min(wait, patience.longest_pause)
        is_over = held.tried_for + wait >= patience.horizon
    else:
        is_over = held.attempts >= MOST_ATTEMPTS
    if is_over:
        return bury(session, held, error)
    due_at = func.now() + wait
    return _finish(
        session, held, state=DeliveryState.WAITING, due_at=due_at, leased_until=None, error=error[:300]
    )


def wake(session: Session, error: str) -> int:
    """Make what waits with an error of some kind due now, when its cause may be gone; return how many."""
    waiting = (OutboxDelivery.state == DeliveryState.WAITING, OutboxDelivery.error.startswith(f"{error}:"))
    woken = update(OutboxDelivery).where(*waiting).values(due_at=func.now())
    return len(session.execute(woken.returning(OutboxDelivery.message_id)).all())


def bury(session: Session, held: Lease, error: str) -> bool:
    """Give a delivery up, for somebody to look at; False when the lease was lost meanwhile."""
    over = {"settled_at": func.now(), "leased_until": None, "error": error[:300]}
    return _finish(session, held, state=DeliveryState.DEAD, **over)


def _finish(session: Session, held: Lease, **values: object) -> bool:
    done = session.execute(
        update(OutboxDelivery)
        .where(
            OutboxDelivery.message_id == held.message.id,
            OutboxDelivery.handler == held.handler,
            OutboxDelivery.state == DeliveryState.LEASED,
            OutboxDelivery.fence == held.fence,
        )
        .values(**values)
        .returning(OutboxDelivery.message_id)
        .execution_options(synchronize_session=False)
    ).all()
    return bool(done)


def dead(session: Session) -> list[OutboxDelivery]:
    """Return the deliveries that gave up, the newest first, for the desk."""
    return list(
        session.scalars(
            select(OutboxDelivery)
            .where(OutboxDelivery.state == DeliveryState.DEAD)
            .order_by(OutboxDelivery.settled_at.desc())
            .limit(200)
        )
    )


def retry(session: Session, deliveries: Iterable[tuple[int, str]]) -> int:
    """Give dead deliveries another life; return how many there were."""
    count = 0
    for message_id, handler in deliveries:
        revived = session.execute(
            update(OutboxDelivery)
            .where(
                OutboxDelivery.message_id == message_id,
                OutboxDelivery.handler == handler,
                OutboxDelivery.state == DeliveryState.DEAD,
            )
            .values(
                state=DeliveryState.WAITING,
                attempts=0,
                tried_since=func.now(),
                due_at=func.now(),
                settled_at=None,
            )
            .returning(OutboxDelivery.message_id)
        ).all()
        count += len(revived)
    return count


def drop(session: Session, message_id: int, handler: str) -> bool:
    """Let a dead delivery be for good; False when it is not dead. Its last error stays to be read."""
    let_be = session.execute(
        update(OutboxDelivery)
        .where(
            OutboxDelivery.message_id == message_id,
            OutboxDelivery.handler == handler,
            OutboxDelivery.state == DeliveryState.DEAD,
        )
        .values(state=DeliveryState.DONE, settled_at=func.now())
        .returning(OutboxDelivery.message_id)
    ).all()
    return bool(let_be)
