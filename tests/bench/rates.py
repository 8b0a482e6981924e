"""How often something can be done in a second by several at once, and how long one waits."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """How many answers came in a second, and the 95th percentile of their milliseconds."""

    per_second: float
    p95_ms: float


def measure(ask: Callable[[int], object], *, clients: int, times: int) -> Rate:
    """Ask many times from several clients at once."""
    took: list[float] = []

    def timed(number: int) -> None:
        begun = time.perf_counter()
        ask(number)
        took.append((time.perf_counter() - begun) * 1000)

    with ThreadPoolExecutor(clients) as crowd:
        begun = time.perf_counter()
        list(crowd.map(timed, range(times)))
        whole = time.perf_counter() - begun
    return Rate(times / whole, sorted(took)[int(len(took) * 0.95) - 1])
