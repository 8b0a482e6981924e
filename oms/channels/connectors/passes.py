"""Passes that open a marketplace for an hour or so: asked for with the account's own keys, kept in memory."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from oms.channels.connectors.wire import ForbiddenError, NotAllowedError
from oms.kernel import clock

T = TypeVar("T")
_BEFORE = timedelta(minutes=1)


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

    def now(self) -> str:
        """Return a pass that is good now."""
        if self.held is None or clock.now() >= self.held.until - _BEFORE:
            self.held = self.ask()
        return self.held.value

    def using(self, call: Callable[[str], T]) -> T:
        """Call with a pass. One that is refused may have ended early: once a new one is asked for."""
        before, value = self.held, self.now()
        try:
            return call(value)
        except (NotAllowedError, ForbiddenError):
            if self.held is not before:
                raise
            self.held = None
            return call(self.now())
