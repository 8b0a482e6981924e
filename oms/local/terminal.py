"""What the launcher says: steps with their times, and the lines of its children under their names."""

from __future__ import annotations

import os
import sys
import time

_COLORS = (
    36,
    33,
    32,
    35,
    34,
    31,
)  # cyan, yellow, green, magenta, blue, red: ECMA-48, select graphic rendition
_WIDTH = 8


class Step:
    """One thing that is being done; `done` tells how long it took."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._since = time.monotonic()
        if sys.stdout.isatty():
            print(f"  {name} ...", end="\r", flush=True)

    def done(self, result: str = "") -> None:
        """Print the time the step took, and what came of it."""
        tail = f"  {result}" if result else ""
        print(f"  {self._name}: {time.monotonic() - self._since:.1f} s{tail}   ", flush=True)


class Voice:
    """The prefix under which a child's lines are printed, in a color of its own on a terminal."""

    def __init__(self, name: str, turn: int) -> None:
        self._prefix = f"{name:<{_WIDTH}} | "
        if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
            self._prefix = f"\x1b[{_COLORS[turn % len(_COLORS)]}m{self._prefix}\x1b[0m"

    def say(self, line: str) -> None:
        """Print one line under the name."""
        print(f"{self._prefix}{line}", flush=True)
