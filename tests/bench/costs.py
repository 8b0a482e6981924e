"""What takes the time where a bar is missed: the same done in this process, under a profile, and counted."""

import cProfile
import io
import pstats
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, event

_ROOT = str(Path(__file__).parent.parent.parent)
_MOST = 10


@contextmanager
def counted() -> Iterator[list[str]]:
    """Give the statements that are sent to the databases inside the block."""
    seen: list[str] = []

    def note(*given: object) -> None:
        seen.append(str(given[2]))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def dearest(act: Callable[[int], object], times: int) -> str:
    """Do something so many times and return the ten dearest functions of ours, and of all, by their time."""
    for number in range(times):
        act(number)
    profile = cProfile.Profile()
    with counted() as seen:
        for number in range(times, 2 * times):
            profile.runcall(act, number)
    ours = _ranked(profile, "cumulative", _ROOT)
    theirs = _ranked(profile, "tottime", "")
    per_time = len(seen) / times
    return f"{per_time:.0f} statements each\nours, with all below:\n{ours}\nall, by own time:\n{theirs}"


def _ranked(profile: cProfile.Profile, order: str, within: str) -> str:
    written = io.StringIO()
    stats = pstats.Stats(profile, stream=written)
    stats.sort_stats(order).print_stats(*([within] if within else []), _MOST)
    table = written.getvalue().partition("ncalls")[2]
    return f"   ncalls{table}".replace(f"{_ROOT}/", "").rstrip()
