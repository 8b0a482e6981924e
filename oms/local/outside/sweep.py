"""Letting go: a stand-in keeps what people typed no longer than it must, as the party it plays would."""

from collections.abc import Callable

from oms.local.outside.store import Store
from oms.local.outside.work import Json

DAY = 24 * 3600


class Sweeper:
    """Forgets, in one stand-in's ledger, the people behind what is older than `kept_days`."""

    def __init__(self, store: Store, kept_days: float, blank: Callable[[Json], None]) -> None:
        """`blank` takes the personal parts out of one object, in place."""
        self._store, self._kept, self._blank = store, int(kept_days * DAY), blank

    def __call__(self, older_than: int | None = None) -> int:
        """Forget what is older than so many seconds (default: the kept days); returns how many changed."""
        kept = self._kept if older_than is None else older_than
        return self._store.forget(self._store.clock.now() - kept, self._blank)
