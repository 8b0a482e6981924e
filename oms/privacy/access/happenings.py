"""What happened with somebody's orders, account and open requests, each with its moment."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from oms.buyers.models import Buyer
from oms.fulfillment import queries as fulfillment
from oms.orders.models import Order
from oms.payments import queries as payments
from oms.payments.states import PaymentState
from oms.privacy.erasure import queries as erasure
from oms.returns import queries as returns


class Happened(StrEnum):
    """What can have happened."""

    OPENED = "account_opened"
    ACTIVE = "last_active"
    SHOWN = "notice_shown"
    PAID = "paid"
    REFUNDED = "refunded"
    SENT = "sent"
    WITHDRAWN = "withdrawn"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened: with which unit, and the version, carrier, reason or kind of request it had.

    `amount` is in minor units of `currency`; None where no money moved.
    """

    at: datetime
    unit: str
    what: Happened
    detail: str = ""
    amount: int | None = None
    currency: str = ""


def of_units(session: Session, units: Sequence[str], orders: Sequence[Order]) -> list[Happening]:
    """Return what happened with some units, the oldest first; `orders` are those among them."""
    found = [one for order in orders for one in _of_order(session, order)]
    for unit in units:
        sort, _colon, number = unit.partition(":")
        if sort == "account" and (buyer := session.get(Buyer, int(number))):
            found += _of_account(buyer, unit)
    for asked in erasure.requests_about(session, units):
        found.append(Happening(asked.received_at, f"request:{asked.number}", Happened.ASKED, asked.kind))
    return sorted(found, key=place)


def place(one: Happening) -> tuple[datetime, str, str]:
    """Return by what happenings are sorted."""
    return one.at, one.unit, one.what


def _of_order(session: Session, order: Order) -> Iterator[Happening]:
    unit = order.unit
    if order.notice_version:
        yield Happening(order.created_at, unit, Happened.SHOWN, order.notice_version)
    for paid in payments.of_order(session, order.id):
        if paid.state is PaymentState.CAPTURED:
            at = paid.settled_at or paid.created_at
            yield Happening(at, unit, Happened.PAID, "", paid.captured, paid.currency)
    for back in payments.refunds_of(session, order.id):
        at, amount = back.settled_at or back.created_at, back.amount
        yield Happening(at, unit, Happened.REFUNDED, f"{back.state}: {back.reason}", amount, back.currency)
    for shipment in fulfillment.shipments_of(session, order.id):
        if shipment.handed_over_at is not None:
            yield Happening(shipment.handed_over_at, unit, Happened.SENT, shipment.carrier)
    withdrawal = returns.of_order(session, order.id)
    if withdrawal is not None:
        yield Happening(withdrawal.declared_at, unit, Happened.WITHDRAWN, withdrawal.state)


def _of_account(buyer: Buyer, unit: str) -> Iterator[Happening]:
    yield Happening(buyer.created_at, unit, Happened.OPENED, f"{buyer.market} {buyer.language}")
    yield Happening(buyer.last_active_at, unit, Happened.ACTIVE)
    if buyer.notice_version:
        yield Happening(buyer.created_at, unit, Happened.SHOWN, buyer.notice_version)
