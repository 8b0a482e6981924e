"""Destroying: intent -> key -> tombstone -> files and rows -> intent removed; resumable at each step.

The intent is committed first, so that a crash is found. With the key goes the person: from there on nothing
opens, whatever is left over. The tombstone follows at once, because a restore could be the next thing.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, literal, select
from sqlalchemy.dialects.postgresql import insert

from oms.kernel import clock, register
from oms.kernel.db import keyring_reading, keyring_transaction, transaction
from oms.kernel.vault import blobs, gate, master, tombstones
from oms.kernel.vault.models import BlindIndex, Destruction, Key, KeyringMark, SealedRow, TombstoneMark
from oms.kernel.vault.tombstones import Tombstone

BATCH = 500


@dataclass(frozen=True, slots=True)
class Destroyed:
    """What a destroying let go of: keys by kind, the units they belonged to, rows and files removed."""

    kinds: Mapping[str, int] = field(default_factory=dict)
    units: frozenset[str] = frozenset()
    rows: int = 0
    files: int = 0

    @property
    def keys(self) -> int:
        """Return how many keys were destroyed."""
        return sum(self.kinds.values())

    def __add__(self, other: "Destroyed") -> "Destroyed":
        kinds = dict(Counter(self.kinds) + Counter(other.kinds))
        return Destroyed(kinds, self.units | other.units, self.rows + other.rows, self.files + other.files)


def destroy_unit(unit: str, *, kinds: Collection[str] = ()) -> Destroyed:
    """Destroy what is kept of a unit, or only some kinds of it; a second call finishes what a crash left.

    Opens transactions of its own: never call it inside one.
    """
    only = [Key.kind.in_(register.with_apart(kinds))] if kinds else []
    _intend(Key.unit == unit, *only)
    return _finish_all(Destruction.unit == unit)


def destroy_subject(subject_id: UUID) -> Destroyed:
    """Destroy everything of a person, in every unit; a second call finishes what a crash left."""
    _intend(Key.subject_id == subject_id)
    return _finish_all(Destruction.subject_id == subject_id)


def destroy_due(at: datetime) -> Destroyed:
    """Destroy every key whose day has come, and finish what a crash left."""
    _intend(Key.destroy_after <= at)
    return resume()


def resume() -> Destroyed:
    """Finish every destroying that was begun."""
    return _finish_all(literal(True))


def _intend(*which: ColumnElement[bool]) -> int:
    """Commit the intent to destroy keys; return how many were not intended before."""
    chosen = select(Key.key_id, Key.subject_id, Key.unit, Key.kind, literal(clock.now())).where(
        *which, Key.key_id.not_in(select(Destruction.key_id))
    )
    names = ["key_id", "subject_id", "unit", "kind", "intended_at"]
    statement = insert(Destruction).from_select(names, chosen).on_conflict_do_nothing()
    with keyring_transaction() as session:
        return len(session.execute(statement.returning(Destruction.key_id)).all())


def _finish_all(which: ColumnElement[bool]) -> Destroyed:
    done = Destroyed()
    while True:
        with keyring_reading() as session:
            begun = session.scalars(
                select(Destruction).where(which).order_by(Destruction.key_id).limit(BATCH)
            ).all()
        if not begun:
            return done
        done += _finish(begun)


def _finish(begun: Sequence[Destruction]) -> Destroyed:
    """Carry out a batch of intents. Each step may be repeated, and finds what an earlier try left.

    What is reported is what this call ended, so that two at once do not count it twice.
    """
    ids = [intent.key_id for intent in begun]
    stones = _stones(begun)
    with keyring_transaction() as session:
        session.execute(delete(Key).where(Key.key_id.in_(ids)))
    end = tombstones.append(master.tombstones(), stones)
    rows, files = remove_rows(stones, end)
    over = delete(Destruction).where(Destruction.key_id.in_(ids))
    with keyring_transaction() as session:
        gate.note(session, KeyringMark, end)
        ended = session.execute(over.returning(Destruction.kind, Destruction.unit)).all()
    kinds = Counter(register.whole(row.kind) for row in ended)
    return Destroyed(dict(kinds), frozenset(row.unit for row in ended), rows, files)


def _stones(begun: Sequence[Destruction]) -> list[Tombstone]:
    units: dict[str, list[Destruction]] = {}
    for intent in begun:
        units.setdefault(intent.unit, []).append(intent)
    return [
        Tombstone(unit, tuple(sorted({i.kind for i in intents})), tuple(i.key_id for i in intents))
        for unit, intents in units.items()
    ]


def remove_rows(stones: Sequence[Tombstone], end: int = 0) -> tuple[int, int]:
    """Remove files, then the rows that name them; what opens them is gone already. Return the counts.

    `end` is the byte at which their tombstones end; none where nothing was written for them.
    """
    keys = [key for stone in stones for key in stone.keys]
    theirs = (SealedRow.unit.in_([stone.unit for stone in stones]), SealedRow.key_id.in_(keys))
    with transaction() as session:
        ids = session.scalars(select(SealedRow.id).where(*theirs)).all()
        files = blobs.remove(ids)
        # Not left to the cascade: triggers can be switched off, for a session or a table.
        session.execute(delete(BlindIndex).where(BlindIndex.sealed_id.in_(ids)))
        gone = delete(SealedRow).where(SealedRow.id.in_(ids)).returning(SealedRow.id)
        if end:
            gate.note(session, TombstoneMark, end)
        return len(session.execute(gone).all()), files


def was_destroyed(unit: str, cls: type[Any]) -> bool:
    """Say whether a record of a type was ever destroyed of a unit; also where no database knows of it.

    Who is told something of a unit again by somebody outside asks this before it is sealed again.
    """
    return tombstones.has(master.tombstones(), unit, register.kind_of(cls).name)


def replay_tombstones() -> Destroyed:
    """Destroy again what a restore brought back, in either database; run it before a restored shop opens."""
    done = resume()
    end = tombstones.size(master.tombstones())
    for stones in tombstones.in_batches(master.tombstones(), BATCH):
        ids = [key for stone in stones for key in stone.keys]
        with keyring_transaction() as session:
            back = session.execute(delete(Key).where(Key.key_id.in_(ids)).returning(Key.kind, Key.unit)).all()
        rows, files = remove_rows(stones)
        kinds = Counter(register.whole(row.kind) for row in back)
        done += Destroyed(dict(kinds), frozenset(row.unit for row in back), rows, files)
    gate.advance(end)
    return done
