"""What is past its time: rows of declared lives, orders of nobody, references without a use."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Table, exists, func, literal, select, text
from sqlalchemy.orm import Session

from oms.buyers.models import Buyer
from oms.buyers.states import BuyerState
from oms.kernel.audit import AuditDetail, AuditEntry
from oms.kernel.db import Base
from oms.kernel.egress import Disclosure
from oms.kernel.register import Life, kind_of
from oms.kernel.vault.models import SealedRow
from oms.orders.models import Order, unit_of
from oms.orders.personal import ChannelDelivery
from oms.orders.states import OrderState
from oms.payments import queries as payments
from oms.privacy.retention.schedules import CUT

# Cards may be disputed for 120 days (https://docs.stripe.com/disputes/how-disputes-work).
DISPUTE_WINDOW = timedelta(days=120)
# Far longer than a transaction may take between its parts.
GRACE = timedelta(hours=1)
_MOST = 500
# Money and stock name an order without a foreign key, so that a hot row stays cheap.
_BY_NAME = {"order_id": "orders"}


def lives() -> list[tuple[Table, Life]]:
    """Return every table whose rows have a declared life, in order of their names."""
    found = [
        (mapper.local_table, mapper.class_.__life__)
        for mapper in Base.registry.mappers
        if hasattr(mapper.class_, "__life__") and isinstance(mapper.local_table, Table)
    ]
    return sorted(found, key=lambda pair: pair[0].name)


def past_its_life(table: Table, life: Life, at: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions under which rows of a table are past their life at a moment."""
    ended = table.c[life.after] <= at - timedelta(days=life.days)
    if life.years:
        ended = table.c[life.after] < datetime(at.year - life.years, 1, 1, tzinfo=UTC)
    return (ended, text(life.where)) if life.where else (ended,)  # type: ignore[return-value]


def dependents(table: Table, which: ColumnElement[bool]) -> list[tuple[Table, ColumnElement[bool]]]:
    """Return the rows that cannot stand without some rows of a table, those first on which nothing stands."""
    found: list[tuple[Table, ColumnElement[bool]]] = []
    for child in Base.metadata.sorted_tables:
        for column in child.columns:
            parent = _parent(column, table)
            if parent is not None and child is not table:
                theirs = column.in_(select(parent).where(which))
                found += [*dependents(child, theirs), (child, theirs)]
    return found


def _parent(column: Column[Any], table: Table) -> Column[Any] | None:
    """Return the column of a table that another names: by foreign key, or by name where there is none."""
    for key in column.foreign_keys:
        if key.column.table is table and key.ondelete != "CASCADE":
            return key.column
    is_named = not column.foreign_keys and _BY_NAME.get(column.name) == table.name
    return table.c.id if is_named else None


def overdue_rows(session: Session, at: datetime) -> dict[str, int]:
    """Return how many rows are past their life, by table; only tables that have any."""
    counts = {
        table.name: int(
            session.scalar(select(func.count()).select_from(table).where(*past_its_life(table, life, at)))
            or 0
        )
        for table, life in lives()
    }
    return {name: count for name, count in counts.items() if count}


def uncut(session: Session, at: datetime) -> dict[str, int]:
    """Return how many rows still have a thread to somebody that should have been cut, by table, if any.

    It looks through whole tables: for tests and drills, not for pages.
    """
    counts = {}
    for table in Base.metadata.sorted_tables:
        if table.name in CUT:
            late = text(f"({CUT[table.name].late})")
            late = late.bindparams(at=at) if ":at" in late.text else late
            counts[table.name] = session.scalar(select(func.count()).select_from(table).where(late)) or 0
    return {name: count for name, count in counts.items() if count}


def orders_of_nobody(session: Session, at: datetime) -> list[int]:
    """Return orders whose personal data has all gone and that still hold a thread to somebody.

    Of what a marketplace sold and is still to be sent, the address may be yet to come; not for longer than
    it would be kept.
    """
    is_to_send = (Order.channel != "") & (Order.state == OrderState.PLACED) & Order.delivered_at.is_(None)
    longest = timedelta(days=kind_of(ChannelDelivery).retention.at_most)
    is_to_come = is_to_send & (Order.created_at > at - longest)
    sealed = exists().where(SealedRow.unit == func.concat(literal(unit_of("")), Order.number))
    return list(
        session.scalars(
            select(Order.id)
            .where(Order.forgotten_at.is_(None), Order.created_at < at - GRACE, ~is_to_come, ~sealed)
            .order_by(Order.id)
            .limit(_MOST)
        )
    )


def accounts_of_nobody(session: Session) -> list[int]:
    """Return closed accounts whose personal data has all gone."""
    sealed = exists().where(SealedRow.unit == func.concat("account:", Buyer.id))
    closed = select(Buyer.id).where(Buyer.state == BuyerState.CLOSED, ~sealed)
    return list(session.scalars(closed.order_by(Buyer.id).limit(_MOST)))


def subjects_of_nothing(session: Session, at: datetime) -> list[UUID]:
    """Return the ids of people in ledger and audit of whom nothing is kept any more."""
    told = select(Disclosure.subject_id).where(Disclosure.subject_id.is_not(None), Disclosure.at < at - GRACE)
    seen = (
        select(AuditDetail.subject_id)
        .join(AuditEntry, AuditEntry.id == AuditDetail.entry_id)
        .where(AuditDetail.subject_id.is_not(None), AuditEntry.at < at - GRACE)
    )
    them = told.union(seen).subquery()
    kept = exists().where(SealedRow.subject_id == them.c.subject_id)
    return list(session.scalars(select(them.c.subject_id).where(~kept).limit(_MOST)))


def overdue(session: Session, at: datetime) -> dict[str, int]:
    """Return what should have gone by a moment and is still there; empty in a shop that is well."""
    found = overdue_rows(session, at)
    found["orders with a thread to nobody"] = len(orders_of_nobody(session, at))
    found["closed accounts of nobody"] = len(accounts_of_nobody(session))
    found["disclosures and deeds about nobody"] = len(subjects_of_nothing(session, at))
    found["payment references"] = payments.referenced_since(session, at - DISPUTE_WINDOW)
    return {name: count for name, count in found.items() if count}
