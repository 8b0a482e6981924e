"""What a buyer may still correct of an order by themselves."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from oms.fulfillment import queries as sending
from oms.kernel import vault
from oms.kernel.register import kind_of
from oms.orders.models import Order
from oms.orders.personal import OrderContact, OrderDelivery
from oms.orders.states import OrderState


@dataclass(frozen=True, slots=True)
class Correctable:
    """The e-mail as long as it is known; the address until a label is fixed, which a parcel follows."""

    email: bool
    address: bool
    follows_label: bool


def correctable(session: Session, order: Order) -> Correctable:
    """Return what may be corrected of an order; nothing of it is opened."""
    lives = vault.ends(order.unit)
    is_running = order.state in {OrderState.PLACED, OrderState.AWAITING_PAYMENT}
    has_address = kind_of(OrderDelivery).name in lives and is_running and order.delivered_at is None
    is_open = has_address and sending.can_correct_address(session, order.id)
    return Correctable(kind_of(OrderContact).name in lives, is_open, has_address and not is_open)
