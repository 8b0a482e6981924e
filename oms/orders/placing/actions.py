"""Placing an order: written whole, with its stock, its person and its payment, or not at all."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from oms.inventory import actions as stock
from oms.inventory.sourcing import Demand, Destination
from oms.kernel import clock, egress, ids, places, vault
from oms.kernel.audit import Actor
from oms.kernel.errors import ConflictError
from oms.kernel.register import Purpose
from oms.kernel.vault import Keys
from oms.orders.models import Order, OrderLine, OrderTax
from oms.orders.personal import STRIPE, OrderContact, OrderDelivery
from oms.orders.states import WAIVED, OrderState
from oms.payments import actions as money
from oms.payments.actions import Asked
from oms.payments.models import Payment
from oms.pricing.queries import Quoted, Where, quote
from oms.pricing.quote import Quote

# Stripe keeps a session for at least 30 minutes; a minute more allows for the way there.
SESSION_LIFE = timedelta(minutes=31)


class PriceChangedError(ConflictError):
    """Something changed since this page was shown. Nothing was ordered; look at the new total."""

    code = "price_changed"


@dataclass(frozen=True, slots=True)
class Placing:
    """Everything that placing takes: `wanted` is units by variant id, `shown` the quote's fingerprint.

    `waives` is the buyer's word that downloads begin at once, and that this ends the right to withdraw.
    """

    number: str
    placement_key: str
    wanted: dict[int, int]
    where: Where
    method: str
    shown: str
    contact: OrderContact
    delivery: OrderDelivery | None
    keys: Keys
    cart_id: int | None = None
    buyer_id: int | None = None
    notice_version: str = ""
    waives: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """An order that awaits its payment, and the mailbox that the payment page may show."""

    order: Order
    payment: Payment
    mailbox: str


def place_order(session: Session, wanted: Placing, *, by: Actor) -> Placed:
    """Write the agreement: quote again, hold the stock, seal the person, intend the payment.

    Raises PriceChangedError when the total is not the one that was shown, OutOfStockError, NotSellableError
    or BadInputError, TransferRefusedError where what they gave may not be kept or told; then nothing was
    written. OvertakenError asks for another try in a new transaction (`retry_conflicts`). A second call with
    the same key breaks the unique placement.
    """
    places.require_stores()
    quoted = quote(session, wanted.wanted, wanted.where, wanted.method)
    if quoted.quote.fingerprint != wanted.shown:
        raise PriceChangedError
    order = _write(session, wanted, quoted)
    payment = money.open_payment(
        session,
        Asked(order.id, order.number, order.money, order.language, clock.now() + SESSION_LIFE),
    )
    sealed = [wanted.contact, *([wanted.delivery] if wanted.delivery else [])]
    vault.seal_all(session, sealed, wanted.keys)
    payload = egress.disclose(
        session,
        STRIPE.name,
        egress.Occasion(order.unit, wanted.keys.subject_id, Purpose.PAYMENT),
        [wanted.contact],
    )
    session.add(order.event("created", by, at=clock.now()))
    if wanted.waives and any(line.is_digital for line in order.lines):
        session.add(order.event(WAIVED, by, at=clock.now()))
    hold_stock(session, order)
    return Placed(order, payment, payload.text("email"))


def _write(session: Session, wanted: Placing, quoted: Quoted) -> Order:
    found, chosen = quoted.quote, quoted.chosen
    order = Order(
        number=wanted.number,
        state=OrderState.AWAITING_PAYMENT,
        placement_hash=ids.token_hash(wanted.placement_key),
        buyer_id=wanted.buyer_id,
        cart_id=wanted.cart_id,
        market_code=wanted.where.market,
        language=wanted.where.language,
        currency=found.currency,
        tax_included=found.tax_included,
        country=wanted.where.country,
        region=wanted.where.region,
        postcode_prefix=postcode_prefix(wanted.where.postcode),
        goods=found.goods,
        delivery=found.delivery,
        delivery_tax=found.delivery_tax,
        tax=found.tax,
        total=found.total,
        units=sum(line.quantity for line in found.lines),
        is_digital=found.is_digital,
        notice_version=wanted.notice_version,
        created_at=clock.now(),
    )
    if chosen is not None:
        order.method, order.carrier, order.service = chosen.code, chosen.carrier, chosen.service
        order.is_pickup = chosen.is_pickup
        order.days_least, order.days_most = chosen.days_least, chosen.days_most
    order.lines = _lines(found)
    order.taxes = [
        OrderTax(basis_points=part.basis_points, net=part.net, tax=part.tax) for part in found.taxes
    ]
    session.add(order)
    session.flush()
    return order


def postcode_prefix(postcode: str) -> str:
    """Return all that an order keeps of a postcode: its first two characters."""
    return postcode.replace(" ", "").upper()[:2]


def _lines(found: Quote) -> list[OrderLine]:
    return [
        OrderLine(
            position=position,
            variant_id=line.goods.variant_id,
            sku=line.goods.sku,
            title=line.goods.title,
            choices=line.goods.choices,
            quantity=line.quantity,
            unit_price=line.goods.unit_price,
            total=line.total,
            basis_points=line.basis_points,
            tax=line.tax,
            grams=line.goods.grams,
            hs_code=line.goods.hs_code,
            origin=line.goods.origin,
            is_digital=line.goods.is_digital,
        )
        for position, line in enumerate(found.lines)
    ]


def hold_stock(session: Session, order: Order) -> None:
    """Hold an order's goods, and note the rule that chose the warehouses; raises what `reserve` raises."""
    demands = [Demand(line.id, line.variant_id, line.quantity) for line in order.lines if not line.is_digital]
    if not demands:
        return
    plan = stock.reserve(session, order.id, demands, Destination(order.country, order.postcode_prefix))
    order.sourcing = plan.why
