"""Sealing, opening and correcting records: the only door to what a person gave."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from oms.kernel import audit, clock, register
from oms.kernel.audit import Actor, ActorKind
from oms.kernel.db import Role, transaction
from oms.kernel.errors import NotFoundError
from oms.kernel.ids import new_id
from oms.kernel.register import Kind, Purpose
from oms.kernel.vault import finding, keyring
from oms.kernel.vault.apart import completed, kept_apart, standing
from oms.kernel.vault.envelope import shut, to_bytes
from oms.kernel.vault.errors import LockedError, PurposeRefusedError
from oms.kernel.vault.keyring import Keys
from oms.kernel.vault.models import BlindIndex, SealedRow
from oms.kernel.vault.rows import record_in, row_place

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """What was opened of a unit; a kind that is gone, or was never given, is not in it."""

    by_type: Mapping[type[Any], Any]

    def get(self, cls: type[T]) -> T | None:
        """Return the record of a type, or None."""
        found: T | None = self.by_type.get(cls)
        return found


def seal(session: Session, record: object, keys: Keys) -> UUID:
    """Seal one record under its prepared key; return the id of its row."""
    return seal_all(session, [record], keys)[0]


def seal_all(session: Session, records: Sequence[object], keys: Keys) -> list[UUID]:
    """Seal records of one unit in two statements; return the ids of their rows, in order.

    Raises KeyError for a record whose class is not in the register or for which no key was prepared.
    """
    rows: list[dict[str, Any]] = []
    marks: list[dict[str, Any]] = []
    for record in records:
        kind = register.kind_of(type(record))
        key = keys.of(kind)
        row_id = new_id()
        rows.append(
            {
                "id": row_id,
                "kind": kind.name,
                "unit": keys.unit,
                "subject_id": keys.subject_id,
                "key_id": key.key_id,
                "envelope": shut(
                    key.secret, to_bytes(record), row_place(row_id, kind, keys.unit, key.key_id)
                ),
                "sealed_at": clock.now(),
            }
        )
        if keys.index:
            marks += finding.marks(record, kind, keys.index, rows[-1])
    session.execute(insert(SealedRow), rows)
    if marks:
        session.execute(insert(BlindIndex), marks)
    return [row["id"] for row in rows]


def open_record(session: Session, cls: type[T], unit: str, *, purpose: Purpose, by: Actor) -> T | None:
    """Return a unit's record, the newest if it has several; None when it is gone or was never given.

    Raises PurposeRefusedError when the register does not let who asks open the kind for the purpose, which
    the audit keeps by itself. An opening by staff is written to the audit in the caller's transaction.
    """
    return open_many(session, (cls,), unit, purpose=purpose, by=by).get(cls)


def open_many(
    session: Session, types: Sequence[type[Any]], unit: str, *, purpose: Purpose, by: Actor
) -> Opened:
    """Open several kinds of one unit with one statement to each store; the rules are `open_record`'s."""
    kinds = {kind.name: kind for kind in (_serving(register.kind_of(c), purpose, unit, by) for c in types)}
    rows = _rows(session, unit, list(kinds), purpose)
    opened = _opened(rows, kinds, purpose, by)
    found = {kinds[row.kind].type: opened[row.id] for row in rows if row.id in opened}
    if by.kind is ActorKind.STAFF:
        _record_opening(session, rows, [register.kind_of(cls) for cls in found], purpose, by)
    return Opened(found)


def open_each(session: Session, cls: type[T], unit: str, *, purpose: Purpose, by: Actor) -> dict[UUID, T]:
    """Return every record of a kind in a unit by row id, the oldest first: the messages of a thread."""
    kind = _serving(register.kind_of(cls), purpose, unit, by)
    rows = _rows(session, unit, [kind.name], purpose)
    opened = _opened(rows, {kind.name: kind}, purpose, by)
    if by.kind is ActorKind.STAFF and opened:
        _record_opening(session, rows, [kind], purpose, by)
    return {row.id: opened[row.id] for row in rows if row.id in opened}


def open_row(session: Session, row_id: UUID, *, purpose: Purpose, by: Actor) -> tuple[Row[Any], Any] | None:
    """Return one row and its record, by the rules of `open_record`; None when it is gone."""
    row = session.execute(select(SealedRow.__table__).where(SealedRow.id == row_id)).one_or_none()
    if row is None:
        return None
    kind = _serving(register.KINDS[row.kind], purpose, row.unit, by)
    others = _rows(session, row.unit, [kind.name], purpose) if kind.spare() else []
    opened = _opened(
        [row, *(other for other in others if other.kind != kind.name)], {kind.name: kind}, purpose, by
    )
    if by.kind is ActorKind.STAFF and opened:
        _record_opening(session, [row], [kind], purpose, by)
    return (row, opened[row_id]) if opened else None


def _serving(kind: Kind, purpose: Purpose, unit: str, by: Actor) -> Kind:
    if not kind.opens_for(purpose, by.parts):
        log.warning("opening refused: %s of %s for %s by %s:%s", kind.name, unit, purpose, by.kind, by.id)
        # In a transaction of its own, which stays when the caller's is given up.
        with transaction(Role.AUDIT) as trail:
            audit.record(trail, by, "vault.refuse", f"refused:{unit}", purpose=purpose, fields=(kind.name,))
        raise PurposeRefusedError
    return kind


def _rows(session: Session, unit: str, kinds: list[str], purpose: Purpose) -> Sequence[Row[Any]]:
    """Return the rows of some kinds; for its person's rights with what stands apart of them."""
    wanted = register.with_apart(kinds) if purpose is Purpose.RIGHTS else kinds
    return session.execute(
        select(SealedRow.__table__)
        .where(SealedRow.unit == unit, SealedRow.kind.in_(wanted))
        .order_by(SealedRow.sealed_at, SealedRow.id)
    ).all()


def _opened(
    rows: Sequence[Row[Any]], kinds: Mapping[str, Kind], purpose: Purpose, by: Actor
) -> dict[UUID, Any]:
    keys = keyring.fetch((row.key_id for row in rows), purpose)
    missing = {row.key_id: row for row in rows if row.key_id not in keys}
    held = keyring.locked(missing) if missing else set()
    if held:
        _withhold([missing[key] for key in held], purpose, by)
    beside = {row.id: row for row in rows if row.kind not in kinds}
    records = [row for row in rows if row.kind in kinds and row.key_id in keys]
    return {
        row.id: completed(record_in(row, kinds[row.kind], keys[row.key_id].secret), row, beside, keys)
        for row in records
    }


def _withhold(rows: Sequence[Row[Any]], purpose: Purpose, by: Actor) -> None:
    """Keep the refusal of what is locked; staff learn why, to everybody else it is as if it were gone."""
    with transaction(Role.AUDIT) as trail:
        for row in rows:
            about = f"refused:{row.unit}"
            audit.record(trail, by, "vault.withhold", about, purpose=purpose, fields=(row.kind,))
    if by.kind is ActorKind.STAFF:
        raise LockedError


def _record_opening(
    session: Session, rows: Sequence[Row[Any]], kinds: Sequence[Kind], purpose: Purpose, by: Actor
) -> None:
    unit = rows[0].unit if rows else ""
    has_apart = purpose is not Purpose.RIGHTS and any(kind.spare() for kind in kinds)
    unseen = standing(session, [unit]) if has_apart else set()
    for kind in kinds:
        seen = [name for name in kind.names() if (unit, kind.apart(name)) not in unseen]
        audit.record(
            session,
            by,
            "vault.open",
            unit,
            subject_id=rows[0].subject_id,
            purpose=purpose,
            fields=tuple(f"{kind.name}.{name}" for name in seen),
        )


def replace(session: Session, record: object, unit: str, *, by: Actor, row_id: UUID | None = None) -> None:
    """Correct a record under its own key, the newest of its kind unless `row_id` names another.

    What stands apart of it stays apart. Writes an audit row. Raises NotFoundError when it is gone, and then
    nothing changed.
    """
    kind = register.kind_of(type(record))
    chosen = select(SealedRow).where(SealedRow.unit == unit, SealedRow.kind == kind.name)
    if row_id:
        chosen = chosen.where(SealedRow.id == row_id)
    row = session.scalar(
        chosen.order_by(SealedRow.sealed_at.desc(), SealedRow.id.desc()).limit(1).with_for_update()
    )
    key = keyring.fetch([row.key_id], Purpose.RIGHTS).get(row.key_id) if row else None
    if row is None or key is None:
        raise NotFoundError
    record = kept_apart(session, record, row)
    envelope = shut(key.secret, to_bytes(record), row_place(row.id, kind, row.unit, row.key_id))
    session.execute(update(SealedRow).where(SealedRow.id == row.id).values(envelope=envelope))
    finding.mark_again(session, record, kind, row)
    audit.record(session, by, "vault.replace", unit, subject_id=row.subject_id, fields=(kind.name,))
