"""Timers on the stand-in's own clock: a session expires, a refund fails later, a parcel moves on."""

import threading
import time
from collections.abc import Callable, Mapping

from oms.local.outside.store import Store
from oms.local.outside.sweep import Sweeper
from oms.local.outside.work import Work

_TICK = 0.2  # seconds
_SWEEP_PAUSE = 3600.0  # seconds

TimerAction = Callable[[Work, str], None]


class Timers:
    """Runs what was scheduled with `Work.schedule` once its moment has come."""

    def __init__(self, store: Store, actions: Mapping[str, TimerAction], sweep: Sweeper) -> None:
        """`actions` maps the names used in `schedule` to what they do; `sweep` is called every hour."""
        self._store, self._actions, self.sweep = store, actions, sweep
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin to look for due timers several times a second."""
        threading.Thread(target=self._loop, name="timers", daemon=True).start()

    def stop(self) -> None:
        """Stop looking; what is due stays in the ledger."""
        self._stopped.set()

    def run_due(self) -> int:
        """Run everything that is due now and return how many there were."""
        with self._store.reading() as work:
            sql = "SELECT id, action, object FROM timers WHERE due <= ? ORDER BY due, id"
            due = work.run(sql, (work.now,)).fetchall()
        for timer, action, identifier in due:
            with self._store.transaction() as work:
                if work.run("DELETE FROM timers WHERE id = ?", (timer,)).rowcount:
                    self._actions[action](work, identifier)
        return len(due)

    def _loop(self) -> None:
        swept = -_SWEEP_PAUSE
        while not self._stopped.wait(_TICK):
            self.run_due()
            if time.monotonic() - swept >= _SWEEP_PAUSE:
                self.sweep()
                swept = time.monotonic()
