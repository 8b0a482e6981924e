"""The stand-in's own clock, which a test may set forward without touching the machine's."""

import time
from collections.abc import Callable


class Clock:
    """Seconds since 1970 in UTC, plus what a test has jumped so far."""

    def __init__(self, offset: int = 0, remember: Callable[[int], None] | None = None) -> None:
        """Start `offset` seconds away from the machine's clock; `remember` is told of each later offset."""
        self._offset = offset
        self._remember = remember

    def now(self) -> int:
        """Return the present moment as the stand-in sees it, in whole seconds."""
        return int(time.time()) + self._offset

    def jump(self, seconds: int) -> int:
        """Move by `seconds` (negative: back) and return the new moment."""
        self._offset += seconds
        if self._remember is not None:
            self._remember(self._offset)
        return self.now()
