"""A field that stands apart: out of its record, in a row and under a key of its own, which alone is locked.

The rest of the record is used as if the field had not been given. See ADR 0037.
"""

import dataclasses
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, delete, insert, select, text, update
from sqlalchemy.orm import Session

from oms.kernel import clock, register
from oms.kernel.db import keyring_transaction
from oms.kernel.errors import ConflictError, NotFoundError
from oms.kernel.ids import new_id
from oms.kernel.register import KINDS, Kind, Purpose
from oms.kernel.vault import finding, keyring, master
from oms.kernel.vault.envelope import shut, to_bytes
from oms.kernel.vault.errors import LockedError
from oms.kernel.vault.keyring import DataKey, key_place
from oms.kernel.vault.models import Key, SealedRow
from oms.kernel.vault.rows import apart_envelope, apart_id, record_in, row_place, value_in

# No right of anybody and no storage: the keyring gives a locked key to nobody for this.
_BACK = "back into its record"
_LOCK = text("SELECT lock_keys(:unit, :kind, :at)")


@dataclass(frozen=True, slots=True)
class Apart:
    """Where a field is to stand: its unit, kind and name, and the locked keys, by the key of its record."""

    unit: str
    kind: Kind
    name: str
    keys: Mapping[UUID, DataKey] = dataclasses.field(repr=False)


def prepare(unit: str, kind: Kind, name: str) -> Apart | None:
    """Make, lock and commit a key for a field of every record of a kind; None where none can do without it.

    Call it before the business transaction. It ends with the key of the record. What no row ever uses is
    swept after an hour.
    """
    if name not in kind.spare():
        return None
    called, now = kind.apart(name), clock.now()
    with keyring_transaction() as session:
        # Shared, so that a clock that is started meanwhile waits, and then moves the new keys too.
        theirs = select(Key.key_id, Key.subject_id, Key.destroy_after).where(*_of(Key, unit, kind.name))
        found = session.execute(theirs.with_for_update(read=True)).all()
        made = {row.key_id: DataKey(new_id(), secrets.token_bytes(master.KEY_BYTES)) for row in found}
        rows = [_key(made[row.key_id], row._asdict(), unit, called) for row in found]
        if rows:
            session.execute(insert(Key), [{**row, "made_at": now} for row in rows])
        session.execute(_LOCK, {"unit": unit, "kind": called, "at": now})
    return Apart(unit, kind, name, made)


def _of(table: type[Key] | type[SealedRow], unit: str, kind: str) -> tuple[ColumnElement[bool], ...]:
    return table.unit == unit, table.kind == kind


def _key(key: DataKey, record: Mapping[str, Any], unit: str, called: str) -> dict[str, Any]:
    place = key_place(key.key_id, record["subject_id"], unit, called)
    return {
        "key_id": key.key_id,
        "subject_id": record["subject_id"],
        "unit": unit,
        "kind": called,
        "wrapped": master.wrap(key.secret, place),
        "destroy_after": record["destroy_after"],
    }


def set_apart(session: Session, apart: Apart) -> None:
    """Move a field out of every record of its kind, and its digests out of the index.

    Raises NotFoundError where no record is left, ConflictError where one came since its keys were made.
    """
    kind, name = apart.kind, apart.name
    rows = _locked(session, apart.unit, kind)
    there = {row.id for row in _beside(session, [row.id for row in rows], [name])}
    opened = list(_opened(rows, kind))
    if not opened:
        raise NotFoundError
    for row, secret, record in opened:
        if apart_id(row.id, name) in there:
            continue
        if row.key_id not in apart.keys:
            raise ConflictError("Something was added to it just now. Try again.")
        key = apart.keys[row.key_id]
        made = SealedRow(
            id=apart_id(row.id, name),
            kind=kind.apart(name),
            unit=row.unit,
            subject_id=row.subject_id,
            key_id=key.key_id,
            envelope=b"",
            sealed_at=row.sealed_at,
        )
        made.envelope = apart_envelope(made, key.secret, getattr(record, name))
        session.add(made)
        _write(session, row, secret, dataclasses.replace(record, **{name: kind.field(name).empty}))
    session.flush()


def put_back(session: Session, unit: str, kind: Kind, name: str) -> int:
    """Put a field back into the records that it was taken from; return how many.

    Safe to repeat. Raises LockedError while its key is locked, and then nothing changed.
    """
    rows = _locked(session, unit, kind)
    beside = {row.id: row for row in _beside(session, [row.id for row in rows], [name])}
    keys = keyring.fetch((row.key_id for row in beside.values()), _BACK)
    if keyring.locked(row.key_id for row in beside.values()):
        raise LockedError
    gone = []
    for row, secret, record in _opened(rows, kind):
        found = beside.get(apart_id(row.id, name))
        if found is not None and found.key_id in keys:
            value = value_in(found, keys[found.key_id].secret)
            _write(session, row, secret, dataclasses.replace(record, **{name: value}))
            gone.append(found.id)
    session.execute(delete(SealedRow).where(SealedRow.id.in_(gone)))
    return len(gone)


def _locked(session: Session, unit: str, kind: Kind) -> Sequence[SealedRow]:
    """Return the records of a kind, locked in one order against whoever corrects one."""
    theirs = select(SealedRow).where(*_of(SealedRow, unit, kind.name)).order_by(SealedRow.id)
    return session.scalars(theirs.with_for_update(), execution_options={"populate_existing": True}).all()


def _beside(session: Session, row_ids: Iterable[UUID], names: Sequence[str]) -> Sequence[SealedRow]:
    """Return the rows in which fields of some records stand apart."""
    ids = [apart_id(row_id, name) for row_id in row_ids for name in names]
    if not ids:
        return []
    chosen = select(SealedRow).where(SealedRow.id.in_(ids))
    return session.scalars(chosen, execution_options={"populate_existing": True}).all()


def _opened(rows: Sequence[SealedRow], kind: Kind) -> Iterator[tuple[SealedRow, bytes, Any]]:
    """Give each record that has its key, with the secret: the shop keeps it, and reads it for nobody."""
    keys = keyring.fetch((row.key_id for row in rows), keyring.STORAGE)
    for row in rows:
        if row.key_id in keys:
            secret = keys[row.key_id].secret
            yield row, secret, record_in(row, kind, secret)


def _write(session: Session, row: SealedRow, secret: bytes, record: object) -> None:
    kind = KINDS[row.kind]
    envelope = shut(secret, to_bytes(record), row_place(row.id, kind, row.unit, row.key_id))
    session.execute(update(SealedRow).where(SealedRow.id == row.id).values(envelope=envelope))
    finding.mark_again(session, record, kind, row)


def completed(
    record: Any,  # noqa: ANN401 - whatever class the kind is
    row: Row[Any],
    beside: Mapping[UUID, Row[Any]],
    keys: Mapping[UUID, DataKey],
) -> Any:  # noqa: ANN401 - the same
    """Return a record with what stands apart of it: for the rights of its person."""
    for name in KINDS[row.kind].spare() if beside else ():
        found = beside.get(apart_id(row.id, name))
        if found is not None and found.key_id in keys:
            record = dataclasses.replace(record, **{name: value_in(found, keys[found.key_id].secret)})
    return record


def kept_apart(session: Session, record: Any, row: SealedRow) -> Any:  # noqa: ANN401 - a record of any kind
    """Return a corrected record without what stands apart of it; what was written there is kept there.

    A field that was left empty stays as it is: whoever corrects the rest may not have seen it. Raises
    NotFoundError where its key is gone.
    """
    kind = KINDS[row.kind]
    names = {apart_id(row.id, name): name for name in kind.spare()}
    beside = _beside(session, [row.id], list(names.values()))
    keys = keyring.fetch((found.key_id for found in beside), Purpose.RIGHTS)
    for found in beside:
        name, empty = names[found.id], kind.field(names[found.id]).empty
        value = getattr(record, name)
        if value != empty:
            if found.key_id not in keys:
                raise NotFoundError
            found.envelope = apart_envelope(found, keys[found.key_id].secret, value)
            record = dataclasses.replace(record, **{name: empty})
    session.flush()
    return record


def standing(session: Session, units: Iterable[str]) -> set[tuple[str, str]]:
    """Return what stands apart of some units, as (unit, what it is called); nothing is opened."""
    called = [kind.apart(name) for kind in KINDS.values() for name in kind.spare()]
    theirs = select(SealedRow.unit, SealedRow.kind).where(
        SealedRow.unit.in_(set(units)), SealedRow.kind.in_(called)
    )
    return {(row.unit, row.kind) for row in session.execute(theirs.distinct())}


def stands(session: Session, unit: str, cls: type[Any], name: str) -> bool:
    """Say whether a field of a kind stands apart in a unit, and so is used for nothing."""
    return (unit, register.kind_of(cls).apart(name)) in standing(session, [unit])
