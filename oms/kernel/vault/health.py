"""The figures of the vault: what doctor compares with what must be."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from oms.kernel import clock
from oms.kernel.db import keyring_reading, reading
from oms.kernel.vault import gate, keyring, master, tombstones
from oms.kernel.vault.erasure import BATCH
from oms.kernel.vault.errors import BrokenSealError
from oms.kernel.vault.models import Destruction, Key, SealedRow
from oms.kernel.vault.sweeping import keyless

_A_DAY = timedelta(days=1)  # the retention run is daily
_AN_HOUR = timedelta(hours=1)  # begun destroyings are resumed within minutes


@dataclass(frozen=True, slots=True)
class Figures:
    """Keys and rows there are; all the others are zero, and `opens` is true, in a shop that is well."""

    keys: int
    rows: int
    overdue: int
    unfinished: int
    keyless: int
    revived: int
    opens: bool

    @property
    def is_well(self) -> bool:
        """Say whether nothing is kept too long, left half destroyed, brought back, or locked out."""
        return self.opens and not (self.overdue or self.unfinished or self.keyless or self.revived)


def figures() -> Figures:
    """Count what must not be, and try whether the master key opens the newest key.

    Overdue is a key that is past its day by more than a day; unfinished, a destroying begun over an hour
    ago; keyless, a row that nothing opens; revived, what a restore brought back after its destroying.
    """
    now = clock.now()
    with keyring_reading() as session:
        keys, overdue = session.execute(
            select(func.count(), func.count().filter(Key.destroy_after < now - _A_DAY)).select_from(Key)
        ).one()
        late = Destruction.intended_at < now - _AN_HOUR
        unfinished = session.scalar(select(func.count()).select_from(Destruction).where(late))
    with reading() as session:
        rows = session.scalar(select(func.count()).select_from(SealedRow))
    return Figures(
        keys=keys,
        rows=rows or 0,
        overdue=overdue,
        unfinished=unfinished or 0,
        keyless=sum(len(lost) for lost in keyless()),
        revived=_revived(),
        opens=_opens(),
    )


def _revived() -> int:
    """Return how many tombstoned keys are back in the keyring, or have rows that are back in the shop."""
    return sum(len(gate.revived(stones)) for stones in tombstones.in_batches(master.tombstones(), BATCH))


def _opens() -> bool:
    with keyring_reading() as session:
        newest = session.scalars(
            select(Key.key_id).where(Key.destroy_after > clock.now()).order_by(Key.made_at.desc()).limit(1)
        ).all()
    try:
        keyring.fetch(newest, keyring.STORAGE)
    except BrokenSealError:
        return False
    return True
