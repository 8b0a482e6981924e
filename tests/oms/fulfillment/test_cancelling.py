"""Cancelling: before anything left the house, whole, with the money back; afterwards not at all."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from oms.fulfillment import actions
from oms.kernel import jobs, vault
from oms.kernel.audit import SYSTEM, Actor, ActorKind
from oms.kernel.db import reading, transaction
from oms.kernel.errors import ConflictError, IllegalMoveError
from oms.kernel.register import Purpose
from oms.orders import actions as agreement
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.orders.personal import OrderDelivery
from oms.payments import actions as money
from oms.payments.actions import RefundAsked, RefundPart
from oms.payments.models import Payment, Refund, RefundLine
from tests import make
from tests.fakes import Party
from tests.oms.fulfillment.conftest import PACKER, House

BUYER = Actor(ActorKind.GUEST, "guest")


def cancel(order: Order, by: Actor = PACKER) -> None:
    with transaction() as session:
        actions.cancel_order(session, order.id, by=by, why="changed my mind")
    jobs.drain()


def test_a_cancelled_order_frees_its_goods_and_sends_all_money_back(house: House) -> None:
    order = house.buy({house.shop.clock: 2, house.shop.pencil: 3})
    cancel(order)
    assert make.state_of(order.number) == "cancelled"
    assert house.level(house.shop.clock) == (20, 0, 0)
    assert [part.state for part in house.parts(order)] == ["cancelled"]
    with reading() as session:
        refund = session.scalars(select(Refund)).one()
        parts = session.scalars(select(RefundLine).order_by(RefundLine.id)).all()
    assert (refund.amount, refund.state, refund.reason) == (order.total, "succeeded", "changed my mind")
    assert [(p.order_line_id, p.quantity, p.amount) for p in parts] == [
        (1, 2, 6200),
        (2, 3, 570),
        (None, 0, 560),
    ]
    ledger = house.stripe.get("ledger")["refunds"]
    assert [(r["amount"], r["status"]) for r in ledger] == [(order.total, "succeeded")]


def test_what_was_sent_back_before_is_not_sent_again(house: House) -> None:
    order = house.buy({house.shop.clock: 2})
    with transaction() as session:
        payment = session.scalars(select(Payment)).one()
        part = RefundPart(order.lines[0].id, 1, 3100, 6200)
        money.request_refund(session, RefundAsked(payment.id, (part,), "scratched"), by=PACKER)
    cancel(order)
    with reading() as session:
        assert session.scalars(select(Refund.amount).order_by(Refund.id)).all() == [3100, 3660]
        rows = session.execute(
            select(RefundLine.order_line_id, RefundLine.quantity, RefundLine.amount).order_by(RefundLine.id)
        ).all()
        line = order.lines[0].id
        assert [tuple(row) for row in rows] == [(line, 1, 3100), (line, 1, 3100), (None, 0, 560)]
        assert session.scalars(select(Payment)).one().refundable == 0


def test_a_label_that_was_bought_is_given_back(house: House, carrier: Party) -> None:
    order = house.buy({house.shop.clock: 1})
    shipment = house.pack(order)
    cancel(order)
    assert house.shipment(shipment.id).state == "unpacked"
    assert house.label(shipment) == ("voided", "")
    assert [one["status"] for one in carrier.get("ledger")["labels"]] == ["voided"]
    assert house.level(house.shop.clock) == (20, 0, 0)


def test_what_is_on_its_way_is_not_cancelled(house: House, carrier: Party) -> None:
    order = house.buy({house.shop.clock: 1})
    shipment = house.hand_over(house.pack(order))
    with pytest.raises(IllegalMoveError, match="on its way"):
        cancel(order)
    assert make.state_of(order.number) == "placed"
    assert house.shipment(shipment.id).state == "handed_over"
    assert house.count("SELECT count(*) FROM refunds") == 0


def test_a_buyer_cancels_until_packing_began(house: House) -> None:
    order = house.buy({house.shop.clock: 1})
    part = house.pick(order)
    house.scan(part, "RETRO-CLOCK")
    with pytest.raises(IllegalMoveError, match="being packed"):
        cancel(order, BUYER)
    assert make.state_of(order.number) == "placed"
    cancel(order, PACKER)
    assert make.state_of(order.number) == "cancelled"
    other = house.buy({house.shop.clock: 1})
    cancel(other, BUYER)
    assert make.state_of(other.number) == "cancelled"


def test_what_was_downloaded_is_not_cancelled(house: House) -> None:
    order = house.buy({house.shop.planner: 1})
    with pytest.raises(IllegalMoveError, match="delivered"):
        cancel(order)
    assert make.state_of(order.number) == "placed"


def test_an_order_is_cancelled_once(house: House) -> None:
    order = house.buy({house.shop.clock: 1})
    cancel(order)
    with pytest.raises(IllegalMoveError, match="cancelled"):
        cancel(order)
    assert house.count("SELECT count(*) FROM refunds") == 1


def test_an_order_whose_parts_were_not_made_yet_frees_its_goods_too(house: House) -> None:
    placed = make.order({house.shop.clock: 3})
    with transaction() as session:
        payment = session.get_one(Payment, placed.payment.id)
        payment.captured = payment.amount
        payment.intent_ref = "pi_test"
        session.flush()
        agreement.confirm_payment(session, placed.order.id, payment.id)
        actions.cancel_order(session, placed.order.id, by=PACKER, why="at once")
    assert house.level(house.shop.clock) == (20, 0, 0)
    jobs.drain()
    assert house.level(house.shop.clock) == (20, 0, 0)
    assert make.state_of(placed.order.number) == "cancelled"


def test_an_order_that_is_over_takes_no_other_address(house: House) -> None:
    order = house.buy({house.shop.clock: 1})
    cancel(order)
    with pytest.raises(ConflictError, match="over"), transaction() as session:
        actions.correct_delivery(session, order.id, replace(make.ADA, street="Breestraat 1"), by=BUYER)
    with reading() as session:
        kept = vault.open_record(
            session, OrderDelivery, order.unit, purpose=Purpose.DELIVERY, by=SYSTEM.doing("labels")
        )
    assert kept is not None
    assert kept.street == make.ADA.street


def test_downloads_that_are_cancelled_before_they_were_delivered_never_arrive(house: House) -> None:
    placed = make.order({house.shop.planner: 1})
    with transaction() as session:
        session.execute(make.captured(placed.payment.id, placed.payment.amount))
        agreement.confirm_payment(session, placed.order.id, placed.payment.id)
    with transaction() as session:
        actions.cancel_order(session, placed.order.id, by=BUYER, why="at once")
    jobs.drain()
    order = house.order(placed.order.id)
    assert (order.state, order.delivered_at) == ("cancelled", None)
    topics = "SELECT count(*) FROM outbox_messages WHERE topic = "
    assert house.count(f"{topics}'order.cancelled'") == 1
    assert house.count(f"{topics}'order.delivered'") == 0
    with reading() as session:
        told = [event.what for event in orders.history(session, order.id)]
    assert [what for what in told if what in {"delivered", "cancelled"}] == ["cancelled"]
