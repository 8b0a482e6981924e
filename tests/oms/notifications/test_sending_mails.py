"""Mails about sending: a parcel on its way, and money that came too late."""

import email
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from sqlalchemy import select, update

from oms.fulfillment import actions as fulfillment
from oms.fulfillment import queries as shipments
from oms.fulfillment.models import FulfillmentOrder, Shipment
from oms.fulfillment.states import FulfillmentState, ShipmentState
from oms.inventory import actions as stock
from oms.inventory.actions import Count
from oms.kernel import jobs
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, transaction
from oms.orders import actions
from oms.orders.models import Order
from tests import make
from tests.make import Shop


def mails(folder: Path, word: str) -> list[EmailMessage]:
    found = [
        email.message_from_bytes(path.read_bytes(), policy=default) for path in sorted(folder.glob("*.eml"))
    ]
    return [mail for mail in found if word in mail["Subject"]]  # type: ignore[misc]


def paid(wanted: dict[int, int]) -> Order:
    placed = make.order(wanted)
    with transaction() as session:
        session.execute(make.captured(placed.payment.id, placed.payment.amount))
        actions.confirm_payment(session, placed.order.id, placed.payment.id)
        fulfillment.make_parts(session, placed.order.id)
    return placed.order


def hand_over(order: Order, service: str) -> None:
    """Give an order's only part away by hand, without a label of a carrier."""
    with transaction() as session:
        [part] = shipments.parts_of(session, order.id)
        session.execute(update(FulfillmentOrder).values(state=FulfillmentState.IN_PROGRESS))
        sent = Shipment(
            fulfillment_order_id=part.id,
            order_id=order.id,
            state=ShipmentState.PACKED,
            carrier="self",
            service=service,
        )
        session.add(sent)
        session.flush()
        session.expire_all()
        fulfillment.hand_over(session, sent.id, by=SYSTEM)


def test_a_parcel_on_its_way_is_told_once_with_what_is_in_it(small: Shop, sink: Path) -> None:
    order = paid({small.clock: 2})
    hand_over(order, "post")
    jobs.drain()
    (mail,) = mails(sink, "on its way")
    assert (mail["To"], mail["Subject"]) == ("ada@shop.test", f"Your order {order.number} is on its way")
    body = mail.get_body(("plain",)).get_content()
    assert f"The parcel of your order {order.number} is with the post." in body
    assert "Retro clock × 2" in body
    assert "It should be with you by" in body
    assert "Rapenburg" not in mail.as_string()
    with transaction(Role.MIGRATE) as session:
        make.deliver_again(session, "notifications.sending.tell_shipped")
    jobs.drain()
    assert len(mails(sink, "on its way")) == 1


def test_what_is_collected_is_told_as_arrived_and_not_as_sent(small: Shop, sink: Path) -> None:
    order = paid({small.clock: 1})
    hand_over(order, "pickup")
    jobs.drain()
    assert mails(sink, "on its way") == []
    assert len(mails(sink, "arrived")) == 1


def test_money_that_came_too_late_is_told_with_an_apology(small: Shop, sink: Path) -> None:
    placed = make.order({small.clock: 2})
    with transaction() as session:
        actions.lapse(session, placed.order.id)
        stock.record_count(session, Count(small.clock, small.leiden, 0), by=SYSTEM)
    with transaction() as session:
        session.execute(make.captured(placed.payment.id, placed.payment.amount))
        said = actions.confirm_payment(session, placed.order.id, placed.payment.id)
    assert said == "sent back: The payment came after the goods had gone."
    jobs.drain()
    (mail,) = mails(sink, "goes back")
    body = mail.get_body(("plain",)).get_content()
    assert "after the last piece was sold: Retro clock" in body
    assert "€67.60 is on its way back to you" in body
    with transaction() as session:
        assert session.scalar(select(Order.state).where(Order.id == placed.order.id)) == "lapsed"
