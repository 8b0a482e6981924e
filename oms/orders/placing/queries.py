"""Reads around placing: what Stripe is told of a payment, and what the shopper typed, after coming back."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from oms.kernel import vault
from oms.kernel.audit import SYSTEM, Actor
from oms.kernel.register import Job, Purpose
from oms.orders.models import Order
from oms.orders.personal import OrderContact, OrderDelivery
from oms.payments.models import Payment
from oms.payments.words import Start

DEFAULT_PLACE = "eu-en"


@dataclass(frozen=True, slots=True)
class Typed:
    """What the shopper typed for an order that awaits its payment."""

    contact: OrderContact | None
    delivery: OrderDelivery | None


def place_prefix(order: Order) -> str:
    """Return what stands before the paths of an order's market and language; nothing for the default."""
    place = f"{order.market_code}-{order.language}"
    return "" if place == DEFAULT_PLACE else f"/{place}"


def payment_start(order: Order, payment: Payment, public_url: str, mailbox: str) -> Start:
    """Return what Stripe is told of a payment: the same at each call, so that its session is found again."""
    home = f"{public_url.rstrip('/')}{place_prefix(order)}"
    return Start(
        key=payment.key,
        reference=payment.reference,
        money=payment.money,
        locale=payment.locale,
        expires_at=payment.expires_at,
        success_url=f"{home}/orders/{payment.reference}",
        cancel_url=f"{home}/checkout",
        mailbox=mailbox,
    )


def mailbox_of(session: Session, order: Order) -> str:
    """Return the mailbox of an order for its payment page; nothing when it has gone."""
    contact = vault.open_record(
        session, OrderContact, order.unit, purpose=Purpose.PAYMENT, by=SYSTEM.doing(Job.PAYMENTS)
    )
    return contact.email if contact else ""


def typed(session: Session, order: Order, *, by: Actor) -> Typed:
    """Return what was typed for an order, to the shopper who typed it."""
    contact = vault.open_record(session, OrderContact, order.unit, purpose=Purpose.RIGHTS, by=by)
    delivery = vault.open_record(session, OrderDelivery, order.unit, purpose=Purpose.RIGHTS, by=by)
    return Typed(contact, delivery)
