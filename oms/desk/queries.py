"""How much waits in each queue of the desk, in one statement."""

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from oms.channels.models import ChannelOrder
from oms.fulfillment.models import FulfillmentOrder
from oms.fulfillment.queries import on_hold
from oms.fulfillment.states import FulfillmentState
from oms.insights.models import ReplenishmentAlert
from oms.inventory.models import StockLevel
from oms.kernel.outbox import DeliveryState, OutboxDelivery
from oms.orders.models import Order, OrderHold
from oms.privacy.models import PrivacyRequest
from oms.privacy.states import OPEN
from oms.returns.models import Withdrawal
from oms.returns.states import WithdrawalState
from oms.risk.models import OrderDoubt
from oms.risk.states import DoubtState


def waiting(session: Session) -> dict[str, int]:
    """Return how many things wait, by the word of their queue; nobody's data is in it."""
    held = select(func.count(OrderHold.order_id.distinct())).where(OrderHold.lifted_at.is_(None))
    failed = (
        select(func.count()).select_from(OutboxDelivery).where(OutboxDelivery.state == DeliveryState.DEAD)
    )
    free = StockLevel.on_hand - StockLevel.reserved - StockLevel.allocated - StockLevel.safety
    gone = select(StockLevel.variant_id).group_by(StockLevel.variant_id).having(func.sum(free) <= 0)
    row = session.execute(
        select(
            held.scalar_subquery().label("held"),
            failed.scalar_subquery().label("failed"),
            _parts(FulfillmentState.OPEN).label("to pick"),
            _parts(FulfillmentState.IN_PROGRESS).label("to pack"),
            select(func.count(PrivacyRequest.id))
            .where(PrivacyRequest.state.in_(OPEN))
            .scalar_subquery()
            .label("privacy"),
            select(func.count(Withdrawal.id))
            .where(Withdrawal.state == WithdrawalState.DECLARED)
            .scalar_subquery()
            .label("returns"),
            select(func.count()).select_from(gone.subquery()).scalar_subquery().label("sold out"),
            select(func.count(ReplenishmentAlert.id))
            .where(ReplenishmentAlert.cleared_at.is_(None))
            .scalar_subquery()
            .label("to order"),
            select(func.count(OrderDoubt.id))
            .where(OrderDoubt.state == DoubtState.OPEN)
            .scalar_subquery()
            .label("doubtful"),
            select(func.count(ChannelOrder.id))
            .where(ChannelOrder.trouble != "")
            .scalar_subquery()
            .label("channels"),
        )
    ).one()
    return {name: int(count) for name, count in row._mapping.items()}  # noqa: SLF001 - SQLAlchemy's public name


def _parts(state: FulfillmentState) -> ScalarSelect[int]:
    found = select(func.count()).select_from(FulfillmentOrder).where(FulfillmentOrder.state == state)
    if state is FulfillmentState.OPEN:
        # What must wait is counted as held, and stands on no list to pick from.
        found = found.join(Order, Order.id == FulfillmentOrder.order_id).where(~on_hold())
    return found.scalar_subquery()
