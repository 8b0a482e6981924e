"""Faults of the Stripe stand-in, one after the other, each for some requests, until the sky clears."""

import random
import threading
from dataclasses import dataclass, field
from typing import Any, Self

from tests.fakes import Party

FAULTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("delay", {"seconds": 1.5, "count": 5, "path": "/v1/"}),
    ("refuse", {"mode": "503", "count": 3, "path": "/v1/"}),
    ("refuse", {"mode": "close", "count": 3, "path": "/v1/"}),
    ("error", {"status": 500, "count": 1, "path": "/v1/", "after_work": True}),
    ("lose_response", {"count": 3, "path": "/v1/"}),
    ("garbage", {"count": 1, "path": "/v1/"}),
    ("drop_webhooks", {"count": 5}),
    ("duplicate_webhooks", {"count": 5, "times": 3}),
    ("reorder_webhooks", {"count": 1, "times": 4, "seconds": 3.0}),
    ("slow_webhooks", {"count": 5, "seconds": 2.0}),
    ("fail_refund", {"count": 1, "seconds": 1.0}),
)


@dataclass
class Weather:
    """Plants a fault every few seconds; the block's end heals everything."""

    stripe: Party
    every: float
    planted: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._blow, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self.stripe.heal()

    def _blow(self) -> None:
        choose = random.Random(7)  # noqa: S311 - the same weather each time
        while not self._stop.wait(self.every):
            kind, scope = choose.choice(FAULTS)
            self.stripe.fault(kind, **scope)
            self.planted.append(kind)
