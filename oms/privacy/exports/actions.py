"""An export is asked for, decided by somebody else, built, taken once, and dropped with anybody in it.

Who asks gets nothing before somebody else has agreed: a CHECK of the table says so too.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from oms.catalog.exchange.formulas import made_harmless
from oms.kernel import audit, clock, files, ids, outbox, vault
from oms.kernel.audit import SYSTEM, Actor
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError, IllegalMoveError, RefusedError
from oms.kernel.register import Job, Purpose, kind_of
from oms.orders import queries as orders
from oms.orders.personal import OrderContact, OrderDelivery
from oms.privacy.exports import queries
from oms.privacy.exports.models import Export, ExportUnit
from oms.privacy.exports.personal import DAYS, ExportFile
from oms.privacy.exports.states import LIVE, ExportKind, ExportState

FILE = "people.csv"
# A file of more would be a copy of the shop.
MOST = 500
# To agree, three days; to take it, one; what was taken or refused is listed as long as entries of the audit.
TO_AGREE, TO_TAKE, LISTED = timedelta(days=3), timedelta(days=DAYS), timedelta(days=400)
_OPENS: dict[ExportKind, tuple[type[Any], tuple[str, ...]]] = {
    ExportKind.ADDRESSES: (
        OrderDelivery,
        ("name", "street", "city", "region", "postcode", "country"),
    ),
    ExportKind.MAILBOXES: (OrderContact, ("email",)),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A wish for a list: what of which orders, by their numbers, and why."""

    kind: ExportKind
    numbers: tuple[str, ...]
    reason: str


def ask(session: Session, wanted: Wanted, *, by: Actor) -> Export:
    """Ask for a list; nothing is opened before somebody else agrees. Raises BadInputError."""
    if not 0 < len(wanted.numbers) <= MOST:
        raise BadInputError(f"Name 1 to {MOST} orders.", field="numbers")
    units = orders.units_of(session, wanted.numbers)
    if not wanted.reason.strip():
        raise BadInputError("Say why.", field="reason")
    row = Export(
        number=ids.order_number(),
        unit=f"export:{ids.new_id().hex}",
        state=ExportState.ASKED,
        kind=wanted.kind,
        people=len(units),
        reason=wanted.reason.strip()[:300],
        asked_by=by.id,
        asked_at=clock.now(),
        ends_at=clock.now() + TO_AGREE,
    )
    session.add(row)
    session.flush()
    session.add_all([ExportUnit(export_id=row.id, unit=unit, position=at) for at, unit in enumerate(units)])
    audit.record(session, by, "privacy.export_ask", f"export:{row.number}", fields=(wanted.kind,))
    return row


def agree(session: Session, export: Export, *, by: Actor) -> None:
    """Agree to somebody else's wish; says `privacy.export_agreed`. Raises RefusedError for one's own."""
    _decide(session, export, ExportState.AGREED, by)
    outbox.say(session, "privacy.export_agreed", export=export.id)


def refuse(session: Session, export: Export, *, by: Actor) -> None:
    """Refuse somebody else's wish, or take one's own back."""
    if by.id == export.asked_by:
        export.become(ExportState.DROPPED)
    else:
        _decide(session, export, ExportState.REFUSED, by)
    _close(session, [export.id])


def _decide(session: Session, export: Export, state: ExportState, by: Actor) -> None:
    if by.id == export.asked_by:
        raise RefusedError("Somebody else has to agree to an export that you asked for.")
    export.become(state)
    export.decided_by, export.decided_at = by.id, clock.now()
    audit.record(session, by, f"privacy.export_{state}", f"export:{export.number}", fields=(export.kind,))


def build(export_id: int) -> None:
    """Write the list and seal it; whom it cannot open is left out. Safe to repeat.

    Opens transactions of its own: never call it inside one.
    """
    with reading() as session:
        row = session.get(Export, export_id)
        if row is None or row.state is not ExportState.AGREED or row.ends_at <= clock.now():
            return
        units, kind, unit = queries.units_of(session, export_id), row.kind, row.unit
        content, told = _written(session, units, kind)
    keys = vault.prepare(ids.new_id(), unit, ExportFile)
    with transaction() as session:
        row = session.get(Export, export_id, with_for_update=True)
        # Somebody in it may have been erased meanwhile: its key, which nothing uses, is swept.
        if row is None or row.state is not ExportState.AGREED:
            return
        row.file_id = files.store(session, ExportFile(FILE), content, keys)
        row.become(ExportState.READY)
        row.people, row.ends_at = len(told), clock.now() + TO_TAKE
        left_out = ExportUnit.export_id == row.id, ExportUnit.unit.not_in(told)
        session.execute(delete(ExportUnit).where(*left_out))


def _written(session: Session, units: Sequence[str], kind: ExportKind) -> tuple[bytes, list[str]]:
    """Return the list, and the units that are in it."""
    cls, names = _OPENS[kind]
    text, by = io.StringIO(), SYSTEM.doing(Job.EXPORTS)
    written: list[str] = []
    sheet = csv.writer(text)
    sheet.writerow(("order", *names))
    for unit in units:
        found = vault.open_record(session, cls, unit, purpose=Purpose.AFTER_SALES, by=by)
        if found is not None:
            told = (made_harmless(str(getattr(found, name))) for name in names)
            sheet.writerow((unit.partition(":")[2], *told))
            written.append(unit)
    return text.getvalue().encode(), written


def take(number: str, *, by: Actor) -> bytes:
    """Return the list to who asked for it, once, and destroy it; each person in it can see that, and why.

    Raises RefusedError for anybody else, IllegalMoveError when there is nothing to take, and when somebody
    in it had their data locked since it was written: that list is dropped. Opens transactions of its own:
    never call it inside one.
    """
    with transaction() as session:
        row = queries.by_number(session, number, is_locked=True)
        if row.asked_by != by.id:
            raise RefusedError("Only who asked for an export can take it.")
        if row.state is not ExportState.READY or row.file_id is None:
            raise IllegalMoveError("There is nothing to take. It may have been taken already.")
        unit, units, kind = row.unit, queries.units_of(session, row.id), kind_of(_OPENS[row.kind][0])
        if {(theirs, kind.name) for theirs in units} & vault.locks(units):
            found = None
            row.become(ExportState.DROPPED)
        else:
            found = files.open_file(session, row.file_id, purpose=Purpose.AFTER_SALES, by=by)
            _note_taken(session, row, units, by)
            row.become(ExportState.TAKEN)
        _close(session, [row.id])
    vault.destroy_unit(unit)
    if found is None:
        raise IllegalMoveError("There is nothing to take: somebody in it has locked their data. Ask again.")
    return found.content


def _note_taken(session: Session, row: Export, units: Sequence[str], by: Actor) -> None:
    """Write into the audit of each person in a list that it was taken, and why."""
    cls, names = _OPENS[row.kind]
    fields = tuple(f"{kind_of(cls).name}.{name}" for name in names)
    why, purpose = by.because(row.reason), Purpose.AFTER_SALES
    for unit in units:
        about = vault.subject_of(session, unit)
        audit.record(session, why, "privacy.export", unit, subject_id=about, purpose=purpose, fields=fields)


def _close(session: Session, numbers: Sequence[int]) -> None:
    """Cut what is over from whom it was about: its units, and the reason in somebody's own words."""
    session.execute(delete(ExportUnit).where(ExportUnit.export_id.in_(numbers)))
    ended = {"reason": "", "ends_at": clock.now() + LISTED, "file_id": None}
    session.execute(update(Export).where(Export.id.in_(numbers)).values(ended))


def drop(unit: str) -> int:
    """Destroy every export under way that somebody is in; return how many.

    Opens transactions of its own: never call it inside one.
    """
    theirs = select(ExportUnit.export_id).where(ExportUnit.unit == unit)
    with transaction() as session:
        found = list(
            session.execute(
                update(Export)
                .where(Export.id.in_(theirs), Export.state.in_(LIVE))
                .values(state=ExportState.DROPPED)
                .returning(Export.id, Export.unit)
            )
        )
        _close(session, [one.id for one in found])
    for one in found:
        vault.destroy_unit(one.unit)
    return len(found)
