"""Two people at once: one wins, the other is told, and stock and money agree."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from oms.fulfillment import actions
from oms.fulfillment.packing import actions as packing
from oms.fulfillment.packing.actions import Box
from oms.kernel import jobs
from oms.kernel.db import retry_conflicts, transaction
from oms.kernel.errors import CounterfoilError
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
