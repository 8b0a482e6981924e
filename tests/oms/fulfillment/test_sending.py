"""Pack, label, hand over, deliver: over HTTP, with the stand-in of the carrier."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from oms.fulfillment import actions, queries
from oms.fulfillment.labels import actions as labels
from oms.fulfillment.labels import handlers
from oms.fulfillment.models import Parcel
from oms.fulfillment.packing import actions as packing
from oms.fulfillment.packing.actions import Box
from oms.fulfillment.personal import ShipmentTracking
from oms.fulfillment.picking import actions as picking
from oms.fulfillment.states import ShipmentState
from oms.fulfillment.tracking import queries as tracking
from oms.inventory import actions as stock
from oms.kernel import audit, clock, egress, jobs, vault
from oms.kernel.audit import SYSTEM, Actor, ActorKind
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError, ConflictError, IllegalMoveError
from oms.kernel.register import Purpose
from oms.orders import actions as agreement
from oms.orders.models import Order
from oms.pricing.queries import Where, quote
from tests import make
from tests.fakes import Party
from tests.make import ADA
from tests.oms.fulfillment.conftest import PACKER, House


def sent(carrier: Party) -> list[dict[str, object]]:
    """Return what the carrier was asked for labels with, from its own record of every byte."""
    asked = carrier.get("received")["received"]
    return [one["params"] for one in asked if one["method"] == "POST" and one["path"] == "/v1/labels"]


HERSELF = Actor(ActorKind.GUEST, "ada")


def tracking_number(house: House, number: str) -> str:
    with reading() as session:
        found = vault.open_record(
            session,
            ShipmentTracking,
            f"order:{number}",
            purpose=Purpose.DELIVERY,
            by=SYSTEM.doing("tracking"),
        )
    assert found is not None
    return found.number


def test_everything_is_scanned_before_a_box_is_closed(house: House, carrier: Party) -> None:
    part = house.pick(house.buy({house.shop.clock: 1, house.shop.pencil: 2}))
    house.scan(part, "CEDAR-PENCIL", "CEDAR-PENCIL")
    with pytest.raises(ConflictError, match="missing"), transaction() as session:
        packing.close_box(session, part.id, Box(900, "hollow", "post"), by=PACKER)
    with pytest.raises(BadInputError, match="does not belong"), transaction() as session:
        packing.put_in_box(session, part.id, "PLANNER-PDF")
    with pytest.raises(BadInputError, match="takes 2 of CEDAR-PENCIL"), transaction() as session:
        packing.put_in_box(session, part.id, "CEDAR-PENCIL")
    assert house.count("SELECT sum(packed) FROM fulfillment_lines") == 2
    assert house.count("SELECT count(*) FROM shipments") == 0
    assert sent(carrier) == []


def test_the_carrier_learns_name_address_and_parcel_and_nothing_else(house: House, carrier: Party) -> None:
    order = house.buy({house.shop.clock: 1})
    shipment = house.pack(order)
    assert house.label(shipment) == ("bought", "")
    assert sent(carrier) == [
        {
            "service": "post",
            "reference": "parcel-1",
            "from": {
                "name": "Counterfoil Stationers",
                "lines": ["Oude Vest 12"],
                "locality": "Leiden",
                "postal_code": "2311",
                "country": "NL",
            },
            "to": {
                "name": "Ada Lind",
                "lines": ["Rapenburg 70"],
                "locality": "Leiden",
                "postal_code": "2311 EZ",
                "country": "NL",
            },
            "parcel": {"grams": 900},
        }
    ]
    heard = json.dumps(carrier.get("received"))
    assert order.number not in heard
    assert "ada@shop.test" not in heard
    with reading() as session:
        told = [one for one in egress.disclosed(session, unit=order.unit) if one.recipient == "carrier"]
    assert [sorted(one.fields) for one in told] == [
        [f"order.delivery.{name}" for name in ("city", "country", "name", "postcode", "street")]
    ]


def test_only_a_service_that_calls_first_learns_the_phone_number(house: House, carrier: Party) -> None:
    with_phone = make_with_phone(house, "express-eu")
    house.pack(with_phone, "express")
    house.pack(make_with_phone(house, "express-eu"), "post")
    to_express, to_post = (one["to"] for one in sent(carrier))
    assert to_express["phone"] == "+31715270000"
    assert "phone" not in to_post


def make_with_phone(house: House, method: str) -> Order:

    with reading() as session:
        shown = quote(session, {house.shop.clock: 1}, Where("eu", "en", "NL", "", "2311 EZ"), method).quote
    delivery = replace(ADA, phone="+31715270000")
    return house.buy({house.shop.clock: 1}, method=method, delivery=delivery, shown=shown.fingerprint)


def test_a_service_that_calls_first_is_refused_where_no_number_was_asked_for(
    house: House, carrier: Party
) -> None:
    part = house.pick(house.buy({house.shop.clock: 1}))
    house.scan(part, "RETRO-CLOCK")
    with pytest.raises(BadInputError, match="phone"), transaction() as session:
        packing.close_box(session, part.id, Box(900, "hollow", "express"), by=PACKER)
    assert house.count("SELECT count(*) FROM shipments") == 0


def test_a_parcel_keeps_what_its_label_cost_however_it_was_learnt(house: House, carrier: Party) -> None:
    house.pack(house.buy({house.shop.clock: 1}))
    with reading() as session:
        told = session.execute(select(Parcel.postage, Parcel.currency)).all()
    # 4.90 for the first 500 g, 1.00 for each 500 g begun beyond.
    assert [tuple(row) for row in told] == [(590, "EUR")]
    assert [one["amount"] for one in carrier.get("ledger")["labels"]] == [590]


def test_a_lost_answer_is_found_again_and_there_is_one_label(house: House, carrier: Party) -> None:
    order = house.buy({house.shop.clock: 1})
    carrier.fault("lose_response", path="/v1/labels", method="POST")
    shipment = house.pack(order)
    assert house.label(shipment) == ("wanted", "The carrier does not answer. Try again in a moment.")
    with clock.held_at(clock.now() + timedelta(minutes=2)):
        handlers.ask_for_labels_again()
    assert house.label(shipment) == ("bought", "")
    bought = carrier.get("ledger")["labels"]
    assert [(one["reference"], one["idempotency_key"]) for one in bought] == [("parcel-1", "parcel-1")]
    assert bought[0]["tracking_number"] == tracking_number(house, order.number)
    assert len(sent(carrier)) == 1
    with reading() as session:
        assert len([d for d in egress.disclosed(session, unit=order.unit) if d.recipient == "carrier"]) == 1


def test_a_label_is_asked_for_by_two_workers_and_bought_once(house: House, carrier: Party) -> None:
    shipment = house.pack(house.buy({house.shop.clock: 1}))
    with transaction() as session:
        packing.ask_again(session, shipment.id)
    handlers._buy(1)
    jobs.drain()
    assert len(carrier.get("ledger")["labels"]) == 1
    assert house.count("SELECT count(*) FROM personal.sealed WHERE kind = 'shipment.tracking'") == 1


def test_while_the_carrier_is_down_we_print_the_address_ourselves(house: House, carrier: Party) -> None:
    carrier.fault("refuse", count=None)
    shipment = house.pack(house.buy({house.shop.clock: 1}))
    assert house.label(shipment)[0] == "wanted"
    with pytest.raises(IllegalMoveError, match="not bought yet"), transaction() as session:
        actions.hand_over(session, shipment.id, by=PACKER)
    with transaction() as session:
        packing.change_carrier(session, shipment.id, Box(900, "self", "post"), by=PACKER)
    assert house.label(shipment) == ("none", "")
    assert house.hand_over(shipment).state == "handed_over"
    assert house.level(house.shop.clock) == (19, 0, 0)


def test_a_label_that_came_after_we_gave_it_up_is_voided(house: House, carrier: Party) -> None:
    carrier.fault("lose_response", path="/v1/labels", method="POST")
    shipment = house.pack(house.buy({house.shop.clock: 1}))
    with transaction() as session:
        packing.change_carrier(session, shipment.id, Box(900, "self", "post"), by=PACKER)
    jobs.drain()
    assert [one["status"] for one in carrier.get("ledger")["labels"]] == ["voided"]
    with reading() as session:
        assert [p.label_state for p in queries.parcels_of(session, shipment.id)] == ["voided", "none"]


def test_a_refusal_is_told_in_the_carriers_code_and_another_parcel_may_follow(
    house: House, carrier: Party
) -> None:
    carrier.fault("error", status=422, path="/v1/labels", method="POST")
    shipment = house.pack(house.buy({house.shop.clock: 1}))
    state, problem = house.label(shipment)
    assert (state, problem) == ("refused", "The carrier refuses: internal.")
    with transaction() as session:
        packing.change_carrier(session, shipment.id, Box(950, "hollow", "post"), by=PACKER)
    jobs.drain()
    assert house.label(shipment) == ("bought", "")
    assert [one["reference"] for one in carrier.get("ledger")["labels"]] == ["parcel-2"]


def test_goods_leave_the_stock_when_the_parcel_leaves_the_house(house: House, carrier: Party) -> None:
    order = house.buy({house.shop.clock: 2})
    shipment = house.pack(order)
    assert house.level(house.shop.clock) == (20, 0, 2)
    assert house.hand_over(shipment).state == "handed_over"
    assert house.hand_over(shipment).state == "handed_over"
    assert house.level(house.shop.clock) == (18, 0, 0)
    assert house.history(order) == ["open", "in_progress", "packed", "label bought", "handed_over"]
    assert [part.state for part in house.parts(order)] == ["closed"]


def test_a_closed_box_stays_in_the_house_while_its_order_is_held(house: House, carrier: Party) -> None:
    order = house.buy({house.shop.clock: 2})
    shipment = house.pack(order)
    with transaction() as session:
        hold = agreement.hold(session, order.id, "The address needs a look", by=SYSTEM)
    with pytest.raises(ConflictError, match="on hold"), transaction() as session:
        packing.give_away(session, shipment.id, by=PACKER)
    assert (house.shipment(shipment.id).state, house.level(house.shop.clock)) == ("packed", (20, 0, 2))
    with transaction() as session:
        agreement.lift_hold(session, hold.id, by=SYSTEM)
    with transaction() as session:
        packing.give_away(session, shipment.id, by=PACKER)
    assert house.shipment(shipment.id).state == "handed_over"


def test_an_order_is_delivered_when_its_last_parcel_is(house: House, carrier: Party) -> None:
    with transaction() as session:
        stock.receive(session, house.shop.clock, house.shop.osaka, 5, by=SYSTEM)
    order = house.buy({house.shop.clock: 23})
    first, second = house.parts(order)
    for part in (first, second):
        with transaction() as session:
            picking.start_list(session, part.warehouse_id, [part.id], by=PACKER)
        house.scan(part, f"{part.lines[0].quantity}*RETRO-CLOCK")
        with transaction() as session:
            packing.close_box(session, part.id, Box(900, "self", "post"), by=PACKER)
    with reading() as session:
        shipments = queries.shipments_of(session, order.id)
    for shipment in shipments:
        house.hand_over(shipment)
    for shipment, is_last in zip(shipments, (False, True), strict=True):
        with transaction() as session:
            actions.arrive(
                session, queries.locked_way(session, shipment.id), ShipmentState.DELIVERED, by=PACKER
            )
        assert (house.order(order.id).delivered_at is not None) is is_last


def test_a_label_opens_while_its_parcel_is_made_and_the_opening_is_on_record(
    house: House, carrier: Party
) -> None:
    order = house.buy({house.shop.clock: 1})
    shipment = house.pack(order)
    with transaction() as session:
        assert labels.open_label(session, 1, by=PACKER).startswith(b"%PDF")
    with reading() as session:
        deed = audit.about(session, order.unit)[0]
    assert (deed.verb, deed.by.id, deed.fields) == ("vault.open", "7", ("shipment.label.name",))
    house.hand_over(shipment)
    with (
        pytest.raises(IllegalMoveError, match="only while its parcel is being made"),
        transaction() as session,
    ):
        labels.open_label(session, 1, by=PACKER)


def test_what_is_collected_needs_no_label_and_has_arrived_with_that(house: House, carrier: Party) -> None:
    make.collected("post-eu")
    order = house.buy({house.shop.clock: 1}, delivery=None)
    shipment = house.pack(order, "pickup", "self")
    assert house.hand_over(shipment).state == "delivered"
    assert house.order(order.id).delivered_at is not None
    assert carrier.get("received")["received"] == []


def test_a_held_order_is_not_sent(house: House, carrier: Party) -> None:
    order = house.buy({house.shop.clock: 1})
    part = house.pick(order)
    house.scan(part, "RETRO-CLOCK")
    with transaction() as session:
        agreement.hold(session, order.id, "asked to wait", by=PACKER)
    with pytest.raises(ConflictError, match="on hold"), transaction() as session:
        packing.close_box(session, part.id, Box(900, "hollow", "post"), by=PACKER)
    assert house.count("SELECT count(*) FROM shipments") == 0


def test_goods_that_cross_a_border_are_declared(house: House, carrier: Party) -> None:
    with transaction() as session:
        stock.receive(session, house.shop.clock, house.shop.osaka, 30, by=SYSTEM)
    order = house.buy({house.shop.clock: 25})
    part = house.parts(order)[0]
    assert part.warehouse_id == house.shop.osaka
    with transaction() as session:
        picking.start_list(session, part.warehouse_id, [part.id], by=PACKER)
    house.scan(part, "25*RETRO-CLOCK")
    with transaction() as session:
        packing.close_box(session, part.id, Box(21000, "hollow", "post"), by=PACKER)
    jobs.drain()
    assert sent(carrier)[0]["customs"] == {
        "contents": "goods",
        "currency": "EUR",
        "lines": [
            {
                "description": "Retro clock",
                "hs_code": "910521",
                "origin": "NL",
                "quantity": 25,
                "value": 3100,
                "grams": 800,
            }
        ],
    }


def test_a_number_typed_for_a_box_that_was_opened_again_is_nobodys_parcel(house: House) -> None:
    order = house.buy({house.shop.clock: 1})
    shipment = house.pack(order, carrier="self")
    with reading() as session:
        keys = labels.prepare(session, order.number)
    assert keys is not None
    with transaction() as session:
        labels.type_tracking(session, shipment.id, "rr 123 456 785 nl", keys)
    with reading() as session:
        found = tracking.tracked(session, order, purpose=Purpose.RIGHTS, by=HERSELF)
    assert [(one.carrier, one.number) for one in found] == [("self", "RR123456785NL")]
    with pytest.raises(IllegalMoveError, match="already"), transaction() as session:
        labels.type_tracking(session, shipment.id, "RR999999999NL", keys)
    with transaction() as session:
        packing.empty_box(session, shipment.fulfillment_order_id, by=PACKER)
    with reading() as session:
        assert tracking.tracked(session, order, purpose=Purpose.RIGHTS, by=HERSELF) == []


@pytest.mark.parametrize("typed", ["", "12", "HP 00 <script>", "x" * 41, "ÄÖÜÄÖÜÄ"])
def test_what_is_no_tracking_number_is_not_kept(house: House, typed: str) -> None:
    order = house.buy({house.shop.clock: 1})
    shipment = house.pack(order, carrier="self")
    with reading() as session:
        keys = labels.prepare(session, order.number)
    assert keys is not None
    with pytest.raises(BadInputError), transaction() as session:
        labels.type_tracking(session, shipment.id, typed, keys)
    assert house.count("SELECT count(*) FROM personal.sealed WHERE kind = 'shipment.tracking'") == 0


def test_a_tracking_number_is_found_by_its_number_and_by_nothing_else(house: House, carrier: Party) -> None:
    order = house.buy({house.shop.clock: 1})
    house.pack(order)
    number = tracking_number(house, order.number)
    with reading() as session:
        assert tracking.parcel_of(session, number) == 1
        assert tracking.parcel_of(session, "HP000000005XX") is None
    assert house.count(f"SELECT count(*) FROM parcels WHERE parcels::text LIKE '%{number}%'") == 0
