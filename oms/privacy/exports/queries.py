"""Reads of exports: those that wait, and by number."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.kernel import clock
from oms.kernel.errors import NotFoundError
from oms.privacy.exports.models import Export, ExportUnit

_LISTED = 100


def listed(session: Session) -> list[Export]:
    """Return the exports that are under way or were decided lately, the newest first."""
    return list(session.scalars(select(Export).order_by(Export.id.desc()).limit(_LISTED)))


def by_number(session: Session, number: str, *, is_locked: bool = False) -> Export:
    """Return an export by its number, locked against others if asked. Raises NotFoundError."""
    chosen = select(Export).where(Export.number == number, Export.ends_at > clock.now())
    found = session.scalar(chosen.with_for_update() if is_locked else chosen)
    if found is None:
        raise NotFoundError("There is no such export, or its time is over.")
    return found


def units_of(session: Session, export_id: int) -> list[str]:
    """Return the units that an export is of, in the order in which they were asked for."""
    chosen = select(ExportUnit.unit).where(ExportUnit.export_id == export_id).order_by(ExportUnit.position)
    return list(session.scalars(chosen))
