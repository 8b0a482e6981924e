"""Exchanging the master key: every key of the keyring is wrapped anew while the shop is open.

Three steps, none of which closes anything: every process learns the new key as MASTER_KEY_OTHER; every
process takes it as MASTER_KEY with the old one as MASTER_KEY_OTHER; `rewrap` runs, and the old key can go.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Row, bindparam, select, update

from oms.kernel.db import keyring_reading, keyring_transaction
from oms.kernel.vault import master
from oms.kernel.vault.index import salt_place
from oms.kernel.vault.keyring import HAND_OUT, STORAGE, key_place
from oms.kernel.vault.models import IndexSalt, Key

BATCH = 500
_KeyRow = Row[UUID, UUID, str, str, bytes]


def rewrap() -> int:
    """Wrap anew what the other master key still wraps; return how much.

    Run again when every process has the new key, it finds nothing. Safe while the shop works: a key that
    goes meanwhile stays gone. Raises BrokenSealError for a key that neither master key wrapped; what was
    done until then stays done.
    """
    return sum(_rewrap_salt(row) for row in _salts()) + sum(_rewrap_keys(rows) for rows in _batches())


def _salts() -> Sequence[Row[int, bytes]]:
    with keyring_reading() as session:
        return session.execute(select(IndexSalt.version, IndexSalt.salt)).all()


def _rewrap_salt(row: Row[int, bytes]) -> int:
    new = master.rewrapped(row.salt, salt_place(row.version))
    if new is None:
        return 0
    with keyring_transaction() as session:
        mine = update(IndexSalt).where(IndexSalt.version == row.version).values(salt=new)
        return len(session.execute(mine.returning(IndexSalt.version)).all())


def _batches() -> Iterator[Sequence[_KeyRow]]:
    after = UUID(int=0)
    while True:
        with keyring_reading() as session:
            ids = session.scalars(
                select(Key.key_id).where(Key.key_id > after).order_by(Key.key_id).limit(BATCH)
            ).all()
            asked = {"wanted": list(ids), "purpose": STORAGE, "living": datetime.min.replace(tzinfo=UTC)}
            rows = session.execute(HAND_OUT, asked).all() if ids else []
        if not ids:
            return
        yield rows
        after = ids[-1]


def _rewrap_keys(rows: Sequence[_KeyRow]) -> int:
    changed = [
        {"its_id": row.key_id, "new": new}
        for row in rows
        if (new := master.rewrapped(row.wrapped, key_place(row.key_id, row.subject_id, row.unit, row.kind)))
    ]
    if not changed:
        return 0
    theirs = update(Key).where(Key.key_id == bindparam("its_id")).values(wrapped=bindparam("new"))
    with keyring_transaction() as session:
        session.connection().execute(theirs, changed)
    return len(changed)
