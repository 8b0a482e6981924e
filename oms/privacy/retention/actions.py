"""The retention run: what the clock lets go of; the next run finishes what a crash left."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import and_, delete
from sqlalchemy.orm import Session

from oms.buyers.upkeep import actions as accounts
from oms.fulfillment import actions as fulfillment
from oms.kernel import audit, clock, egress, files, vault
from oms.kernel.db import reading, transaction
from oms.orders import actions as orders
from oms.orders import queries as ordering
from oms.orders import runs as lapsed
from oms.payments import actions as payments
from oms.privacy.retention import queries
from oms.privacy.retention.queries import DISPUTE_WINDOW
from oms.risk import actions as risk

T = TypeVar("T")


def let_go(at: datetime | None = None) -> dict[str, int]:
    """Let go of everything whose time has come at a moment, now unless one is named; return how much of each.

    A second run finds nothing. Opens transactions of its own: never call it inside one.
    """
    now = at or clock.now()
    counts = {"orders that lapsed": lapsed.forget_lapsed(now - orders.LAPSED_LIFE)}
    destroyed = vault.destroy_due(now)
    counts |= {"keys": destroyed.keys, "sealed records": destroyed.rows, "files": destroyed.files}
    counts |= sweep_leftovers()
    counts["orders cut from their person"] = _each(queries.orders_of_nobody, forget_order, now)
    counts["closed accounts"] = _each(
        lambda session, _now: queries.accounts_of_nobody(session), _forget_account, now
    )
    counts["people in ledger and audit"] = _each(queries.subjects_of_nothing, forget_subject, now)
    with transaction() as session:
        counts["payment references"] = payments.drop_references(session, now - DISPUTE_WINDOW)
    return counts | _past_their_life(now)


def sweep_leftovers() -> dict[str, int]:
    """Remove what crashes left: keys that no row uses, rows without a key, files without a row."""
    counts = {"unused keys": vault.sweep_unreferenced(), "rows without key": vault.remove_keyless()}
    with transaction() as session:
        counts["files without row"] = files.remove_orphans(session)
    return counts


def forget_order(session: Session, order_id: int) -> None:
    """Cut an order and its parcels from their person, once the keys are destroyed; what was sold stays.

    What staff typed as a reason for a deed goes too: it can name anybody. The deed stays in the audit.
    """
    orders.forget(session, order_id)
    audit.forget_about(session, ordering.get(session, order_id).unit)
    fulfillment.forget(session, order_id)
    risk.forget(session, order_id)


def forget_subject(session: Session, subject_id: UUID) -> None:
    """Let go of whom the ledger of disclosures and the audit are about; the entries themselves stay."""
    audit.forget_subject(session, subject_id)
    egress.forget_subject(session, subject_id)


def _forget_account(session: Session, buyer_id: int) -> None:
    accounts.forget_account(session, buyer_id)
    orders.forget_buyer(session, buyer_id)


def _each(
    due: Callable[[Session, datetime], Iterable[T]], let: Callable[[Session, T], object], now: datetime
) -> int:
    """Do one thing for each that is due, in batches until none is left; return for how many."""
    count = 0
    while True:
        with transaction() as session:
            found = list(due(session, now))
            for one in found:
                let(session, one)
        if not found:
            return count
        count += len(found)


def _past_their_life(now: datetime) -> dict[str, int]:
    with reading() as session:
        due = queries.overdue_rows(session, now)
    counts = {table.name: 0 for table, _life in queries.lives()}
    for table, life in queries.lives():
        if table.name not in due:
            continue
        which = and_(*queries.past_its_life(table, life, now))
        with transaction() as session:
            for child, theirs in queries.dependents(table, which):
                session.execute(delete(child).where(theirs))
            gone = session.execute(delete(table).where(which))
            counts[table.name] = gone.rowcount  # type: ignore[attr-defined]
    return counts
