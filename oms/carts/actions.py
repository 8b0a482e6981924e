"""What a shopper does with a cart: put in, change, take out; and what we tell of changes since."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from oms.carts import queries
from oms.carts.models import Cart, CartLine
from oms.carts.queries import Change, Contents
from oms.catalog.models import Variant
from oms.inventory.queries import available
from oms.kernel import clock
from oms.kernel.errors import BadInputError, NotFoundError
from oms.pricing.queries import goods, goods_of
from oms.pricing.quote import Goods

LIFE = timedelta(days=14)
_A_DAY = timedelta(days=1)
MOST_UNITS = 999
MOST_LINES = 100


def open_cart(session: Session, market: str, language: str) -> Cart:
    """Open a cart; only the server-side session of its shopper knows which one it is."""
    cart = Cart(market_code=market, language=language, expires_at=clock.now() + LIFE)
    session.add(cart)
    session.flush()
    return cart


def add_line(session: Session, cart: Cart, sku: str, quantity: int) -> Goods:
    """Put units of a SKU into a cart, on top of what is there; return what was put in.

    Raises NotFoundError for a SKU that is not sold in the cart's market, and BadInputError (field `quantity`)
    for less than one, or for more than there is, naming how many there are.
    """
    item = _sold(session, cart, sku)
    held = session.get(CartLine, (cart.id, item.variant_id), with_for_update=True)
    total = quantity + (held.quantity if held else 0)
    _check_quantity(session, item, quantity, total)
    if held is None and len(queries.lines(session, cart.id)) >= MOST_LINES:
        raise BadInputError(
            "A cart holds %(most)s different things. Place this order first.", most=MOST_LINES
        )
    statement = insert(CartLine).values(
        cart_id=cart.id, variant_id=item.variant_id, quantity=total, price_seen=item.unit_price
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["cart_id", "variant_id"],
            set_={"quantity": total, "price_seen": item.unit_price},
        )
    )
    _keep(cart)
    return item


def set_quantity(session: Session, cart: Cart, sku: str, quantity: int) -> None:
    """Make a line hold so many units; none takes it out. Raises as `add_line` does."""
    variant_id = session.scalar(select(Variant.id).where(Variant.sku == sku))
    if quantity == 0:
        session.execute(
            delete(CartLine).where(CartLine.cart_id == cart.id, CartLine.variant_id == variant_id)
        )
        return
    item = _sold(session, cart, sku)
    held = session.get(CartLine, (cart.id, item.variant_id), with_for_update=True)
    if held is None:
        raise NotFoundError("This is not in your cart any more.")
    _check_quantity(session, item, quantity, quantity)
    held.quantity = quantity
    _keep(cart)


def _keep(cart: Cart) -> None:
    """Give a cart its whole life again, a day at a time, so that not each thing put in writes its row."""
    end = clock.now() + LIFE
    if end - cart.expires_at > _A_DAY:
        cart.expires_at = end


def _sold(session: Session, cart: Cart, sku: str) -> Goods:
    found = goods_of(session, sku, cart.market_code, cart.language)
    if found is None:
        raise NotFoundError("This is not sold here.")
    return found


def _check_quantity(session: Session, item: Goods, quantity: int, total: int) -> None:
    if quantity < 1 or total > MOST_UNITS:
        raise BadInputError("Choose between 1 and %(most)s.", field="quantity", most=MOST_UNITS)
    left = MOST_UNITS if item.is_digital else available(session, [item.variant_id])[item.variant_id]
    if left == 0:
        raise BadInputError("This has sold out.", field="quantity")
    if total > left:
        raise BadInputError(
            "There are only %(left)s left, counting those in your cart.", field="quantity", left=left
        )


def follow(session: Session, cart: Cart, market: str, language: str) -> None:
    """Let a cart follow its shopper to a market and language; a price of elsewhere is no change of price."""
    if cart.market_code != market:
        held = queries.lines(session, cart.id)
        found = goods(session, [line.variant_id for line in held], market, language)
        for line in held:
            if line.variant_id in found:
                line.price_seen = found[line.variant_id].unit_price
    cart.market_code, cart.language = market, language


def refresh(session: Session, found: Contents, own: Mapping[int, int]) -> list[Change]:
    """Bring a cart up to date with price and stock, and return what was changed, to be told at once.

    `own` are units by variant id that this shopper's unpaid order holds: they are there for this cart.
    """
    changes = []
    for line in found.lines:
        item = found.goods.get(line.variant_id)
        left = found.stock[line.variant_id] + own.get(line.variant_id, 0)
        change = _gone(session, line) if item is None else _adjusted(line, item, left)
        changes += [change] if change else []
        if item is None or line.quantity == 0:
            session.delete(line)
    return changes


def _gone(session: Session, line: CartLine) -> Change:
    sku = session.scalar(select(Variant.sku).where(Variant.id == line.variant_id)) or ""
    return Change("gone", sku, sku, line.quantity, 0)


def _adjusted(line: CartLine, item: Goods, counted: int) -> Change | None:
    left = MOST_UNITS if item.is_digital else counted
    if line.quantity > left:
        change = Change("stock", item.sku, item.title, line.quantity, left)
        line.quantity = left
        return change
    if line.price_seen != item.unit_price:
        change = Change("price", item.sku, item.title, line.price_seen, item.unit_price)
        line.price_seen = item.unit_price
        return change
    return None


def take_out(session: Session, cart_id: int, bought: Mapping[int, int]) -> None:
    """Take out what was bought, as units by variant id; what was put in meanwhile stays."""
    held = select(CartLine).where(CartLine.cart_id == cart_id).order_by(CartLine.variant_id)
    for line in session.scalars(held.with_for_update()).all():
        left = line.quantity - bought.get(line.variant_id, 0)
        if left > 0:
            line.quantity = left
        else:
            session.delete(line)


def drop_expired(session: Session) -> int:
    """Delete carts past their day; return how many."""
    gone = session.execute(delete(Cart).where(Cart.expires_at <= clock.now()).returning(Cart.id)).all()
    return len(gone)
