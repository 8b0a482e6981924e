"""Whose phone number is disputed gets their parcel all the same: without a call before it comes."""

from datetime import timedelta
from pathlib import Path

import pytest

from oms.fulfillment.labels import handlers
from oms.fulfillment.packing import actions as packing
from oms.fulfillment.packing.actions import Box
from oms.kernel import clock
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.privacy.locking import actions as locking
from oms.privacy.locking.actions import Disputed
from oms.privacy.states import LockGround
from tests.fakes import Party
from tests.make import GUEST
from tests.oms.fulfillment.conftest import PACKER, House
from tests.oms.fulfillment.test_sending import make_with_phone, sent


def dispute(order: Order) -> None:
    wanted = locking.prepare(Disputed(order.unit, "order.delivery", "phone", LockGround.WRONG))
    with transaction() as session:
        locking.ask(session, wanted, "eu", "en", by=GUEST)


def test_the_parcel_gets_its_label_and_goes_without_the_number(
    house: House, carrier: Party, sink: Path
) -> None:
    order = make_with_phone(house, "express-eu")
    dispute(order)
    with reading() as session:
        assert orders.open_holds(session, order.id) == []
        assert not packing.has_phone(session, order)
    before = len(list(sink.glob("*.eml")))
    shipment = house.pack(order, "post")
    assert house.label(shipment) == ("bought", "")
    [told] = [one["to"] for one in sent(carrier)]
    assert told["lines"] == ["Rapenburg 70"]
    assert "phone" not in told
    house.hand_over(shipment)
    assert len(list(sink.glob("*.eml"))) == before + 1


def test_a_service_that_calls_first_is_not_offered_while_the_number_is_disputed(
    house: House, carrier: Party
) -> None:
    order = make_with_phone(house, "express-eu")
    dispute(order)
    part = house.pick(order)
    house.scan(part, "RETRO-CLOCK")
    with pytest.raises(BadInputError, match="phone"), transaction() as session:
        packing.close_box(session, part.id, Box(900, "hollow", "express"), by=PACKER)


def test_a_label_that_is_wanted_already_is_refused_with_the_reason(house: House, carrier: Party) -> None:
    order = make_with_phone(house, "express-eu")
    carrier.fault("refuse", count=None)
    shipment = house.pack(order, "express")
    assert house.label(shipment)[0] == "wanted"
    dispute(order)
    carrier.heal()
    with clock.held_at(clock.now() + timedelta(minutes=2)):
        handlers.ask_for_labels_again()
    assert house.label(shipment) == (
        "refused",
        "This service calls first, and there is no number to call: take another one.",
    )
    assert sent(carrier) == []
