"""Idempotency keys as Stripe documents them (docs.stripe.com/api/idempotent_requests), for the carrier too.

The first status and body under a key are kept for 24 hours and given again, a 500 included. The same key with
other parameters is an error, a key whose first request still runs is a conflict. Nothing is kept when
parameters failed validation or the request met a running twin.
"""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from oms.local.outside.store import Store
from oms.local.outside.work import Work

KEPT_SECONDS = 24 * 3600
MAX_KEY_LENGTH = 255


@dataclass(frozen=True)
class Saved:
    """The remembered answer to a key."""

    target: str
    digest: str
    status: int
    request_id: str
    body: bytes


class KeyInUse(Exception):
    """The first request under this key has not ended yet."""


def digest(params: Any) -> str:  # noqa: ANN401 - any JSON
    """Return the fingerprint by which two requests count as having the same parameters."""
    return hashlib.sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()


class Keys:
    """The keys of one stand-in."""

    def __init__(self, store: Store) -> None:
        """Keep them in `store`; which requests run right now is known to this process only."""
        self._store = store
        self._lock = threading.Lock()
        self._running: set[str] = set()

    @contextmanager
    def claim(self, key: str | None) -> Iterator[Saved | None]:
        """Hold the key while its request runs and hand out what is remembered of it; raises KeyInUse."""
        if key is None:
            yield None
            return
        with self._lock:
            if key in self._running:
                raise KeyInUse(key)
            self._running.add(key)
        try:
            yield self._remembered(key)
        finally:
            with self._lock:
                self._running.discard(key)

    def _remembered(self, key: str) -> Saved | None:
        with self._store.reading() as work:
            row = work.run(
                "SELECT target, digest, status, request_id, body FROM keys WHERE key = ? AND created > ?",
                (key, work.now - KEPT_SECONDS),
            ).fetchone()
        return Saved(*row) if row else None

    @staticmethod
    def keep(work: Work, key: str, saved: Saved) -> None:
        """Remember an answer in the same transaction as the work it reports."""
        work.run(
            "INSERT OR REPLACE INTO keys (key, target, digest, created, status, request_id, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (key, saved.target, saved.digest, work.now, saved.status, saved.request_id, saved.body),
        )
