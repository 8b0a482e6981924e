"""Placing an order: whole or not at all, once, and never more than there is."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from oms.inventory import queries as stock
from oms.inventory.sourcing import OutOfStockError
from oms.kernel import jobs, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.kernel.register import Purpose
from oms.orders.personal import OrderContact, OrderDelivery
from oms.orders.placing.actions import PriceChangedError, place_order
from tests import make
from tests.make import ADA, ADAS_MAILBOX, GUEST, Shop

TABLES = "orders order_lines order_taxes order_events payments reservations outbox_messages disclosures"


def rows() -> dict[str, int]:
    with reading(Role.MIGRATE) as session:
        counted = {t: session.scalar(text(f"SELECT count(*) FROM {t}")) for t in TABLES.split()}
        counted["sealed"] = session.scalar(text("SELECT count(*) FROM personal.sealed"))
    return {name: count for name, count in counted.items() if count}


def level(variant_id: int) -> tuple[int, int, int]:
    with reading() as session:
        found = session.execute(
            text("SELECT on_hand, reserved, allocated FROM stock_levels WHERE variant_id = :v"),
            {"v": variant_id},
        ).one()
        assert stock.drifts(session) == []
    return tuple(found)


def test_an_order_is_the_agreement_its_hold_its_person_and_its_payment(small: Shop) -> None:
    placed = make.order({small.clock: 2, small.pencil: 3})
    order = placed.order
    assert (order.goods, order.delivery, order.tax, order.total) == (6770, 560, 1272, 7330)
    assert [(line.sku, line.quantity, line.total, line.tax) for line in order.lines] == [
        ("RETRO-CLOCK", 2, 6200, 1076),
        ("CEDAR-PENCIL", 3, 570, 99),
    ]
    assert (order.country, order.postcode_prefix, order.sourcing) == ("NL", "23", "one parcel, same country")
    assert (placed.payment.amount, placed.payment.currency, placed.mailbox) == (7330, "EUR", "ada@shop.test")
    assert level(small.clock) == (20, 2, 0)
    with reading() as session:
        purpose, erasing = Purpose.RIGHTS, SYSTEM.doing("erasure")
        assert vault.open_record(session, OrderDelivery, order.unit, purpose=purpose, by=erasing) == ADA
        assert (
            vault.open_record(session, OrderContact, order.unit, purpose=purpose, by=erasing) == ADAS_MAILBOX
        )


def test_a_changed_price_places_nothing_and_says_so(small: Shop) -> None:
    before = rows()
    with reading() as session:
        request = make.placing(session, {small.clock: 1})
    with transaction(Role.MIGRATE) as session:
        session.execute(text("UPDATE prices SET amount = 3200 WHERE amount = 3100"))
    with pytest.raises(PriceChangedError), transaction() as session:
        place_order(session, request, by=GUEST)
    assert rows() == before
    assert level(small.clock) == (20, 0, 0)


def test_more_than_there_is_places_nothing(small: Shop) -> None:
    before = rows()
    with pytest.raises(OutOfStockError, match="Only 20 left"):
        make.order({small.clock: 21})
    assert rows() == before


def test_one_checkout_places_one_order_however_often_it_is_sent(small: Shop) -> None:
    def once(_: int) -> str:
        try:
            return make.order({small.clock: 1}, placement_key="the-same-form").order.number
        except IntegrityError:
            return "taken"

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(once, range(16)))
    assert results.count("taken") == 15
    assert rows()["orders"] == 1
    assert level(small.clock) == (20, 1, 0)


def test_twenty_units_are_sold_twenty_times(small: Shop) -> None:
    def buy(_: int) -> bool:
        try:
            make.order({small.clock: 1})
        except OutOfStockError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(buy, range(40))) == 20
    jobs.drain()
    assert level(small.clock) == (20, 20, 0)
    with reading() as session:
        assert session.scalar(text("SELECT is_available FROM variants WHERE sku = 'RETRO-CLOCK'")) is False


def test_something_to_download_asks_for_no_address_and_holds_no_stock(small: Shop) -> None:
    placed = make.order({small.planner: 1})
    assert (placed.order.total, placed.order.delivery, placed.order.is_digital) == (400, 0, True)
    assert "reservations" not in rows()
