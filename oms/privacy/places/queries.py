"""Every store and recipient with its place, and what waits until it may be told."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from oms.kernel import egress, places
from oms.kernel.outbox import DeliveryState, OutboxDelivery
from oms.kernel.places import Place, TransferRefusedError


def everywhere() -> dict[str, Place | None]:
    """Return where every store and recipient is, by name; None for one of which nothing is said."""
    return {name: places.find(name) for name in (*places.STORES, *sorted(egress.in_use()))}


def waiting(session: Session, name: str) -> int:
    """Return how many effects wait until a place may be told."""
    held = f"{TransferRefusedError.__name__}: {name}:"
    found = select(func.count()).where(
        OutboxDelivery.state == DeliveryState.WAITING, OutboxDelivery.error.startswith(held, autoescape=True)
    )
    return session.scalar(found) or 0
