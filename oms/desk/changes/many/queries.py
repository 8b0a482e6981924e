"""Reads of work on many orders."""

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from oms.desk.changes.many.models import BulkTurn, BulkWork
from oms.kernel.errors import NotFoundError


def work(session: Session, work_id: int) -> BulkWork:
    """Return a piece of work with its turns in order. Raises NotFoundError."""
    found = session.scalar(
        select(BulkWork).where(BulkWork.id == work_id).options(selectinload(BulkWork.turns))
    )
    if found is None:
        raise NotFoundError("There is no such work. What was done is kept for 30 days.")
    return found


def locked_turn(session: Session, work_id: int, position: int) -> BulkTurn:
    """Return one order's turn under its row lock."""
    return session.get_one(BulkTurn, (work_id, position), with_for_update=True, populate_existing=True)
