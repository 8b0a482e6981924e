"""From a placed order to goods beside a box."""

import pytest
from sqlalchemy import text

from oms.fulfillment import actions
from oms.fulfillment.picking import actions as picking
from oms.fulfillment.picking import queries
from oms.inventory import actions as stock
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.kernel.errors import BadInputError, ConflictError
from oms.orders import actions as agreement
from tests.oms.fulfillment.conftest import PACKER, House


def test_a_placed_order_waits_where_its_goods_are(house: House) -> None:
    order = house.buy({house.shop.clock: 2, house.shop.pencil: 3})
    with reading() as session:
        waits = queries.waiting(session, house.shop.leiden)
        assert queries.waiting_counts(session) == {house.shop.leiden: 1}
    assert [(w.number, w.country, w.postcode_prefix, w.units) for w in waits] == [
        (order.number, "NL", "23", 5)
    ]
    assert house.history(order) == ["open"]


def test_fulfillment_orders_are_made_once_however_often_they_are_asked_for(house: House) -> None:
    order = house.buy({house.shop.clock: 1})
    for _ in range(3):
        with transaction(Role.BLIND) as session:
            actions.make_parts(session, order.id)
    assert len(house.parts(order)) == 1


def test_an_order_that_two_warehouses_fill_has_two_parts(house: House) -> None:
    with transaction() as session:
        stock.receive(session, house.shop.clock, house.shop.osaka, 5, by=SYSTEM)
    order = house.buy({house.shop.clock: 23})
    found = [(part.warehouse_id, part.lines[0].quantity) for part in house.parts(order)]
    assert found == [(house.shop.leiden, 20), (house.shop.osaka, 3)]


def test_what_is_downloaded_is_delivered_at_once_and_waits_nowhere(house: House) -> None:
    order = house.buy({house.shop.planner: 1})
    assert house.parts(order) == []
    assert order.delivered_at is not None


def test_a_download_beside_goods_waits_for_the_goods(house: House) -> None:
    order = house.buy({house.shop.planner: 1, house.shop.pencil: 1})
    assert [len(part.lines) for part in house.parts(order)] == [1]
    assert order.delivered_at is None


def test_one_walk_takes_the_goods_of_many_orders_in_the_order_of_the_shelves(house: House) -> None:
    orders = [house.buy({house.shop.clock: 1, house.shop.pencil: 2}), house.buy({house.shop.pencil: 3})]
    parts = [house.parts(order)[0].id for order in orders]
    with transaction() as session:
        walk = picking.start_list(session, house.shop.leiden, parts, by=PACKER)
    with reading() as session:
        lines = queries.walk(session, walk.id)
    assert [(line.sku, line.quantity, line.picked) for line in lines] == [
        ("CEDAR-PENCIL", 5, 0),
        ("RETRO-CLOCK", 1, 0),
    ]
    assert set(lines[0].orders) == {order.number for order in orders}


def test_a_scan_counts_up_and_a_count_before_the_code_counts_more(house: House) -> None:
    part = house.parts(house.buy({house.shop.pencil: 12}))[0]
    with transaction() as session:
        walk = picking.start_list(session, house.shop.leiden, [part.id], by=PACKER)
    with transaction() as session:
        assert picking.take(session, walk.id, "cedar-pencil") == picking.Counted("CEDAR-PENCIL", 1, 12)
    with transaction() as session:
        assert picking.take(session, walk.id, "11*CEDAR-PENCIL").counted == 12
    with pytest.raises(BadInputError, match="Only 12 of CEDAR-PENCIL are wanted"), transaction() as session:
        picking.take(session, walk.id, "CEDAR-PENCIL")
    with transaction() as session:
        assert picking.finish_list(session, walk.id) == 0
        assert queries.open_lists(session, house.shop.leiden) == []


@pytest.mark.parametrize("scanned", ["RETRO-CLOCK", "NOTHING-LIKE-IT", "0*CEDAR-PENCIL", "", "x" * 81])
def test_what_is_not_on_the_list_is_refused_and_nothing_counts(house: House, scanned: str) -> None:
    part = house.parts(house.buy({house.shop.pencil: 2}))[0]
    with transaction() as session:
        walk = picking.start_list(session, house.shop.leiden, [part.id], by=PACKER)
    with pytest.raises(BadInputError), transaction() as session:
        picking.take(session, walk.id, scanned)
    assert house.count("SELECT sum(picked) FROM fulfillment_lines") == 0


def test_a_barcode_is_as_good_as_a_sku(house: House) -> None:
    with transaction(Role.MIGRATE) as session:
        session.execute(text("UPDATE variants SET barcode = '4006381333931' WHERE sku = 'CEDAR-PENCIL'"))
    part = house.parts(house.buy({house.shop.pencil: 1}))[0]
    with transaction() as session:
        walk = picking.start_list(session, house.shop.leiden, [part.id], by=PACKER)
        assert picking.take(session, walk.id, "4006381333931").sku == "CEDAR-PENCIL"


def test_what_is_on_hold_is_not_picked(house: House) -> None:
    order = house.buy({house.shop.clock: 1})
    with transaction() as session:
        agreement.hold(session, order.id, "the buyer asked to wait", by=PACKER)
    with reading() as session:
        assert queries.waiting(session, house.shop.leiden) == []
    with pytest.raises(ConflictError), transaction() as session:
        picking.start_list(session, house.shop.leiden, [house.parts(order)[0].id], by=PACKER)
    assert house.parts(order)[0].state == "open"


def test_nothing_is_picked_twice_and_nothing_elsewhere(house: House) -> None:
    part = house.parts(house.buy({house.shop.clock: 1}))[0]
    with pytest.raises(ConflictError), transaction() as session:
        picking.start_list(session, house.shop.osaka, [part.id], by=PACKER)
    with transaction() as session:
        picking.start_list(session, house.shop.leiden, [part.id], by=PACKER)
    with pytest.raises(ConflictError), transaction() as session:
        picking.start_list(session, house.shop.leiden, [part.id], by=PACKER)
    assert house.count("SELECT count(*) FROM pick_lists") == 1
