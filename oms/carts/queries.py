"""Reads of carts: what is in one now, and what changed since it was shown last."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from oms.carts.models import Cart, CartLine
from oms.inventory.queries import available
from oms.kernel import clock
from oms.pricing.queries import goods
from oms.pricing.quote import Goods


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to a line since it was shown: `gone`, `price` or `stock`; figures before and after."""

    kind: str
    sku: str
    title: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Contents:
    """The rows of a cart; the goods that are sold, and the units that could be promised, by variant id."""

    cart: Cart
    lines: tuple[CartLine, ...]
    goods: Mapping[int, Goods]
    stock: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the cart as it stands: prices in minor units, `available` units that could be promised."""

    goods: Goods
    quantity: int
    total: int
    available: int


@dataclass(frozen=True, slots=True)
class CartView:
    """A cart as its page shows it."""

    cart_id: int
    market: str
    language: str
    entries: tuple[Entry, ...]
    subtotal: int
    units: int

    @property
    def wanted(self) -> dict[int, int]:
        """Return units by variant id, as a quote takes them."""
        return {entry.goods.variant_id: entry.quantity for entry in self.entries}

    @property
    def goods(self) -> dict[int, Goods]:
        """Return the goods by variant id, so that a quote need not read them again."""
        return {entry.goods.variant_id: entry.goods for entry in self.entries}


EMPTY = CartView(0, "", "", (), 0, 0)


# Put together once, as putting together takes longer than running.
_LIVE = select(Cart).where(Cart.id == bindparam("cart"), Cart.expires_at > bindparam("now"))
_LINES = select(CartLine).where(CartLine.cart_id == bindparam("cart")).order_by(CartLine.position)


def live(session: Session, cart_id: int) -> Cart | None:
    """Return a cart by its id, which a session keeps, unless it has expired."""
    return session.scalar(_LIVE, {"cart": cart_id, "now": clock.now()})


def lines(session: Session, cart_id: int) -> list[CartLine]:
    """Return a cart's lines in the order in which they were added."""
    return list(session.scalars(_LINES, {"cart": cart_id}))


def unit_count(session: Session, cart_id: int) -> int:
    """Return how many units are in a cart."""
    return int(session.scalar(select(func.sum(CartLine.quantity)).where(CartLine.cart_id == cart_id)) or 0)


def contents(session: Session, cart: Cart) -> Contents:
    """Return what is in a cart now."""
    held = lines(session, cart.id)
    ids = [line.variant_id for line in held]
    found = goods(session, ids, cart.market_code, cart.language)
    return Contents(cart, tuple(held), found, available(session, ids))


def view(found: Contents) -> CartView:
    """Return a cart as it can be bought now; lines that are not sold any more are left out."""
    entries = tuple(
        Entry(
            item, line.quantity, item.unit_price * line.quantity, _units(item, found.stock[line.variant_id])
        )
        for line in found.lines
        if (item := found.goods.get(line.variant_id))
    )
    return CartView(
        found.cart.id,
        found.cart.market_code,
        found.cart.language,
        entries,
        sum(entry.total for entry in entries),
        sum(entry.quantity for entry in entries),
    )


def _units(item: Goods, counted: int) -> int:
    return 999 if item.is_digital else counted
