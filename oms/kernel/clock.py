"""What time it is, in UTC; the one place that asks, so that a test or a rehearsal of retention can travel."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime

_held: ContextVar[datetime | None] = ContextVar("held_clock", default=None)


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return _held.get() or datetime.now(UTC)


def today() -> date:
    """Return the present day in UTC."""
    return now().date()


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
