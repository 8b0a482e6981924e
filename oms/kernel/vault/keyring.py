"""The keyring: one wrapped data key per retention unit and kind, each with the day of its destruction."""

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from oms.kernel import clock, register
from oms.kernel.db import keyring_reading, keyring_transaction
from oms.kernel.ids import new_id
from oms.kernel.register import Event, Kind, Retention
from oms.kernel.vault import master
from oms.kernel.vault.index import IndexKey, current_salt
from oms.kernel.vault.models import Key

STORAGE = "storage"
HAND_OUT = text("SELECT * FROM hand_out(:wanted, :purpose, :living)").bindparams(
    bindparam("wanted", type_=ARRAY(Uuid(as_uuid=True)))
)
_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")


@dataclass(frozen=True, slots=True)
class DataKey:
    """One data key in the clear, for as long as a call lasts."""

    key_id: UUID
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one unit, made before the business transaction opens; hold them no longer than that."""

    subject_id: UUID
    unit: str
    by_kind: Mapping[str, DataKey]
    index: IndexKey | None = None

    def of(self, kind: Kind) -> DataKey:
        """Return the key of a kind; raises KeyError when none was prepared."""
        if kind.name not in self.by_kind:
            raise KeyError(f"no key was prepared for {kind.name} of {self.unit}")
        return self.by_kind[kind.name]


def prepare(subject_id: UUID, unit: str, *types: type[Any]) -> Keys:
    """Make and commit one data key per kind, destroyed at the latest when the kind's retention says.

    Call it before the business transaction, never under its row locks. A key that no row ever uses is swept
    after an hour. Raises ValueError for a kind that belongs to another sort of unit.
    """
    kinds = [_belonging(unit, register.kind_of(cls)) for cls in types]
    now = clock.now()
    made = {kind.name: DataKey(new_id(), secrets.token_bytes(master.KEY_BYTES)) for kind in kinds}
    rows = [
        {
            "key_id": made[kind.name].key_id,
            "subject_id": subject_id,
            "unit": unit,
            "kind": kind.name,
            "wrapped": master.wrap(
                made[kind.name].secret, key_place(made[kind.name].key_id, subject_id, unit, kind.name)
            ),
            "made_at": now,
            "destroy_after": _first_end(kind.retention, now),
        }
        for kind in kinds
    ]
    with keyring_transaction() as session:
        session.execute(insert(Key), rows)
        index = current_salt(session) if any(f.indexed for kind in kinds for f in kind.fields) else None
    return Keys(subject_id, unit, made, index)


def _belonging(unit: str, kind: Kind) -> Kind:
    sort, _, name = unit.partition(":")
    if sort != kind.unit or not _NAME.fullmatch(name):
        raise ValueError(f"{kind.name} goes with a unit such as {kind.unit}:7, not with this one")
    return kind


def key_place(key_id: UUID, subject_id: UUID, unit: str, kind: str) -> tuple[str, ...]:
    """Return the place of a wrapped data key."""
    return ("keys", str(key_id), str(subject_id), unit, kind)


def _first_end(retention: Retention, now: datetime) -> datetime:
    days = retention.days if retention.after is Event.SEALED else retention.at_most
    return now + timedelta(days=days)


def fetch(key_ids: Iterable[UUID], purpose: str) -> dict[UUID, DataKey]:
    """Return those of the keys that live and are not past their day; never kept beyond the call.

    The database keeps a locked one back, unless the purpose is a right of its person, or storage.
    """
    wanted = list(set(key_ids))
    if not wanted:
        return {}
    asked = {"wanted": wanted, "purpose": str(purpose), "living": clock.now()}
    with keyring_reading() as session:
        rows = session.execute(HAND_OUT, asked).all()
    return {
        row.key_id: DataKey(
            row.key_id,
            master.unwrap(row.wrapped, key_place(row.key_id, row.subject_id, row.unit, row.kind)),
        )
        for row in rows
    }


def lock(unit: str, kind: str) -> int:
    """Lock the keys of a kind in a unit, at once and for every purpose but its person's rights; how many."""
    asked = {"unit": unit, "kind": kind, "at": clock.now()}
    with keyring_transaction() as session:
        return int(session.scalar(text("SELECT lock_keys(:unit, :kind, :at)"), asked) or 0)


def note_told(unit: str, kind: str) -> None:
    """Note that the person of a lock was told that it ends; before that the database does not lift it."""
    asked = {"unit": unit, "kind": kind, "at": clock.now()}
    with keyring_transaction() as session:
        session.execute(text("SELECT note_told(:unit, :kind, :at)"), asked)


def lift(unit: str, kind: str) -> int:
    """Lift the lock of a kind in a unit; raises IntegrityError where its person was not told before."""
    with keyring_transaction() as session:
        return int(session.scalar(text("SELECT lift_lock(:u, :k)"), {"u": unit, "k": kind}) or 0)


def locked(key_ids: Iterable[UUID]) -> set[UUID]:
    """Return which of the keys are there and locked."""
    with keyring_reading() as session:
        theirs = select(Key.key_id).where(Key.key_id.in_(set(key_ids)), Key.locked_at.is_not(None))
        return set(session.scalars(theirs))


def locks(units: Iterable[str]) -> set[tuple[str, str]]:
    """Return what is locked of some units, as (unit, kind)."""
    with keyring_reading() as session:
        theirs = select(Key.unit, Key.kind).where(Key.unit.in_(set(units)), Key.locked_at.is_not(None))
        return {(row.unit, row.kind) for row in session.execute(theirs)}


def start_clock(unit: str, event: Event, at: datetime, most: timedelta | None = None) -> int:
    """Set the end of every kind of a unit whose retention counts from this event; return how many keys.

    Told again with another moment, the later telling holds: a second parcel starts the clock anew. What
    stands apart of a record ends with it. Nothing of the unit is kept for longer than `most`, where given.
    """
    lengths: dict[timedelta, list[str]] = {}
    for kind in register.KINDS.values():
        if kind.retention.after is event:
            length = timedelta(days=kind.retention.days)
            lengths.setdefault(min(length, most or length), []).append(kind.name)
    with keyring_transaction() as session:
        count = sum(_set_end(session, unit, names, at + length) for length, names in lengths.items())
        # After its records, on whose keys a field that is set apart at this moment holds on.
        for length, names in lengths.items():
            _set_end(session, unit, register.with_apart(names)[len(names) :], at + length)
        return count


def _set_end(session: Session, unit: str, kinds: list[str], end: datetime) -> int:
    moved = session.execute(
        update(Key)
        .where(Key.unit == unit, Key.kind.in_(kinds))
        .values(destroy_after=end)
        .returning(Key.key_id)
    )
    return len(moved.all())


def ends(unit: str) -> dict[str, datetime]:
    """Return when each kind of a unit ends, by the kind's name; what is gone is not in it."""
    with keyring_reading() as session:
        rows = session.execute(
            select(Key.kind, func.max(Key.destroy_after)).where(Key.unit == unit).group_by(Key.kind)
        ).all()
    return {row[0]: row[1] for row in rows if register.whole(row[0]) == row[0]}
