"""B15: an address that is corrected is right everywhere at once, also where a label was bought already."""

import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from oms.fulfillment import actions, queries
from oms.fulfillment.labels import actions as labels
from oms.fulfillment.packing import actions as packing
from oms.fulfillment.packing.actions import Box
from oms.kernel import jobs, vault
from oms.kernel.audit import Actor, ActorKind
from oms.kernel.db import reading, transaction
from oms.kernel.errors import ConflictError
from oms.kernel.register import Purpose
from oms.orders.models import Order
from oms.orders.personal import OrderDelivery
from tests import make
from tests.fakes import Party
from tests.oms.fulfillment.conftest import PACKER, House

BUYER = Actor(ActorKind.GUEST, "self")
MOVED = replace(make.ADA, street="Breestraat 1")


def corrected(order: Order) -> None:
    with transaction() as session:
        actions.correct_delivery(session, order.id, MOVED, by=BUYER)


def street(order: Order) -> str:
    with reading() as session:
        kept = vault.open_record(session, OrderDelivery, order.unit, purpose=Purpose.RIGHTS, by=BUYER)
    return kept.street if kept else ""


def test_a_parcel_with_a_label_is_opened_again_and_gets_another(house: House, carrier: Party) -> None:
    order = house.buy({house.shop.clock: 1})
    first = house.pack(order)
    assert house.label(first)[0] == "bought"
    corrected(order)
    assert street(order) == "Breestraat 1"
    jobs.drain()
    assert house.label(first)[0] == "voided"
    assert [label["status"] for label in carrier.get("ledger")["labels"]] == ["voided"]
    [opened] = [event for event in _events(order) if event[0] == "unpacked"]
    assert opened == ("unpacked", "the address was corrected")
    [part] = house.parts(order)
    house.scan(part, "RETRO-CLOCK")
    with transaction() as session:
        again = packing.close_box(session, part.id, Box(900, "hollow", "post"), by=PACKER)
    jobs.drain()
    with transaction() as session:
        parcel = queries.parcels_of(session, again.id)[0]
        printed = labels.open_label(session, parcel.id, by=PACKER)
    told = PdfReader(io.BytesIO(printed)).pages[0].extract_text()
    assert "Breestraat 1" in told
    assert "Rapenburg" not in told


def test_what_was_handed_over_keeps_its_address_and_nothing_changes(house: House, carrier: Party) -> None:
    order = house.buy({house.shop.clock: 1})
    sent = house.hand_over(house.pack(order))
    with pytest.raises(ConflictError, match="label has just been printed"):
        corrected(order)
    assert street(order) == "Rapenburg 70"
    assert house.label(sent)[0] == "bought"


def test_what_nobody_packed_yet_goes_to_the_new_address(house: House, carrier: Party) -> None:
    order = house.buy({house.shop.clock: 1})
    corrected(order)
    house.pack(order)
    assert "Breestraat 1" in str(carrier.get("received"))
    assert "Rapenburg 70" not in str(carrier.get("received"))


def _events(order: Order) -> list[tuple[str, str]]:
    with reading() as session:
        found = queries.history(session, order.id)
        return [(event.what, event.why) for event in found]
