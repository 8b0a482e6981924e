"""Who is affected by a leak, exactly; and the clocks of telling."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, func, literal, select, true
from sqlalchemy.orm import Session

from oms.buyers.models import Buyer
from oms.kernel.audit import ActorKind, AuditEntry
from oms.kernel.db import Base
from oms.kernel.errors import BadInputError, NotFoundError
from oms.kernel.register import KINDS
from oms.kernel.vault.models import SealedRow
from oms.orders.models import Order, unit_of
from oms.privacy.breaches.models import Breach, BreachUnit
from oms.privacy.breaches.states import Leak, Reach

# GDPR, article 33(1).
AUTHORITY = timedelta(hours=72)
# Amazon, Data Protection Policy, 1.6: within 24 hours.
PLATFORM = timedelta(hours=24)

# The sorts of units with a mailbox by which their person can be told; codes on their way are no person yet.
REACHED = ("order", "account", "request", "guardian", "move")


@dataclass(frozen=True, slots=True)
class Extent:
    """What leaked: a table or a member of staff by name, and from when until when."""

    leak: Leak
    named: str
    since: datetime
    until: datetime


def affected(session: Session, extent: Extent) -> list[str]:
    """Return the units whose people a leak affects, each once: those of which something is still kept.

    Whoever was erased cannot be told, and nothing that leads to them can be read: their keys are gone.
    Raises BadInputError for a table that nobody knows or that leads to no person.
    """
    if extent.leak is Leak.SESSION:
        theirs = _seen(extent)
    elif extent.leak is Leak.TABLE:
        theirs = _in_table(extent.named)
    else:
        theirs = select(SealedRow.unit).where(SealedRow.sealed_at <= extent.until)
    kept = select(SealedRow.unit).where(SealedRow.kind.in_(_reachable()), SealedRow.unit.in_(theirs))
    if extent.leak is Leak.TABLE:
        kept = kept.where(SealedRow.sealed_at <= extent.until)
    return sorted(session.scalars(kept.distinct()))


def _reachable() -> list[str]:
    """Return the kinds that hold a mailbox of somebody who buys."""
    return [kind.name for kind in KINDS.values() if kind.unit in REACHED and "email" in kind.names()]


def _seen(extent: Extent) -> Select[Any]:
    return select(AuditEntry.about).where(
        AuditEntry.actor_kind == ActorKind.STAFF,
        AuditEntry.actor_id == extent.named,
        AuditEntry.at >= extent.since,
        AuditEntry.at <= extent.until,
        # Who only holds or cancels an order was shown nothing of its person.
        func.cardinality(AuditEntry.fields) > 0,
    )


def tables() -> list[str]:
    """Return the tables that lead to people: by unit, by order, or by account."""
    return sorted(name for name, table in _all().items() if _lead(table) is not None)


def _all() -> dict[str, Table]:
    return {table.name: table for table in Base.metadata.sorted_tables}


def _in_table(name: str) -> Select[Any]:
    found = _lead(_all()[name]) if name in _all() else None
    if found is None:
        raise BadInputError("This table is unknown, or leads to nobody.", field="named")
    return found


def _lead(table: Table, rows: ColumnElement[bool] | None = None) -> Select[Any] | None:
    """Return the units that some rows of a table lead to, or all of them; None where they lead to nobody.

    What has no thread of its own leads where the row leads that it belongs to, as a parcel to its shipment's.
    """
    where = true() if rows is None else rows
    number = select(func.concat(literal(unit_of("")), Order.number))
    if table.name == Order.__tablename__:
        return number.where(where)
    if "order_id" in table.c and "unit" not in table.c:
        return number.where(Order.id.in_(select(table.c.order_id).where(where)))
    found = _thread(table)
    if found is not None:
        return select(found).where(where)
    for key in table.foreign_keys if _is_threaded(table) else ():
        if key.column.table is not table:
            leads = _lead(key.column.table, key.column.in_(select(key.parent).where(where)))
            if leads is not None:
                return leads
    return None


def _thread(table: Table) -> ColumnElement[Any] | None:
    """Return the unit that a row names itself."""
    for name in ("unit", "contact_unit", "guardian_unit", "about"):
        if name in table.c:
            return table.c[name]
    if table.name == Buyer.__tablename__:
        return func.concat("account:", Buyer.id)
    if "buyer_id" in table.c:
        return func.concat("account:", table.c.buyer_id)
    if "person" in table.c:
        return func.replace(table.c.person, "buyer:", "account:")
    return None


def _is_threaded(table: Table) -> bool:
    """Say whether the register knows a column of a table that says something of somebody."""
    kept = {mapper.local_table: mapper.class_ for mapper in Base.registry.mappers}
    return bool(kept[table].__columns__.pseudonymous) if table in kept else False


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many a breach concerns: people at most, units by their sort, records by their kind."""

    people: int
    units: dict[str, int]
    records: dict[str, int]


def numbers(session: Session, breach_id: int) -> Numbers:
    """Count whom and what a breach concerns, of what is still kept; each purchase of a guest is a person."""
    theirs = select(BreachUnit.unit).where(BreachUnit.breach_id == breach_id)
    kept = SealedRow.unit.in_(theirs)
    people = session.scalar(select(func.count(SealedRow.subject_id.distinct())).where(kept))
    sort = func.split_part(BreachUnit.unit, ":", 1)
    of_breach = BreachUnit.breach_id == breach_id
    units = session.execute(select(sort, func.count()).where(of_breach).group_by(sort).order_by(sort))
    records_alone = (kept, SealedRow.kind.in_(list(KINDS)))
    kinds = select(SealedRow.kind, func.count()).where(*records_alone)
    kinds = kinds.group_by(SealedRow.kind).order_by(SealedRow.kind)
    records = session.execute(kinds)
    return Numbers(people or 0, {row[0]: row[1] for row in units}, {row[0]: row[1] for row in records})


def breaches(session: Session) -> list[Breach]:
    """Return every breach, the newest first."""
    return list(session.scalars(select(Breach).order_by(Breach.id.desc())))


def by_number(session: Session, number: str) -> Breach:
    """Return a breach by its number. Raises NotFoundError."""
    found = session.scalar(select(Breach).where(Breach.number == number))
    if found is None:
        raise NotFoundError("There is no breach of this number.")
    return found


def counts(session: Session, breach_id: int) -> dict[Reach, int]:
    """Return how many units of a breach were reached how."""
    rows = session.execute(
        select(BreachUnit.reach, func.count())
        .where(BreachUnit.breach_id == breach_id)
        .group_by(BreachUnit.reach)
    )
    return {row[0]: row[1] for row in rows}


def first_of(session: Session, breach_id: int, units: Sequence[str]) -> str:
    """Return the first of some units that a breach affects: by it their one mail is named."""
    theirs = select(func.min(BreachUnit.unit)).where(
        BreachUnit.breach_id == breach_id, BreachUnit.unit.in_(units)
    )
    return session.scalar(theirs) or units[0]


def on_page(session: Session, units: Sequence[str], *but: str) -> list[tuple[Breach, str]]:
    """Return the breaches that some units are told of by their pages, each with one of its units.

    `but` are the numbers of those that are shown already; the newest comes first.
    """
    theirs = (BreachUnit.unit.in_(units), BreachUnit.reach.in_((Reach.ON_PAGE, Reach.SEEN)))
    rows = session.execute(
        select(Breach, func.min(BreachUnit.unit))
        .join(BreachUnit, BreachUnit.breach_id == Breach.id)
        .where(*theirs, Breach.number.not_in(but))
        .group_by(Breach.id)
        .order_by(Breach.id.desc())
    )
    return [(row[0], row[1]) for row in rows]


def is_untold(session: Session, units: Sequence[str]) -> bool:
    """Say whether a breach stands on the pages of some units and was not seen there yet."""
    theirs = (BreachUnit.unit.in_(units), BreachUnit.reach == Reach.ON_PAGE)
    return session.scalar(select(BreachUnit.unit).where(*theirs).limit(1)) is not None


def late(session: Session, now: datetime) -> list[tuple[Breach, str]]:
    """Return whom a breach still has to be told to, of those whose limit is over or ends within a day."""
    soon = now + timedelta(days=1)
    found = []
    for breach in breaches(session):
        if breach.authority_told_at is None and breach.found_at + AUTHORITY < soon:
            found.append((breach, "authority"))
        if breach.platform_told_at is None and breach.found_at + PLATFORM < soon:
            found.append((breach, "platform"))
    return found
