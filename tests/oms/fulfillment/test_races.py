"""Two people at once: one wins, the other is told, and stock and money agree."""

import io
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from pypdf import PdfReader
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from oms.fulfillment import actions, queries
from oms.fulfillment.labels import actions as labels
from oms.fulfillment.packing import actions as packing
from oms.fulfillment.packing.actions import Box
from oms.fulfillment.printing import actions as printing
from oms.kernel import jobs, vault
from oms.kernel.audit import SYSTEM, Actor, ActorKind
from oms.kernel.db import Role, reading, retry_conflicts, transaction
from oms.kernel.errors import ConflictError, CounterfoilError, IllegalMoveError
from oms.kernel.register import Purpose
from oms.orders.models import Order
from oms.orders.personal import OrderDelivery
from tests import make
from tests.fakes import Party
from tests.oms.fulfillment.conftest import PACKER, House


def at_once(*deeds: Callable[[Session], object]) -> list[bool]:
    """Do everything at the same time, as requests would; return which came through."""

    @retry_conflicts
    def do(deed: Callable[[Session], object]) -> None:
        with transaction() as session:
            deed(session)

    def tried(deed: Callable[[Session], object]) -> bool:
        try:
            do(deed)
        except (CounterfoilError, IntegrityError):
            return False
        return True

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(tried, deeds))


BUYER = Actor(ActorKind.GUEST, "guest")
MOVED = replace(make.ADA, street="Breestraat 1")


def begun_before(first: Callable[[Session], object], second: Callable[[Session], object]) -> None:
    """Do the second thing while the first has begun and is not committed; the first one ends meanwhile."""
    is_begun, may_end = threading.Event(), threading.Event()

    def begin() -> None:
        with transaction() as session:
            first(session)
            session.flush()
            is_begun.set()
            assert may_end.wait(60)

    def follow() -> None:
        assert is_begun.wait(60)
        with transaction() as session:
            second(session)

    with ThreadPoolExecutor(2) as pool:
        begins, follows = pool.submit(begin), pool.submit(follow)
        ends = time.monotonic() + 60
        while not follows.done() and not waiting_for_a_lock() and time.monotonic() < ends:
            time.sleep(0.02)
        may_end.set()
        begins.result(60)
        follows.result(60)


def waiting_for_a_lock() -> bool:
    with reading(Role.MIGRATE) as session:
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()"
        return bool(session.scalar(text(waits)))


def street(order: Order) -> str:
    with reading() as session:
        found = vault.open_record(
            session, OrderDelivery, order.unit, purpose=Purpose.DELIVERY, by=SYSTEM.doing("labels")
        )
    assert found is not None
    return found.street


def test_a_buyer_does_not_cancel_what_a_packer_begins_at_this_moment(house: House) -> None:
    order = house.buy({house.shop.clock: 1})
    part = house.pick(order)
    with pytest.raises(IllegalMoveError, match="being packed"):
        begun_before(
            lambda session: packing.put_in_box(session, part.id, "RETRO-CLOCK"),
            lambda session: actions.cancel_order(session, order.id, by=BUYER, why="late"),
        )
    assert make.state_of(order.number) == "placed"
    assert house.count("SELECT sum(packed) FROM fulfillment_lines") == 1
    assert house.count("SELECT count(*) FROM refunds") == 0


def test_a_packer_does_not_begin_what_its_buyer_cancels_at_this_moment(house: House) -> None:
    order = house.buy({house.shop.clock: 1})
    part = house.pick(order)
    with pytest.raises(IllegalMoveError, match="cancelled"):
        begun_before(
            lambda session: actions.cancel_order(session, order.id, by=BUYER, why="early"),
            lambda session: packing.put_in_box(session, part.id, "RETRO-CLOCK"),
        )
    assert make.state_of(order.number) == "cancelled"
    assert house.count("SELECT sum(packed) FROM fulfillment_lines") == 0


def test_staff_who_cancel_and_a_box_that_closes_wait_for_each_other(house: House, carrier: Party) -> None:
    order = house.buy({house.shop.clock: 1})
    part = house.pick(order)
    house.scan(part, "RETRO-CLOCK")
    box = Box(900, "hollow", "post")
    begun_before(
        lambda session: packing.close_box(session, part.id, box, by=PACKER),
        lambda session: actions.cancel_order(session, order.id, by=PACKER, why="late"),
    )
    jobs.drain()
    assert make.state_of(order.number) == "cancelled"
    assert house.count("SELECT count(*) FROM parcels WHERE label_state = 'voided'") == 1


def test_an_address_does_not_change_under_the_label_that_is_being_printed(house: House) -> None:
    order = house.buy({house.shop.clock: 1})
    shipment = house.pack(order, carrier="self")
    printed = []
    with pytest.raises(ConflictError, match="label has just been printed"):
        begun_before(
            lambda session: printed.append(printing.address_label(session, shipment.id, by=PACKER)),
            lambda session: actions.correct_delivery(session, order.id, MOVED, by=BUYER),
        )
    assert "Rapenburg 70" in printed[0].to
    assert street(order) == "Rapenburg 70"


def test_a_label_that_is_wanted_at_this_moment_keeps_its_address(house: House, carrier: Party) -> None:
    order = house.buy({house.shop.clock: 1})
    part = house.pick(order)
    house.scan(part, "RETRO-CLOCK")
    box = Box(900, "hollow", "post")
    with pytest.raises(ConflictError, match="label has just been printed"):
        begun_before(
            lambda session: packing.close_box(session, part.id, box, by=PACKER),
            lambda session: actions.correct_delivery(session, order.id, MOVED, by=BUYER),
        )
    jobs.drain()
    assert street(order) == "Rapenburg 70"


def test_a_label_follows_the_address_that_is_corrected_at_this_moment(house: House, carrier: Party) -> None:
    order = house.buy({house.shop.clock: 1})
    part = house.pick(order)
    house.scan(part, "RETRO-CLOCK")
    box = Box(900, "hollow", "post")
    begun_before(
        lambda session: actions.correct_delivery(session, order.id, MOVED, by=BUYER),
        lambda session: packing.close_box(session, part.id, box, by=PACKER),
    )
    jobs.drain()
    with transaction() as session:
        shipment = queries.shipments_of(session, order.id)[0]
        parcel = queries.parcels_of(session, shipment.id)[0]
        printed = labels.open_label(session, parcel.id, by=PACKER)
    assert "Breestraat 1" in PdfReader(io.BytesIO(printed)).pages[0].extract_text()


def test_a_parcel_is_handed_over_or_its_order_cancelled_never_both(house: House, carrier: Party) -> None:
    for _ in range(4):
        order = house.buy({house.shop.clock: 1})
        shipment = house.pack(order)
        handed, cancelled = at_once(
            lambda session, number=shipment.id: actions.hand_over(session, number, by=PACKER),
            lambda session, number=order.id: actions.cancel_order(session, number, by=PACKER, why="late"),
        )
        jobs.drain()
        assert handed is not cancelled
        assert make.state_of(order.number) == ("cancelled" if cancelled else "placed")
        refunds = house.count(f"SELECT count(*) FROM refunds WHERE order_id = {order.id}")
        assert refunds == int(cancelled)
    sent = house.count("SELECT count(*) FROM shipments WHERE state = 'handed_over'")
    assert house.level(house.shop.clock) == (20 - sent, 0, 0)


def test_a_box_is_closed_once(house: House, carrier: Party) -> None:
    part = house.pick(house.buy({house.shop.clock: 1}))
    house.scan(part, "RETRO-CLOCK")
    box = Box(900, "hollow", "post")
    done = at_once(*[lambda session: packing.close_box(session, part.id, box, by=PACKER)] * 6)
    jobs.drain()
    assert done.count(True) == 1
    assert len(carrier.get("ledger")["labels"]) == 1


def test_ten_scanners_fill_a_box_of_six(house: House) -> None:
    part = house.pick(house.buy({house.shop.pencil: 6}))
    done = at_once(*[lambda session: packing.put_in_box(session, part.id, "CEDAR-PENCIL")] * 10)
    assert done.count(True) == 6
    assert house.count("SELECT sum(packed) FROM fulfillment_lines") == 6


def test_an_order_is_cancelled_by_one_of_many(house: House) -> None:
    order = house.buy({house.shop.clock: 2})
    done = at_once(*[lambda s: actions.cancel_order(s, order.id, by=PACKER, why="twice")] * 5)
    jobs.drain()
    assert done.count(True) == 1
    assert house.level(house.shop.clock) == (20, 0, 0)
    assert [r["amount"] for r in house.stripe.get("ledger")["refunds"]] == [order.total]
