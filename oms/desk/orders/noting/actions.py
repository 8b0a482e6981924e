"""Noting something of an order for other staff, on record."""

from sqlalchemy.orm import Session

from oms.kernel import audit, vault
from oms.kernel.audit import Actor
from oms.kernel.errors import ConflictError
from oms.kernel.vault import Keys
from oms.orders import actions as agreement
from oms.orders.models import Order
from oms.orders.personal import OrderNote


def prepare(session: Session, order: Order) -> Keys:
    """Make the key of a note. Raises ConflictError when nothing of the order's person is left."""
    subject_id = vault.subject_of(session, order.unit)
    if subject_id is None:
        raise ConflictError("Nothing of this person is left, so nothing can be noted.")
    return vault.prepare(subject_id, order.unit, OrderNote)


def note(session: Session, order: Order, text: str, keys: Keys, *, by: Actor) -> None:
    """Note something of an order. Raises ConflictError when its person has gone meanwhile."""
    agreement.write_note(session, order.id, text, keys, by=by)
    audit.record(session, by, "order.note", order.unit)
