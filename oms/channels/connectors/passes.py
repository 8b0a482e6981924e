"""Passes that open a marketplace for an hour or so: asked for with the account's own keys, kept in memory."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from oms.channels.connectors.wire import ForbiddenError, NotAllowedError
from oms.kernel import clock

T = TypeVar("T")
_BEFORE = timedelta(minutes=1)
# What is refused again with a new pass has no right to it: no other pass is asked for so soon.
_AGAIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Pass:
    """What opens the marketplace, and until when."""

    value: str = field(repr=False)
    until: datetime


@dataclass
class Passes:
    """The pass of one account; a new one is asked for a minute before the last ends."""

    ask: Callable[[], Pass]
    held: Pass | None = field(default=None, repr=False)
    renewed_at: datetime | None = None

    def now(self) -> str:
        """Return a pass that is good now."""
        if self.held is None or clock.now() >= self.held.until - _BEFORE:
            self.held = self.ask()
        return self.held.value

    def using(self, call: Callable[[str], T]) -> T:
        """Call with a pass. A refused one may have ended early: then and now a new one is asked for."""
        before, value = self.held, self.now()
        try:
            return call(value)
        except (NotAllowedError, ForbiddenError):
            is_new = self.renewed_at is not None and clock.now() < self.renewed_at + _AGAIN
            if self.held is not before or is_new:
                raise
            self.held, self.renewed_at = None, clock.now()
            return call(self.now())
