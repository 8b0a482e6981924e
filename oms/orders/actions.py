"""What happens to an order once it is written: confirmed, lapsed, cancelled, held, delivered, closed."""

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from oms.carts import actions as carts
from oms.inventory import actions as stock
from oms.inventory.sourcing import OutOfStockError
from oms.kernel import clock, egress, outbox, vault
from oms.kernel.audit import SYSTEM, Actor, ActorKind
from oms.kernel.db import retry_conflicts
from oms.kernel.egress import Payload
from oms.kernel.errors import ConflictError
from oms.kernel.register import Job, Purpose
from oms.kernel.states import Outcome
from oms.kernel.vault import Keys
from oms.orders import queries
from oms.orders.models import Order, OrderEvent, OrderHold
from oms.orders.personal import STRIPE, OrderContact, OrderDelivery, OrderNote
from oms.orders.placing.actions import hold_stock, postcode_prefix
from oms.orders.states import ORDER, OrderState
from oms.payments import actions as money
from oms.payments import queries as payments
from oms.payments.actions import RefundAsked, RefundPart
from oms.payments.models import Payment

RETURN_WINDOW = timedelta(days=30)
# A lapsed order's person is gone within a day; half of it leaves time for a late payment to be honored.
LAPSED_LIFE = timedelta(hours=12)
_PAYMENTS = SYSTEM.doing(Job.PAYMENTS)


def note_event(session: Session, order: Order, what: str, *, by: Actor, why: str = "") -> None:
    """Write something that happened to an order into its history; never a person's data."""
    session.add(order.event(what, by, at=clock.now(), why=why))


def write_note(session: Session, order_id: int, text: str, keys: Keys, *, by: Actor) -> None:
    """Seal what staff note of an order beside its history; the buyer reads it in their data.

    `keys` hold one for OrderNote. Raises ConflictError when nothing of the order's person is left.
    """
    order = queries.locked(session, order_id)
    if order.forgotten_at is not None or not vault.ends(order.unit):
        raise ConflictError("Nothing of this person is left, so nothing can be noted.")
    event = order.event("noted", by, at=clock.now())
    event.note = vault.seal(session, OrderNote(text), keys)
    session.add(event)
    outbox.say(session, "order.noted", order=order.id)


def confirm_payment(session: Session, order_id: int, payment_id: int) -> str:
    """Make an order placed because its payment was captured; return what came of it.

    Money for an order that lapsed is honored while the goods are there and sent back otherwise; a second
    capture for one order is sent back. What was sent back pays for nothing, however often this is asked.
    """
    order = queries.locked(session, order_id)
    payment = session.get_one(Payment, payment_id)
    if payment.refundable <= 0:
        return "nothing is kept of this payment"
    if payment.captured != order.total or payment.currency != order.currency:
        return _refuse_amount(session, order, payment)
    if order.state in {OrderState.PLACED, OrderState.CLOSED}:
        others = [p for p in money_of(session, order_id) if p.id != payment_id and p.captured > p.refunded]
        return _send_back(session, order, payment, "Paid twice.") if others else "already placed"
    if order.state is OrderState.CANCELLED:
        return _send_back(session, order, payment, "The order was cancelled before the payment came.")
    if order.state is OrderState.LAPSED and not _take_up_again(session, order):
        return _send_back(session, order, payment, "The payment came after the goods had gone.")
    stock.convert(session, order.id)
    if order.cart_id is not None:
        carts.take_out(session, order.cart_id, {line.variant_id: line.quantity for line in order.lines})
    order.become(OrderState.PLACED)
    order.placed_at = clock.now()
    note_event(session, order, "placed", by=SYSTEM)
    outbox.say(session, "order.placed", order=order.id)
    return "placed"


def _refuse_amount(session: Session, order: Order, payment: Payment) -> str:
    told = _send_back(session, order, payment, "The amount was not the order's.")
    lapse(session, order.id)
    return told


def money_of(session: Session, order_id: int) -> list[Payment]:
    """Return an order's payments under their row locks, in id order."""
    return list(
        session.scalars(
            select(Payment).where(Payment.order_id == order_id).order_by(Payment.id).with_for_update()
        )
    )


def _take_up_again(session: Session, order: Order) -> bool:
    if order.is_let_go or not vault.ends(order.unit):
        return False
    try:
        _held_again(session, order)
    except OutOfStockError:
        return False
    return True


@retry_conflicts
def _held_again(session: Session, order: Order) -> None:
    with session.begin_nested():
        hold_stock(session, order)


def _send_back(session: Session, order: Order, payment: Payment, why: str) -> str:
    amount = payment.captured - payment.refunded
    if amount > 0:
        part = RefundPart(None, 0, amount, order.total + amount)
        money.request_refund(session, RefundAsked(payment.id, (part,), why, is_surplus=True), by=SYSTEM)
        note_event(session, order, "sent back", by=SYSTEM, why=why)
        outbox.say(session, "order.sent_back", order=order.id, payment=payment.id)
    return f"sent back: {why}"


def lapse(session: Session, order_id: int) -> bool:
    """Give up an order whose payment is certain never to come; True when it was given up now.

    Its holds end here; its keys are destroyed by the clock. An order whose money has come is not given up,
    even where an older word of the provider is heard only now.
    """
    order = queries.locked(session, order_id)
    if ORDER.attempt(order.state, OrderState.LAPSED) is not Outcome.MOVED:
        return False
    if any(payment.refundable > 0 for payment in money_of(session, order_id)):
        return False
    order.become(OrderState.LAPSED)
    order.closed_at = clock.now()
    stock.release(session, order.id)
    note_event(session, order, "lapsed", by=SYSTEM)
    outbox.say(session, "order.lapsed", order=order.id)
    return True


def cancel(session: Session, order_id: int, *, by: Actor, why: str) -> Order:
    """Cancel a placed order whose fulfillment is closed and stock freed. Raises IllegalMoveError."""
    order = queries.locked(session, order_id)
    order.become(OrderState.CANCELLED)
    order.closed_at = clock.now()
    _end_holds(session, order_id)
    note_event(session, order, "cancelled", by=by, why=why)
    outbox.say(session, "order.cancelled", order=order.id)
    return order


def close(session: Session, order_id: int) -> bool:
    """Close a placed order whose return window has ended; True when it was closed now."""
    order = queries.locked(session, order_id)
    if ORDER.attempt(order.state, OrderState.CLOSED) is not Outcome.MOVED:
        return False
    order.become(OrderState.CLOSED)
    order.closed_at = clock.now()
    note_event(session, order, "closed", by=SYSTEM)
    return True


def note_delivery(session: Session, order_id: int) -> bool:
    """Note that everything has arrived, and when the return window ends; True when it was noted now.

    The shop takes goods back for 30 days, longer than the 14 of Directive 2011/83/EU, article 9.
    """
    order = queries.locked(session, order_id)
    if order.delivered_at is not None:
        return False
    order.delivered_at = clock.now()
    order.returns_end_at = order.delivered_at + RETURN_WINDOW
    note_event(session, order, "delivered", by=SYSTEM)
    outbox.say(session, "order.delivered", order=order.id)
    return True


def hold(session: Session, order_id: int, why: str, *, by: Actor) -> OrderHold:
    """Make an order wait, with the reason; fulfillment does not pick what waits."""
    order = queries.locked(session, order_id)
    made = OrderHold(order_id=order.id, why=why[:200], by_kind=by.kind, by_id=by.id)
    session.add(made)
    note_event(session, order, "held", by=by, why=why)
    return made


def lift_hold(session: Session, hold_id: int, *, by: Actor, why: str = "") -> None:
    """Let an order go on, with the reason where there is one."""
    found = session.get_one(OrderHold, hold_id, with_for_update=True)
    found.lifted_at = found.lifted_at or clock.now()
    note_event(session, queries.locked(session, found.order_id), "hold lifted", by=by, why=why)


def _end_holds(session: Session, order_id: int) -> None:
    """End what an order waits for, as it waits for nothing any more."""
    waits = (OrderHold.order_id == order_id, OrderHold.lifted_at.is_(None))
    session.execute(update(OrderHold).where(*waits).values(lifted_at=clock.now()))


def correct_delivery(session: Session, order: Order, corrected: OrderDelivery, *, by: Actor) -> None:
    """Replace where the parcel goes, in the same country; raises ConflictError for another one.

    The caller has made sure that no label was bought. The old value is gone at once.
    """
    if corrected.country != order.country:
        raise ConflictError("Another country changes price and tax. Cancel this order and place a new one.")
    vault.replace(session, replace(corrected), order.unit, by=by)
    order.postcode_prefix = postcode_prefix(corrected.postcode)
    note_event(session, order, "address corrected", by=by)


def correct_contact(session: Session, order: Order, corrected: OrderContact, *, by: Actor) -> None:
    """Replace the mailbox that hears of an order; the old one is gone at once, from the look-up too.

    Says `order.mailbox_corrected`: who was told the old one is told the new one.
    """
    before = vault.open_record(session, OrderContact, order.unit, purpose=Purpose.RIGHTS, by=by)
    if before is None:
        raise ConflictError("The e-mail of this order is gone already.")
    if before != corrected:
        vault.replace(session, corrected, order.unit, by=by)
        note_event(session, order, "e-mail corrected", by=by)
        outbox.say(session, "order.mailbox_corrected", order=order.id)


@dataclass(frozen=True, slots=True)
class Corrected:
    """The payments of an order that Stripe took, and what it is told of the mailbox for their receipts."""

    payload: Payload
    intents: tuple[str, ...]


def tell_corrected(session: Session, order_id: int) -> Corrected | None:
    """Write that Stripe is told the corrected mailbox; None where it took no payment, or all is gone."""
    order = queries.get(session, order_id)
    intents = tuple(p.intent_ref for p in payments.of_order(session, order_id) if p.intent_ref)
    contact = vault.open_record(session, OrderContact, order.unit, purpose=Purpose.PAYMENT, by=_PAYMENTS)
    subject_id = vault.subject_of(session, order.unit)
    if not intents or contact is None or subject_id is None:
        return None
    occasion = egress.Occasion(order.unit, subject_id, Purpose.PAYMENT, "corrected")
    return Corrected(egress.disclose(session, STRIPE.name, occasion, [contact]), intents)


def let_go(session: Session, order_id: int) -> bool:
    """Begin to forget a lapsed order: from the commit on, no late payment takes it up again.

    False when money came and took it up meanwhile: such an order still needs its person.
    """
    order = queries.locked(session, order_id)
    if order.state is not OrderState.LAPSED:
        return False
    order.let_go()
    return True


def forget_buyer(session: Session, buyer_id: int) -> None:
    """Cut the thread from every order of an account to it; what each order itself knows is not touched."""
    session.execute(update(Order).where(Order.buyer_id == buyer_id).values(buyer_id=None))


def forget(session: Session, order_id: int) -> None:
    """Cut every thread from an order to a person, once the keys of its unit are destroyed; figures stay.

    Only the day is noted, so that two orders that went together cannot be told by the moment.
    """
    day = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    session.execute(
        update(Order)
        .where(Order.id == order_id)
        .values(forgotten_at=day, buyer_id=None, cart_id=None, placement_hash=None)
    )
    theirs = OrderEvent.by_kind.in_((ActorKind.BUYER, ActorKind.GUEST))
    session.execute(update(OrderEvent).where(OrderEvent.order_id == order_id, theirs).values(by_id=""))
    session.execute(update(OrderEvent).where(OrderEvent.order_id == order_id).values(note=None))
    money.forget_person(session, order_id)
