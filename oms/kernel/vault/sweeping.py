"""Sweeping: keys that no row came to use, and rows that lost their key."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select, update

from oms.kernel import clock
from oms.kernel.db import keyring_reading, keyring_transaction, reading
from oms.kernel.vault.erasure import BATCH, remove_rows
from oms.kernel.vault.models import Key, SealedRow
from oms.kernel.vault.tombstones import Tombstone

_GRACE = timedelta(hours=1)  # far longer than a business transaction may take between its key and its row


def sweep_unreferenced() -> int:
    """Destroy keys older than an hour that no row uses: their transaction never came to its end."""
    swept = 0
    while True:
        with keyring_reading() as session:
            old = session.scalars(
                select(Key.key_id)
                .where(Key.is_referenced.is_(False), Key.made_at < clock.now() - _GRACE)
                .order_by(Key.made_at)
                .limit(BATCH)
            ).all()
        if not old:
            return swept
        used = _used(old)
        with keyring_transaction() as session:
            session.execute(update(Key).where(Key.key_id.in_(used)).values(is_referenced=True))
            gone = delete(Key).where(Key.key_id.in_(set(old) - used)).returning(Key.key_id)
            swept += len(session.execute(gone).all())


def _used(keys: Sequence[UUID]) -> set[UUID]:
    with reading() as session:
        return set(session.scalars(select(SealedRow.key_id).where(SealedRow.key_id.in_(keys))))


def remove_keyless() -> int:
    """Remove rows, older than an hour, whose key is gone without a trace; return how many.

    A row can lose its key only when its unit was destroyed while it was being sealed, or by a restore.
    """
    return sum(remove_rows(stones)[0] for stones in keyless())


def keyless() -> Iterator[list[Tombstone]]:
    """Give the units and keys of such rows, in batches; nothing in them opens."""
    after = UUID(int=0)
    while True:
        with reading() as session:
            rows = session.execute(
                select(SealedRow.id, SealedRow.unit, SealedRow.key_id)
                .where(SealedRow.id > after, SealedRow.sealed_at < clock.now() - _GRACE)
                .order_by(SealedRow.id)
                .limit(BATCH)
            ).all()
        if not rows:
            return
        with keyring_reading() as session:
            live = set(session.scalars(select(Key.key_id).where(Key.key_id.in_({r.key_id for r in rows}))))
        lost = [Tombstone(row.unit, (), (row.key_id,)) for row in rows if row.key_id not in live]
        if lost:
            yield lost
        after = rows[-1].id
