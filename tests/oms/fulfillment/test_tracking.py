"""What the carrier tells over HTTP: signed, journaled, applied once, in any order."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from oms.fulfillment.models import Shipment
from oms.fulfillment.tracking import handlers
from oms.fulfillment.tracking.actions import note_status
from oms.kernel import clock, jobs, vault
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading, transaction
from oms.kernel.errors import IllegalMoveError
from oms.local.outside.hooks import sign
from storefront.app import create_store
from tests.fakes import CARRIER_SECRET, Party, wait_until
from tests.oms.fulfillment.conftest import House
from tests.oms.fulfillment.test_sending import tracking_number
from tests.running import answering

PATH = "/webhooks/carriers/hollow-post"


@pytest.fixture
def listening(shop: None, settings: Settings, carrier: Party) -> Iterator[Party]:
    """Give a carrier whose webhooks come to the store over HTTP."""
    with answering(create_store(settings)) as origin:
        carrier.post("webhooks", url=f"{origin}{PATH}")
        yield carrier
        carrier.post("webhooks", url=None)


def event(number: str, status: str, *, name: str = "evt_1") -> bytes:
    fact = {"tracking_number": number, "status": status, "at": int(time.time()), "country": "NL"}
    data = {**fact, "reference": "parcel-1"}
    return json.dumps({"id": name, "type": f"parcel.{status}", "created": fact["at"], "data": data}).encode()


def send(store: FlaskClient, body: bytes, *, at: float | None = None, secret: str = CARRIER_SECRET) -> int:
    signature = sign(body, [secret], int(time.time() if at is None else at))
    answer = store.post(PATH, data=body, headers={"Carrier-Signature": signature})
    return answer.status_code


def applied(house: House) -> bool:
    jobs.drain()
    return house.count("SELECT count(*) FROM webhook_events WHERE applied_at IS NULL") == 0


def test_a_parcel_arrives_and_the_order_is_delivered(house: House, listening: Party) -> None:
    order = house.buy({house.shop.clock: 1})
    shipment = house.hand_over(house.pack(order))
    number = tracking_number(house, order.number)
    listening.post(f"parcels/{number}/advance", to="delivered")
    wait_until(lambda: house.count("SELECT count(*) FROM webhook_events") == 4 and applied(house))
    assert house.shipment(shipment.id).state == "delivered"
    delivered = house.order(order.id)
    assert delivered.delivered_at is not None
    carried = [what for what in house.history(order) if what.startswith("carrier: ")]
    assert sorted(carried) == [
        "carrier: delivered",
        "carrier: in_transit",
        "carrier: out_for_delivery",
        "carrier: picked_up",
    ]
    ends = vault.ends(order.unit)
    assert {kind: (end - delivered.delivered_at).days for kind, end in ends.items()} == {
        "order.contact": 30,
        "order.delivery": 30,
        "order.letter": 30,
        "shipment.label": 30,
        "shipment.tracking": 30,
    }


def test_the_last_word_first_ends_in_the_same_state(house: House, listening: Party) -> None:
    order = house.buy({house.shop.clock: 1})
    shipment = house.hand_over(house.pack(order))
    listening.fault("reorder_webhooks", times=4, seconds=2)
    listening.fault("duplicate_webhooks", times=3)
    listening.post(f"parcels/{tracking_number(house, order.number)}/advance", to="delivered")
    wait_until(lambda: house.count("SELECT count(*) FROM webhook_events") == 4 and applied(house))
    assert house.shipment(shipment.id).state == "delivered"
    assert house.history(order).count("delivered") == 1
    assert house.level(house.shop.clock) == (19, 0, 0)


def test_a_parcel_that_the_desk_forgot_to_hand_over_is_with_the_carrier(
    house: House, store: FlaskClient, carrier: Party
) -> None:
    order = house.buy({house.shop.clock: 1})
    shipment = house.pack(order)
    assert send(store, event(tracking_number(house, order.number), "in_transit")) == 204
    jobs.drain()
    assert house.shipment(shipment.id).state == "handed_over"
    assert house.level(house.shop.clock) == (19, 0, 0)


def test_what_comes_back_is_no_delivery(house: House, store: FlaskClient, carrier: Party) -> None:
    order = house.buy({house.shop.clock: 1})
    shipment = house.hand_over(house.pack(order))
    number = tracking_number(house, order.number)
    assert send(store, event(number, "returned")) == 204
    assert send(store, event(number, "delivered", name="evt_2")) == 204
    jobs.drain()
    assert house.shipment(shipment.id).state == "returned_to_sender"
    assert house.order(order.id).delivered_at is None


def packed(house: House) -> tuple[Shipment, str]:
    order = house.buy({house.shop.clock: 1})
    return house.pack(order), tracking_number(house, order.number)


@pytest.mark.parametrize(
    ("shift", "secret"),
    [(-301, CARRIER_SECRET), (400, CARRIER_SECRET), (0, "another-secret"), (10**12, CARRIER_SECRET)],
    ids=["too old", "of the future", "another secret", "beyond time"],
)
def test_what_is_not_signed_now_is_refused(
    house: House, store: FlaskClient, carrier: Party, shift: int, secret: str
) -> None:
    shipment, number = packed(house)
    assert send(store, event(number, "delivered"), at=time.time() + shift, secret=secret) == 400
    for header in ("", "t=,v1=", "t=abc,v1=00", "v1=00", "t=1"):
        answer = store.post(PATH, data=event(number, "delivered"), headers={"Carrier-Signature": header})
        assert answer.status_code == 400
    assert send(store, b"not JSON") == 400
    assert send(store, b'{"id": "evt_1"}') == 400
    assert house.count("SELECT count(*) FROM webhook_events") == 0
    assert house.shipment(shipment.id).state == "packed"


def test_a_body_that_was_changed_is_refused(house: House, store: FlaskClient, carrier: Party) -> None:
    _, number = packed(house)
    signature = sign(event(number, "in_transit"), [CARRIER_SECRET], int(time.time()))
    changed = event(number, "delivered")
    assert store.post(PATH, data=changed, headers={"Carrier-Signature": signature}).status_code == 400


def test_the_journal_holds_our_number_of_the_parcel_and_not_the_carriers(
    house: House, store: FlaskClient, carrier: Party
) -> None:
    _, number = packed(house)
    send(store, event(number, "in_transit"))
    send(store, event(number, "in_transit"))
    with reading(Role.MIGRATE) as session:
        kept = [str(row) for row in session.execute(text("SELECT * FROM webhook_events"))]
    assert len(kept) == 1
    assert "parcel:1" in kept[0]
    assert number not in kept[0]


def test_what_a_carrier_tells_beyond_its_news_is_kept_nowhere(
    house: House, store: FlaskClient, carrier: Party
) -> None:
    shipment, number = packed(house)
    told = json.loads(event(number, "delivered"))
    told["sender"] = "Kanari"
    told["data"] |= {
        "recipient": {"name": "Kanari", "signature": "Kanari"},
        "left_with": "Kanari",
        "note": "Kanari",
    }
    assert send(store, json.dumps(told).encode()) == 204
    jobs.drain()
    assert house.shipment(shipment.id).state == "delivered"
    with reading(Role.MIGRATE) as session:
        names = session.scalars(text("SELECT schemaname || '.' || relname FROM pg_stat_user_tables")).all()
        rows = {
            name: session.scalars(text(f"SELECT row_to_json(t)::text FROM {name} t")).all() for name in names
        }
    assert [name for name, kept in rows.items() if "anari" in str(kept)] == []
    assert "parcel:1" in str(rows["public.webhook_events"])


def test_a_strangers_parcel_is_answered_and_forgotten(store: FlaskClient, carrier: Party) -> None:
    assert send(store, event("HP000000005XX", "delivered")) == 204
    assert store.post("/webhooks/carriers/nobody", data=b"{}").status_code == 404
    with reading() as session:
        assert session.scalar(text("SELECT count(*) FROM webhook_events")) == 0


def test_news_of_a_label_that_we_have_not_noted_yet_is_asked_for_again(
    house: House, store: FlaskClient, carrier: Party
) -> None:
    carrier.fault("lose_response", path="/v1/labels", method="POST")
    house.pack(house.buy({house.shop.clock: 1}))
    number = carrier.get("ledger")["labels"][0]["tracking_number"]
    assert send(store, event(number, "picked_up")) == 503
    assert house.count("SELECT count(*) FROM webhook_events") == 0


def test_an_unknown_word_changes_nothing(house: House, carrier: Party) -> None:
    shipment, _ = packed(house)
    with transaction() as session:
        assert note_status(session, 1, "teleported", clock.now()) == "not known"
    assert house.shipment(shipment.id).state == "packed"


def test_a_parcel_that_nobody_told_of_is_asked_about(house: House, carrier: Party) -> None:
    order = house.buy({house.shop.clock: 1})
    shipment = house.hand_over(house.pack(order))
    carrier.post(f"parcels/{tracking_number(house, order.number)}/advance", to="delivered")
    with clock.held_at(clock.now() + timedelta(hours=13)):
        handlers.ask_about_silent_parcels()
    assert house.shipment(shipment.id).state == "delivered"


def test_no_shipment_skips_the_handing_over() -> None:
    shipment = Shipment(state="packed")
    with pytest.raises(IllegalMoveError):
        shipment.become("delivered")
