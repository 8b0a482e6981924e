"""The cart of this browser: its id is in the server-side session, and in no cookie, form or address.

So a cart is reached by the session's random token alone, of which the database holds the hash (ADR 0016).
"""

from flask import session as browser
from sqlalchemy.orm import Session

from oms.carts import actions, queries
from oms.carts.models import Cart
from oms.carts.queries import CartView, Change
from oms.inventory.queries import held_for
from oms.orders import queries as orders
from oms.web.markets import place

# The number of the order that this browser left at the payment page.
PAYING = "paying"
_KEY = "cart"


def found(session: Session) -> Cart | None:
    """Return this browser's cart; None where there is none, or none any more."""
    cart_id = browser.get(_KEY)
    return queries.live(session, cart_id) if cart_id else None


def found_or_opened(session: Session) -> Cart:
    """Return this browser's cart, opened in the page's market where there was none."""
    here = place()
    cart = found(session)
    if cart is None:
        cart = actions.open_cart(session, here.market, here.language)
        browser[_KEY] = cart.id
    return cart


def follow(session: Session, cart: Cart) -> None:
    """Let the cart follow the shopper to the market and language of the page."""
    here = place()
    if (cart.market_code, cart.language) != (here.market, here.language):
        actions.follow(session, cart, here.market, here.language)


def now(session: Session) -> CartView:
    """Return what this browser's cart holds."""
    cart = found(session)
    return queries.view(queries.contents(session, cart)) if cart else queries.EMPTY


def refreshed(session: Session) -> tuple[CartView, list[Change]]:
    """Bring this browser's cart to the page's market and up to date; return it, and what changed.

    Where something changed it comes without its lines: look again, once that is written.
    """
    cart = found(session)
    if cart is None:
        return queries.EMPTY, []
    follow(session, cart)
    number = browser.get(PAYING)
    order = orders.by_number(session, number) if number else None
    held = queries.contents(session, cart)
    changes = actions.refresh(session, held, held_for(session, order.id) if order else {})
    return (queries.view(held) if not changes else queries.EMPTY), changes
