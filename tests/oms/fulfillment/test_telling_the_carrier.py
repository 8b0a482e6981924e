"""Whoever carried a parcel is told to forget its person too, by itself, and says that it has."""

import json
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from oms.desk.outbox import queries as failing
from oms.kernel import clock, jobs
from oms.kernel.db import Role, reading, transaction
from oms.kernel.errors import IllegalMoveError
from oms.kernel.outbox import DeliveryState, OutboxDelivery
from oms.orders import actions as ordering
from oms.orders.models import Order
from oms.privacy import actions as desk
from oms.privacy.erasure import actions
from oms.privacy.erasure.actions import Wish
from oms.privacy.models import PrivacyRequest, Telling
from oms.privacy.retention import actions as retention
from oms.privacy.states import Way
from tests import make
from tests.fakes import Party
from tests.forgetting import GRACE
from tests.oms.fulfillment.conftest import PACKER, House
from tests.people import words


def delivered(house: House, carrier: Party, **changed: object) -> Order:
    order = house.buy({house.shop.clock: 1}, **changed)
    house.hand_over(house.pack(order))
    with transaction() as session:
        ordering.note_delivery(session, order.id)
    for label in carrier.get("ledger")["labels"]:
        if label["status"] == "purchased":
            carrier.post(f"parcels/{label['tracking_number']}/advance", to="delivered")
    return order


def erased(order: Order) -> PrivacyRequest:
    with transaction() as session:
        request = actions.open_request(session, Wish((order.unit,), Way.NOW, "eu", "en"))
    assert actions.carry_out(request.id)
    with reading() as session:
        return session.get_one(PrivacyRequest, request.id)


def telling(request: PrivacyRequest, recipient: str = "carrier") -> Telling:
    with reading() as session:
        return session.get_one(Telling, (request.id, recipient))


def due_again() -> None:
    with transaction(Role.MIGRATE) as session:
        make.due_now(session)


def known(carrier: Party) -> str:
    """Everything that the carrier has learned and kept."""
    return (carrier.folder / "ledger.sqlite").read_bytes().decode("latin-1") + json.dumps(
        carrier.get("received")
    )


def test_the_carrier_forgets_and_its_words_stand_on_the_certificate(
    house: House, carrier: Party, store: FlaskClient
) -> None:
    hers = delivered(house, carrier, contact=GRACE)
    order = delivered(house, carrier)
    assert known(carrier).count("Ada Lind") >= 2
    request = erased(order)
    assert telling(request).refs == ["hollow:parcel-2"]
    jobs.drain()
    row = telling(request)
    assert (row.refs, row.told_at == row.acknowledged_at, row.told_at is None) == ([], True, False)
    assert row.acknowledgment.startswith("fgt_")
    told = json.dumps(carrier.get("received"))
    assert "parcel-1" in told
    assert '"reference": "parcel-2"' not in told.replace('"params": {"reference": "parcel-2"}', "")
    page = words(store.get(f"/your-data/requests/{request.ref}"))
    assert "Carrier has confirmed on" in page
    assert hers.number not in page


def threads(house: House, order: Order) -> int:
    """Count what leads from the parcels of an order to a person: label, its file, number to follow."""
    return house.count(
        "SELECT coalesce(sum(num_nonnulls(label_ref, label_file, tracking)), 0) FROM parcels"
        f" JOIN shipments s ON s.id = shipment_id WHERE s.order_id = {order.id}"
    )


def test_parcels_lead_to_nobody_once_their_person_is_gone(house: House, carrier: Party) -> None:
    order, other = delivered(house, carrier), delivered(house, carrier)
    assert (threads(house, order), threads(house, other)) == (3, 3)
    erased(order)
    assert (threads(house, order), threads(house, other)) == (0, 3)
    retention.let_go(clock.now() + timedelta(days=400))
    assert threads(house, other) == 0


def test_a_carrier_that_is_away_is_told_when_it_is_back_and_once(house: House, carrier: Party) -> None:
    order = delivered(house, carrier)
    carrier.fault("refuse")
    request = erased(order)
    jobs.drain()
    assert telling(request).told_at is None
    carrier.heal()
    due_again()
    jobs.drain()
    first = telling(request).acknowledgment
    assert first.startswith("fgt_")
    with transaction(Role.MIGRATE) as session:
        make.deliver_again(session, "privacy.telling.tell_recipient")
    jobs.drain()
    assert telling(request).acknowledgment == first


def test_a_crash_before_our_row_hears_the_same_words_again(house: House, carrier: Party) -> None:
    order = delivered(house, carrier)
    request = erased(order)
    carrier.fault("lose_response", path="/v1/labels", method="POST", count=1)
    jobs.drain()
    assert telling(request).acknowledged_at is None
    due_again()
    jobs.drain()
    assert telling(request).acknowledgment.startswith("fgt_")


def test_a_parcel_that_the_carrier_still_moves_is_forgotten_afterwards(house: House, carrier: Party) -> None:
    order = house.buy({house.shop.clock: 1})
    house.hand_over(house.pack(order))
    with transaction() as session:
        ordering.note_delivery(session, order.id)
    [label] = carrier.get("ledger")["labels"]
    carrier.post(f"parcels/{label['tracking_number']}/advance", to="in_transit")
    request = erased(order)
    jobs.drain()
    with reading() as session:
        waiting = session.query(OutboxDelivery).filter_by(handler="privacy.telling.tell_recipient").all()
        assert DeliveryState.WAITING in {one.state for one in waiting}
        assert failing.dead_letters(session) == []
    carrier.post(f"parcels/{label['tracking_number']}/advance", to="delivered")
    due_again()
    jobs.drain()
    assert telling(request).acknowledgment.startswith("fgt_")


def test_who_takes_payments_is_not_told_before_refunds_and_disputes_end(
    house: House, carrier: Party, store: FlaskClient
) -> None:
    order = delivered(house, carrier)
    request = erased(order)
    row = telling(request, "stripe")
    assert row.not_before is not None
    assert timedelta(days=119) < row.not_before - clock.now() <= timedelta(days=120)
    with pytest.raises(IllegalMoveError, match="Not yet"), transaction() as session:
        desk.note_told(session, request, "stripe", by=PACKER)
    assert telling(request, "stripe").told_at is None
    assert "Stripe is told after" in words(store.get(f"/your-data/requests/{request.ref}"))
    with clock.held_at(clock.now() + timedelta(days=121)), transaction() as session:
        desk.note_told(session, request, "stripe", by=PACKER)
    assert telling(request, "stripe").told_at is not None


def test_our_references_join_no_orders_once_the_carrier_has_answered(house: House, carrier: Party) -> None:
    request = erased(delivered(house, carrier))
    jobs.drain()
    with reading() as session:
        kept = session.scalar(text("SELECT string_agg(t::text, ' ') FROM privacy_tellings t"))
    assert telling(request).acknowledgment in str(kept)
    assert "parcel-" not in str(kept)
