"""The gate: a shop whose tombstones were not all applied is a restored one, and stays closed.

Both databases remember up to which byte of the tombstone file they were told of. A restored one remembers an
earlier byte than the file has; the shop opens when what was erased since then is not there any more.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from oms.kernel.db import keyring_reading, keyring_transaction, reading, transaction
from oms.kernel.errors import UnavailableError
from oms.kernel.vault import master, tombstones
from oms.kernel.vault.models import Destruction, Key, KeyringMark, SealedRow, TombstoneMark
from oms.kernel.vault.tombstones import Tombstone

_BATCH = 500
_ONLY = 1
_Mark = type[TombstoneMark] | type[KeyringMark]


class ClosedError(UnavailableError):
    """The shop is being restored. It opens again soon.

    `reason` says for whoever runs it what is to be done.
    """

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


def require_open() -> None:
    """Return when the shop may open; raises ClosedError with what is to be done.

    Looks only at what the databases were not told of yet, and notes that they now know it.
    """
    size = tombstones.size(master.tombstones())
    with reading() as session, keyring_reading() as keys:
        told = (_position(session, TombstoneMark), _position(keys, KeyringMark))
    if max(told) > size:
        raise ClosedError(
            f"The tombstones have {size} bytes and must have {max(told)}: bring the file back that "
            "TOMBSTONES names, or what was erased can return."
        )
    if min(told) == size:
        return
    back = sum(
        len(revived(stones)) for stones in tombstones.in_batches(master.tombstones(), _BATCH, min(told))
    )
    if back:
        raise ClosedError(
            f"{back} erased keys or records are back, as after a restore. Run: flask --app wsgi backup replay"
        )
    advance(size)


def revived(stones: Sequence[Tombstone]) -> set[UUID]:
    """Return the tombstoned keys that are back, or have rows that are back, and are not on their way out."""
    ids = [key for stone in stones for key in stone.keys]
    with keyring_reading() as session:
        back = set(session.scalars(select(Key.key_id).where(Key.key_id.in_(ids))))
    with reading() as session:
        units = {stone.unit for stone in stones}
        theirs = select(SealedRow.key_id).where(SealedRow.unit.in_(units), SealedRow.key_id.in_(ids))
        back |= set(session.scalars(theirs))
    with keyring_reading() as session:
        return back - set(session.scalars(select(Destruction.key_id).where(Destruction.key_id.in_(back))))


def advance(position: int) -> None:
    """Note in both databases that everything up to this byte was applied."""
    with transaction() as session:
        note(session, TombstoneMark, position)
    with keyring_transaction() as session:
        note(session, KeyringMark, position)


def note(session: Session, mark: _Mark, position: int) -> None:
    """Note it in one database, in the caller's transaction; a mark never goes back."""
    new = insert(mark).values(id=_ONLY, position=position)
    session.execute(
        new.on_conflict_do_update(
            index_elements=["id"], set_={"position": position}, where=mark.position < position
        )
    )


def accept_loss() -> int:
    """Take the tombstone file as it is, though it is shorter than it was; return its size.

    For a merchant whose file is lost for good, and who has made sure that nothing was restored.
    """
    size = tombstones.size(master.tombstones())
    with transaction() as session:
        session.query(TombstoneMark).update({"position": size})
    with keyring_transaction() as session:
        session.query(KeyringMark).update({"position": size})
    return size


def _position(session: Session, mark: _Mark) -> int:
    return int(session.scalar(select(mark.position).where(mark.id == _ONLY)) or 0)
