"""Who may see an order: the browser that placed it, its account, or who proved the mailbox it was given."""

from oms.orders.models import Order
from oms.web import security
from storefront.account import access
from storefront.checkout.paying import mine


def may_see(order: Order) -> bool:
    """Say whether this browser has shown that the order is its person's own."""
    if order.number in mine() or access.is_mine(order.unit):
        return True
    person = security.person()
    return person is not None and order.buyer_id is not None and person.ref == f"buyer:{order.buyer_id}"
