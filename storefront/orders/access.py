"""Who may see an order: the browser that placed it, the account it belongs to, or who proved its mailbox."""

from oms.orders.models import Order
from oms.web import proofs, security
from storefront.checkout.paying import mine


def may_see(order: Order) -> bool:
    """Say whether this browser has shown that the order is its person's own."""
    if proofs.is_proven(order.unit) or order.number in mine():
        return True
    person = security.person()
    return person is not None and order.buyer_id is not None and person.ref == f"buyer:{order.buyer_id}"
