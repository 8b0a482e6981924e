"""How long a request or a job was in the vault: every call through its door is timed, per thread."""

import threading
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class _Spent(threading.local):
    """Seconds since the last `begin`, and how many timed calls are inside each other."""

    seconds = 0.0
    depth = 0


_spent = _Spent()


def timed(action: Callable[P, T]) -> Callable[P, T]:
    """Count the time of a function; calls inside one another are counted once."""

    @wraps(action)
    def counted(*args: P.args, **kwargs: P.kwargs) -> T:
        begun = time.perf_counter()
        _spent.depth += 1
        try:
            return action(*args, **kwargs)
        finally:
            _spent.depth -= 1
            if not _spent.depth:
                _spent.seconds += time.perf_counter() - begun

    return counted


def begin() -> None:
    """Begin to count anew, as at the start of a request."""
    _spent.seconds = 0.0


def seconds() -> float:
    """Return how long this thread was in the vault since it began to count."""
    return _spent.seconds
