"""Who may see an order: the browser that placed it, its account, or who proved the mailbox it was given."""

from oms.orders.models import Order
from storefront.account import access
from storefront.checkout.paying import mine


def may_see(order: Order) -> bool:
    """Say whether this browser has shown that the order is its person's own."""
    return order.number in mine() or access.is_mine(order.unit)
