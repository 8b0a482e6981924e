"""Timers on the stand-in's own clock: a session expires, a refund fails later, a parcel moves on."""

import threading
from collections.abc import Callable, Mapping

from oms.local.outside.store import Store, Work

_TICK = 0.2

TimerAction = Callable[[Work, str], None]


class Timers:
    """Runs what was scheduled with `Work.schedule` once its moment has come."""

    def __init__(self, store: Store, actions: Mapping[str, TimerAction]) -> None:
        """`actions` maps the names used in `schedule` to what they do to an object."""
        self._store, self._actions = store, actions
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
        while not self._stopped.wait(_TICK):
            self.run_due()
