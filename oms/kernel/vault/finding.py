"""Finding a sealed record by the exact value of an indexed field, and keeping the indexes fresh."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_bytes
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, exists, insert, or_, select
from sqlalchemy.dialects.postgresql import insert as insert_or_leave
from sqlalchemy.orm import Session, aliased

from oms.kernel import clock, register
from oms.kernel.db import keyring_reading, keyring_transaction, transaction
from oms.kernel.register import Kind
from oms.kernel.vault import keyring
from oms.kernel.vault.index import DIGEST_BYTES, IndexKey, add_salt, current_salt, salts
from oms.kernel.vault.models import BlindIndex, IndexSalt, SealedRow
from oms.kernel.vault.rows import record_in

_BATCH = 200
_SETTLED = timedelta(hours=1)  # far longer than a transaction that still writes the version before


@dataclass(frozen=True, slots=True)
class Found:
    """Whose record matched: the random id of its subject, and the unit it belongs to."""

    subject_id: UUID
    unit: str


def marks(record: object, kind: Kind, key: IndexKey, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the blind index rows of a record: one per indexed field that is not empty.

    Where all of them are empty one row of chance stands for them, under no field's name: without it every
    run of `reindex` would open the record again to find nothing.
    """
    indexed = [field.name for field in kind.fields if field.indexed]
    values = {name: str(getattr(record, name)) for name in indexed if getattr(record, name)}
    digests = {name: key.digest(kind, name, value) for name, value in values.items()}
    if indexed and not digests:
        digests[""] = token_bytes(DIGEST_BYTES)
    belongs = {"sealed_id": row["id"], "subject_id": row["subject_id"], "unit": row["unit"]}
    return [
        {"field": f"{kind.name}.{name}", "version": key.version, "digest": digest, **belongs}
        for name, digest in digests.items()
    ]


def mark_again(session: Session, record: object, kind: Kind, row: SealedRow) -> None:
    """Put the digests of a corrected record in the place of the old ones."""
    if not any(field.indexed for field in kind.fields):
        return
    session.execute(delete(BlindIndex).where(BlindIndex.sealed_id == row.id))
    belongs = {"id": row.id, "subject_id": row.subject_id, "unit": row.unit}
    new = [mark for version in _versions() for mark in marks(record, kind, version, belongs)]
    if new:
        session.execute(insert(BlindIndex), new)


def _versions() -> list[IndexKey]:
    with keyring_reading() as session:
        return salts(session)


def find(session: Session, cls: type[Any], field: str, value: str) -> list[Found]:
    """Return where a field of a kind has exactly this value, the newest first. KeyError: no index."""
    return find_among(session, [cls], field, value)


def find_among(session: Session, types: Sequence[type[Any]], field: str, value: str) -> list[Found]:
    """Return where a field of that name in any of some kinds has this value; the rules are `find`'s."""
    kinds = [register.kind_of(cls) for cls in types]
    for kind in kinds:
        if not kind.field(field).indexed:
            raise KeyError(f"{kind.name}.{field} has no blind index")
    versions = _versions()
    if not versions or not value.strip():
        return []
    any_version = or_(
        *(
            (BlindIndex.field == f"{kind.name}.{field}")
            & (BlindIndex.version == key.version)
            & (BlindIndex.digest == key.digest(kind, field, value))
            for key in versions
            for kind in kinds
        )
    )
    rows = session.execute(
        select(BlindIndex.subject_id, BlindIndex.unit)
        .join(SealedRow, SealedRow.id == BlindIndex.sealed_id)
        .where(any_version)
        .order_by(SealedRow.sealed_at.desc(), SealedRow.id)
    )
    return list(dict.fromkeys(Found(row.subject_id, row.unit) for row in rows))


def alike(
    session: Session, cls: type[Any], fields: Sequence[str], units: Sequence[str]
) -> dict[str, frozenset[str]]:
    """Return by unit in which units all of some fields of a kind have the same values, itself among them.

    A unit that has not all of them is not in it. Digests are compared with digests: nothing is opened.
    Raises KeyError: no index.
    """
    kind = register.kind_of(cls)
    for field in fields:
        if not kind.field(field).indexed:
            raise KeyError(f"{kind.name}.{field} has no blind index")
    own, other = aliased(SealedRow), aliased(SealedRow)
    pairs = select(own.unit, other.unit).where(own.unit.in_(units), own.kind == kind.name)
    for field in fields:
        mine, theirs = aliased(BlindIndex), aliased(BlindIndex)
        pairs = pairs.where(
            *(mine.sealed_id == own.id, mine.field == f"{kind.name}.{field}"),
            *(theirs.field == mine.field, theirs.version == mine.version),
            *(theirs.digest == mine.digest, theirs.sealed_id == other.id),
        )
    found: dict[str, set[str]] = {}
    for unit, same in session.execute(pairs):
        found.setdefault(unit, set()).add(same)
    return {unit: frozenset(same) for unit, same in found.items()}


def subject_of(session: Session, unit: str) -> UUID | None:
    """Return the random id of the person a unit is about; None when nothing of them is left."""
    return session.scalar(select(SealedRow.subject_id).where(SealedRow.unit == unit).limit(1))


def units_of(session: Session, subject_id: UUID) -> list[str]:
    """Return the units that still hold something of a subject, in order."""
    theirs = select(SealedRow.unit).where(SealedRow.subject_id == subject_id)
    return list(session.scalars(theirs.distinct().order_by(SealedRow.unit)))


def rotate_index(every: timedelta = timedelta(days=30)) -> bool:
    """Renew the index key when it is older than `every`; run it daily. Return whether an old one went.

    First a new version is made and every row digested anew; an hour later at the earliest, when nothing
    can write the old version any more, the old digests and their salt are destroyed.
    """
    with keyring_transaction() as session:
        newest = current_salt(session).version
        made_at = session.scalars(select(IndexSalt.made_at).where(IndexSalt.version == newest)).one()
        if made_at < clock.now() - every:
            add_salt(session, newest + 1)
            newest, made_at = newest + 1, clock.now()
    reindex()
    if newest == 1 or made_at > clock.now() - _SETTLED:
        return False
    with transaction() as rows:
        rows.execute(delete(BlindIndex).where(BlindIndex.version < newest))
    with keyring_transaction() as session:
        gone = delete(IndexSalt).where(IndexSalt.version < newest)
        return bool(session.execute(gone.returning(IndexSalt.version)).all())


def reindex() -> int:
    """Digest every row that lacks the newest version: after a rotation, or a restore. Return how many."""
    with keyring_transaction() as session:
        key = current_salt(session)
    kinds = {k.name: k for k in register.KINDS.values() if any(field.indexed for field in k.fields)}
    count, after = 0, UUID(int=0)
    while True:
        with transaction() as session:
            rows = session.execute(_unmarked(list(kinds), key, after)).all()
            if not rows:
                return count
            new = _marks_of(rows, kinds, key)
            if new:
                session.execute(insert_or_leave(BlindIndex).on_conflict_do_nothing(), new)
        count, after = count + len({mark["sealed_id"] for mark in new}), rows[-1].id


def _unmarked(kinds: list[str], key: IndexKey, after: UUID) -> Any:  # noqa: ANN401 - a select of whole rows
    """Lock what it selects, so that a correction meanwhile cannot be overtaken by its old value."""
    has_mark = exists().where(BlindIndex.sealed_id == SealedRow.id, BlindIndex.version == key.version)
    return (
        select(SealedRow.__table__)
        .where(SealedRow.kind.in_(kinds), SealedRow.id > after, ~has_mark)
        .order_by(SealedRow.id)
        .limit(_BATCH)
        .with_for_update(of=SealedRow.__table__)
    )


def _marks_of(rows: Sequence[Row[Any]], kinds: Mapping[str, Kind], key: IndexKey) -> list[dict[str, Any]]:
    secrets = keyring.fetch((row.key_id for row in rows), keyring.STORAGE)
    new: list[dict[str, Any]] = []
    for row in rows:
        if row.key_id in secrets:
            kind = kinds[row.kind]
            record = record_in(row, kind, secrets[row.key_id].secret)
            new += marks(record, kind, key, row._asdict())
    return new
