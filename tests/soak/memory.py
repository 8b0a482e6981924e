"""How much memory each process holds, looked at every second or two, and whether it grows."""

import os
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import linear_regression, median
from typing import Self

from tests.bench.shares import family

PAUSE = 1.0
# Beyond this share, and this many megabytes, from the middle third to the last one, it is a leak.
MOST_SHARE, MOST_MB = 0.05, 8.0
_PAGE = os.sysconf("SC_PAGE_SIZE")

Sample = tuple[float, float]


@dataclass(frozen=True)
class Growth:
    """What one process held: megabytes in the middle and at the end, and the slope of the last two thirds."""

    name: str
    middle: float
    end: float
    per_minute: float

    @property
    def is_flat(self) -> bool:
        grown = self.end - self.middle
        return grown <= MOST_MB or grown <= self.middle * MOST_SHARE

    def __str__(self) -> str:
        verdict = "flat" if self.is_flat else "GROWS"
        told = f"{self.middle:7.1f} MB -> {self.end:7.1f} MB, {self.per_minute:+6.2f} MB a minute"
        return f"memory of {self.name:24} {told}  {verdict}"


def growth(name: str, samples: Sequence[Sample]) -> Growth:
    """Judge samples of (seconds, megabytes); the first third is warming up."""
    third = len(samples) // 3
    late = samples[third:]
    slope, _start = linear_regression(*zip(*late, strict=True))
    middle = median(mb for _, mb in samples[third : 2 * third])
    return Growth(name, middle, median(mb for _, mb in samples[2 * third :]), slope * 60)


@dataclass
class Scales:
    """Weighs every process below some roots, until told to stop."""

    roots: Mapping[str, int]
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._weigh, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _weigh(self) -> None:
        while not self._stop.wait(PAUSE):
            now = time.monotonic()
            for name, root in self.roots.items():
                for pid in sorted(family(root)):
                    held = megabytes(pid)
                    if held:
                        self.samples.setdefault(f"{name} {pid}", []).append((now, held))

    def judged(self) -> list[Growth]:
        """Return the growth of every process that lived throughout."""
        longest = max((len(found) for found in self.samples.values()), default=0)
        return [
            growth(name, found) for name, found in self.samples.items() if len(found) >= max(9, longest * 0.9)
        ]


def megabytes(pid: int) -> float:
    """Return the resident memory of a process; 0 when it is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE / 1e6
    except (OSError, IndexError):
        return 0.0
