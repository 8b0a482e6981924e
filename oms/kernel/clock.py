"""What time it is, in UTC; the one place that asks, so that a test or a rehearsal of retention can travel."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta

_held: ContextVar[datetime | None] = ContextVar("held_clock", default=None)


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return _held.get() or datetime.now(UTC)


def today() -> date:
    """Return the present day in UTC."""
    return now().date()


def gone_on(end: datetime) -> date:
    """Return the day in UTC on which the retention run takes what ends at a moment: at the next full hour."""
    past = end - end.replace(minute=0, second=0, microsecond=0)
    return (end - past + (timedelta(hours=1) if past else timedelta())).date()


@contextmanager
def held_at(moment: datetime) -> Iterator[None]:
    """Hold the clock at an aware moment for the code inside; raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("the clock is held at an aware moment only")
    token = _held.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _held.reset(token)
