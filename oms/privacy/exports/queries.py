"""Reads of exports: those that wait, by number, and the orders that somebody typed."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.kernel import clock
from oms.kernel.errors import BadInputError, NotFoundError
from oms.orders.models import Order
from oms.privacy.exports.models import Export, ExportUnit

# A file of more would be a copy of the shop.
MOST = 500
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


def orders_named(session: Session, numbers: Sequence[str]) -> list[str]:
    """Return the units of orders by number, each once. Raises BadInputError for one that is unknown."""
    wanted = list(dict.fromkeys(numbers))
    if not 0 < len(wanted) <= MOST:
        raise BadInputError(f"Name 1 to {MOST} orders.", field="numbers")
    found = {
        order.number: order.unit for order in session.scalars(select(Order).where(Order.number.in_(wanted)))
    }
    unknown = [number for number in wanted if number not in found]
    if unknown:
        raise BadInputError(f"There is no order {', '.join(unknown[:5])}.", field="numbers")
    return [found[number] for number in wanted]
