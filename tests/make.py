"""Small shops for tests: a market, a few goods with memorable SKUs, a warehouse with stock."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Update, func, select, text, update
from sqlalchemy.orm import Session

from oms.catalog.actions import put_product
from oms.catalog.models import Market, Variant
from oms.catalog.requests import PriceRequest, ProductRequest, TextRequest, VariantRequest
from oms.inventory import actions as stock
from oms.kernel import clock, ids, jobs, vault
from oms.kernel.audit import SYSTEM, Actor, ActorKind
from oms.kernel.db import Role, reading, retry_conflicts, transaction
from oms.kernel.outbox import DeliveryState, OutboxDelivery
from oms.orders.models import Order
from oms.orders.personal import OrderContact, OrderDelivery
from oms.orders.placing.actions import Placed, Placing, place_order
from oms.orders.placing.queries import payment_start
from oms.payments import actions as money
from oms.payments import gateway
from oms.payments.models import Payment
from oms.payments.states import PaymentState
from oms.pricing.models import TaxRate
from oms.pricing.queries import Where, quote
from oms.shipping.models import ShippingMethod
from tests.fakes import Party

GUEST = Actor(ActorKind.GUEST, "guest")


@dataclass(frozen=True)
class Shop:
    """The ids of what was made."""

    clock: int
    pencil: int
    planner: int
    leiden: int
    osaka: int


def small_shop(session: Session, *, clocks: int = 20, pencils: int = 100) -> Shop:
    """A clock at 31.00, a pencil at 1.90, a planner to download at 4.00 EUR; in Leiden and Osaka."""
    session.add(
        Market(
            code="eu",
            currency="EUR",
            tax_included=True,
            default_language="en",
            languages=["en", "de", "zh"],
            countries=["NL", "DE", "FR"],
            names={"en": "Europe"},
        )
    )
    session.add(
        TaxRate(
            country="NL", tax_class="standard", basis_points=2100, valid_from=date(2012, 10, 1), source="t"
        )
    )
    session.add(
        TaxRate(
            country="DE", tax_class="standard", basis_points=1900, valid_from=date(2007, 1, 1), source="t"
        )
    )
    session.add_all([_method("post-eu", 560, phone=False), _method("express-eu", 1490, phone=True)])
    session.flush()
    made = [
        variant(session, "RETRO-CLOCK", 3100, grams=800),
        variant(session, "CEDAR-PENCIL", 190, grams=8),
        variant(session, "PLANNER-PDF", 400, digital=True),
    ]
    leiden = stock.add_warehouse(session, "LEI", "Leiden", "NL", "2311")
    osaka = stock.add_warehouse(session, "OSA", "Osaka", "JP", "530-0001")
    for variant_id, units in ((made[0], clocks), (made[1], pencils)):
        if units:
            stock.receive(session, variant_id, leiden.id, units, by=SYSTEM)
    return Shop(*made, leiden.id, osaka.id)


def variant(session: Session, sku: str, price: int, *, grams: int = 100, digital: bool = False) -> int:
    """A published product with one variant, sold in the market `eu`; return the variant's id.

    It is put into the shop as an import puts it, so that the search finds it.
    """
    put_product(
        session,
        ProductRequest(
            handle=sku.lower(),
            texts={"en": TextRequest(sku.replace("-", " ").capitalize())},
            variants=(
                VariantRequest(
                    sku,
                    prices={"eu": PriceRequest(price)},
                    weight_grams=0 if digital else grams,
                    requires_shipping=not digital,
                ),
            ),
            is_published=True,
            hs_code="910521",
            origin="NL",
            is_digital=digital,
        ),
    )
    return session.scalars(select(Variant.id).where(Variant.sku == sku)).one()


def say_in_chinese(session: Session, **titles: str) -> None:
    """Name goods in Chinese, by handles with `_` for `-`, as an import of another language does."""
    for name, title in titles.items():
        request = ProductRequest(name.replace("_", "-"), {"zh": TextRequest(title)}, (), is_published=True)
        put_product(session, request)


def _method(code: str, amount: int, *, phone: bool) -> ShippingMethod:
    return ShippingMethod(
        code=code,
        market_code="eu",
        names={"en": code.capitalize()},
        carrier="hollow",
        service="express" if phone else "post",
        countries=["NL", "DE", "FR"],
        steps=[[2000, amount], [30000, amount * 3]],
        days_least=1,
        days_most=3,
        needs_phone=phone,
    )


ADA = OrderDelivery(name="Ada Lind", street="Rapenburg 70", postcode="2311 EZ", city="Leiden", country="NL")
ADAS_MAILBOX = OrderContact(email="ada@shop.test")


def placing(session: Session, wanted: dict[int, int], **changed: object) -> Placing:
    """A shopper's whole checkout, with the fingerprint of what is quoted now and fresh keys."""
    where = Where("eu", "en", "NL", "", "2311 EZ")
    number = ids.order_number()
    shown = quote(session, wanted, where, "").quote
    kinds = (OrderContact,) if shown.is_digital else (OrderContact, OrderDelivery)
    values: dict[str, object] = {
        "number": number,
        "placement_key": ids.token(),
        "wanted": wanted,
        "where": where,
        "method": "",
        "shown": shown.fingerprint,
        "contact": ADAS_MAILBOX,
        "delivery": None if shown.is_digital else ADA,
        "keys": vault.prepare(ids.new_id(), f"order:{number}", *kinds),
    }
    return Placing(**{**values, **changed})  # type: ignore[arg-type]


def order(wanted: dict[int, int], **changed: object) -> Placed:
    """Place an order that awaits its payment."""
    with reading() as session:
        request = placing(session, wanted, **changed)
    return _tried(request)


@retry_conflicts
def _tried(request: Placing) -> Placed:
    with transaction() as session:
        return place_order(session, request, by=GUEST)


def pay(placed: Placed, stripe: Party, card: str = "4242424242424242", **more: int) -> str:
    """Open the session of an order and pay it at the stand-in; return the session's reference.

    With `delayed=0` by a bank debit, which ends when the stand-in is told to settle it.
    """
    start = payment_start(placed.order, placed.payment, "http://127.0.0.1:9", placed.mailbox)
    started = gateway.start(start)
    with transaction() as session:
        money.note_session(session, placed.payment.id, started.session_ref)
    stripe.pay(started.session_ref, card, **more)
    return started.session_ref


def collected(method: str) -> None:
    """Let what goes by a method of shipping be collected at the shop instead."""
    with transaction(Role.MIGRATE) as session:
        session.execute(
            text(
                "UPDATE shipping_methods SET carrier = 'self', service = 'pickup', is_pickup = true,"
                " needs_phone = false WHERE code = :method"
            ),
            {"method": method},
        )


def learn(ref: str) -> None:
    """Let the shop ask what became of a session, and do all that follows."""
    truth = gateway.look_up(ref)
    with transaction() as session:
        money.apply_truth(session, truth)
    jobs.drain()


def state_of(number: str) -> str:
    """The state of an order, as it stands in the database."""
    with reading() as session:
        return session.scalars(select(Order.state).where(Order.number == number)).one()


def captured(payment_id: int, amount: int) -> Update:
    """The statement that makes a payment captured, where a test is about what follows."""
    return (
        update(Payment)
        .where(Payment.id == payment_id)
        .values(state=PaymentState.CAPTURED, captured=amount, settled_at=clock.now())
    )


def due_now(session: Session) -> None:
    """Let every delivery that waits be due now."""
    session.execute(update(OutboxDelivery).values(due_at=func.now(), leased_until=None))


def deliver_again(session: Session, handler: str) -> None:
    """Let a delivery that was done be done again, as after a crash before its row was written."""
    session.execute(
        update(OutboxDelivery)
        .where(OutboxDelivery.handler == handler)
        .values(state=DeliveryState.WAITING, due_at=func.now())
    )
