"""What a marketplace sold becomes an order of ours, to the cent and with its stock, once."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import insert, select

from oms import cli
from oms.channels.connectors.wire import Sold, SoldLine
from oms.channels.models import ChannelOrder, Connection, Listing
from oms.channels.selling import actions, queries, runs
from oms.channels.states import SoldState
from oms.finance.books import queries as books
from oms.finance.period import Period
from oms.finance.tax.queries import by_rate
from oms.fulfillment import actions as fulfillment
from oms.fulfillment import queries as sending
from oms.fulfillment.states import ShipmentState
from oms.inventory import actions as stock
from oms.kernel import clock, jobs
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.privacy.clocks import calendar
from oms.privacy.retention import actions as retention
from oms.web.doctor import CHECKS, Health
from tests.oms.channels.conftest import THEN
from tests.oms.fulfillment.conftest import House

REF = "902-3159896-1390916"


def sold(*lines: SoldLine, ref: str = REF, state: SoldState = SoldState.TO_SEND, **more: object) -> Sold:
    """An order of two clocks for 62.00 and delivery for 5.60, with 21 % in it."""
    given: dict[str, object] = {"delivery": 560, "delivery_tax": 97, "country": "NL", **more}
    return Sold(
        ref=ref,
        state=state,
        changed_at=THEN,
        placed_at=THEN,
        currency="EUR",
        tax_included=True,
        lines=lines or (SoldLine("L1", "RETRO-CLOCK", "Retro clock", 2, 6200, 1076),),
        **given,  # type: ignore[arg-type]
    )


def told(connection: Connection, what: Sold) -> str:
    with transaction() as session:
        outcome = actions.note(session, connection, what)
    jobs.drain()
    return outcome


def order_of(ref: str = REF) -> Order | None:
    with reading() as session:
        return orders.by_number(session, ref)


def row_of(connection: Connection, ref: str = REF) -> ChannelOrder:
    with transaction() as session:
        return queries.locked(session, connection.id, ref)


def test_what_was_sold_is_an_order_to_the_cent_with_its_goods_promised(
    house: House, connection: Connection
) -> None:
    assert told(connection, sold()) == "taken"
    order = order_of()
    assert order is not None
    assert (order.state, order.channel, order.goods, order.delivery, order.tax, order.total) == (
        *("placed", "amazon-eu", 6200, 560),
        *(1173, 6760),
    )
    assert [(line.sku, line.quantity, line.unit_price, line.basis_points) for line in order.lines] == [
        ("RETRO-CLOCK", 2, 3100, 2100)
    ]
    assert {tax.basis_points: (tax.net, tax.tax) for tax in order.taxes} == {2100: (5587, 1173)}
    assert order.placed_at == THEN
    assert (order.method, order.carrier) == ("post-eu", "hollow")
    assert house.level(house.shop.clock) == (20, 0, 2)
    assert [part.state for part in house.parts(order)] == ["open"]


def test_told_again_nothing_changes_and_an_older_word_is_passed_over(
    house: House, connection: Connection
) -> None:
    told(connection, sold())
    assert told(connection, sold()) == "noted"
    old = replace(sold(state=SoldState.CANCELLED), changed_at=THEN - timedelta(seconds=1))
    assert told(connection, old) == "older than what is known"
    assert house.level(house.shop.clock) == (20, 0, 2)
    assert house.count("SELECT count(*) FROM orders") == 1


def test_a_price_that_no_unit_has_is_two_lines_and_no_cent_is_lost(
    house: House, connection: Connection
) -> None:
    told(connection, sold(SoldLine("L1", "CEDAR-PENCIL", "Pencil", 3, 1000, 174), delivery=0, delivery_tax=0))
    order = order_of()
    assert order is not None
    assert [(line.quantity, line.unit_price) for line in order.lines] == [(1, 334), (2, 333)]
    assert (sum(line.total for line in order.lines), sum(line.tax for line in order.lines)) == (1000, 174)


def test_called_off_there_it_is_called_off_here_and_its_goods_are_free(
    house: House, connection: Connection
) -> None:
    told(connection, sold())
    later = replace(sold(state=SoldState.CANCELLED), changed_at=THEN + timedelta(minutes=1))
    assert told(connection, later) == "cancelled"
    order = order_of()
    assert order is not None
    assert order.state == "cancelled"
    assert house.level(house.shop.clock) == (20, 0, 0)
    assert told(connection, later) == "over already"


def test_called_off_too_late_somebody_is_told(house: House, connection: Connection) -> None:
    told(connection, sold())
    order = order_of()
    assert order is not None
    house.hand_over(house.pack(order, "post", "self"))
    later = replace(sold(state=SoldState.CANCELLED), changed_at=THEN + timedelta(minutes=1))
    assert told(connection, later) == "too late"
    assert "has left the house" in row_of(connection).trouble


def test_somebody_is_reminded_for_a_week_after_its_parcel_came_back(
    house: House, connection: Connection
) -> None:
    told(connection, sold())
    order = order_of()
    assert order is not None
    sent = house.hand_over(house.pack(order, "post", "self"))
    later = replace(sold(state=SoldState.CANCELLED), changed_at=THEN + timedelta(minutes=1))
    told(connection, later)
    assert runs.settle() == 0
    with transaction() as session:
        way = sending.locked_way(session, sent.id)
        fulfillment.arrive(session, way, ShipmentState.RETURNED_TO_SENDER, by=SYSTEM)
    with clock.held_at(clock.now() + timedelta(days=6)):
        assert runs.settle() == 0
    with clock.held_at(clock.now() + timedelta(days=8)):
        assert runs.settle() == 1
    assert row_of(connection).trouble == ""


def test_what_is_cancelled_here_is_in_the_way_no_more(house: House, connection: Connection) -> None:
    told(connection, sold())
    told(connection, replace(sold(state=SoldState.SENT), changed_at=THEN + timedelta(minutes=1)))
    assert row_of(connection).trouble
    assert runs.settle() == 0
    order = order_of()
    assert order is not None
    with transaction() as session:
        fulfillment.cancel_order(session, order.id, by=SYSTEM, why="sent there")
    assert runs.settle() == 1
    assert row_of(connection).trouble == ""


def test_an_unknown_sku_waits_and_is_taken_once_it_is_listed(house: House, connection: Connection) -> None:
    strange = sold(SoldLine("L1", "CLK-DE-01", "Uhr", 1, 3100, 538))
    assert told(connection, strange) == "waits"
    assert row_of(connection).trouble == "Nothing is listed as CLK-DE-01: add the listing."
    assert house.count("SELECT count(*) FROM orders") == 0
    with transaction() as session:
        clock = {"variant_id": house.shop.clock, "sku": "CLK-DE-01"}
        session.execute(insert(Listing).values(connection_id=connection.id, **clock))
    assert told(connection, strange) == "taken"
    assert row_of(connection).trouble == ""


def test_what_is_not_in_stock_waits_and_goes_on_when_goods_come(house: House, connection: Connection) -> None:
    many = sold(SoldLine("L1", "RETRO-CLOCK", "Retro clock", 25, 77500, 13450))
    assert told(connection, many) == "taken, and short"
    order = order_of()
    assert order is not None
    assert house.parts(order) == []
    assert runs.fill_short() == 0
    with transaction() as session:
        stock.receive(session, house.shop.clock, house.shop.leiden, 5, by=SYSTEM)
    assert runs.fill_short() == 1
    assert house.level(house.shop.clock) == (25, 0, 25)
    assert [part.state for part in house.parts(order)] == ["open"]
    with reading() as session:
        assert orders.open_holds(session, order.id) == []


def test_what_was_sent_by_others_is_in_the_books_and_takes_no_stock(
    house: House, connection: Connection
) -> None:
    assert told(connection, sold(state=SoldState.SENT)) == "taken as sent"
    order = order_of()
    assert order is not None
    assert (order.state, order.total) == ("closed", 6760)
    assert house.level(house.shop.clock) == (20, 0, 0)


def test_a_pending_order_is_noted_and_nothing_more(house: House, connection: Connection) -> None:
    assert told(connection, replace(sold(state=SoldState.PENDING), lines=())) == "noted"
    assert order_of() is None


def test_a_number_that_is_an_order_of_ours_is_not_taken_twice(house: House, connection: Connection) -> None:
    own = house.buy({house.shop.clock: 1})
    assert told(connection, sold(ref=own.number)) == "waits"
    assert "already" in row_of(connection, own.number).trouble


def test_what_changed_there_after_it_was_taken_is_told_and_nothing_is_lost(
    house: House, connection: Connection
) -> None:
    told(connection, sold())
    fewer = sold(SoldLine("L1", "RETRO-CLOCK", "Retro clock", 1, 3100, 538))
    for _again in range(2):
        assert told(connection, replace(fewer, changed_at=THEN + timedelta(minutes=1))) == "waits"
    assert "changed there" in row_of(connection).trouble
    order = order_of()
    assert order is not None
    assert (order.total, house.level(house.shop.clock)) == (6760, (20, 0, 2))
    with reading() as session:
        assert [held.why for held in orders.open_holds(session, order.id)] == [row_of(connection).trouble]


def test_what_somebody_else_sent_waits_here_and_what_we_sent_does_not(
    house: House, connection: Connection
) -> None:
    told(connection, sold())
    there = replace(sold(state=SoldState.SENT), changed_at=THEN + timedelta(minutes=1))
    assert told(connection, there) == "waits"
    told(connection, sold(ref="902-2-2"))
    ours = order_of("902-2-2")
    assert ours is not None
    house.hand_over(house.pack(ours, "post", "self"))
    assert told(connection, replace(there, ref="902-2-2")) == "noted"


def test_a_sale_that_was_called_off_is_in_no_turnover(house: House, connection: Connection) -> None:
    told(connection, sold())
    told(connection, replace(sold(state=SoldState.CANCELLED), changed_at=THEN + timedelta(minutes=1)))
    period = Period(THEN.date(), calendar.today())
    with reading(Role.BLIND) as session:
        [row] = by_rate(session, period)
    assert (row.taxed.net, row.taxed.tax, row.taxed.due_net, row.taxed.due_tax) == (5587, 1173, 0, 0)


def test_what_waits_for_a_listing_stays_until_it_is_taken(house: House, connection: Connection) -> None:
    told(connection, sold(SoldLine("L1", "CLK-DE-01", "Uhr", 1, 3100, 538)))
    told(connection, replace(sold(ref="902-3-3", state=SoldState.PENDING), lines=()))
    with clock.held_at(clock.now() + timedelta(days=60)):
        retention.let_go()
    with reading() as session:
        assert list(session.scalars(select(ChannelOrder.ref))) == [REF]


def test_reports_tell_its_tax_once_and_that_of_a_marketplace_never(
    house: House, connection: Connection
) -> None:
    told(connection, sold())
    net = SoldLine("L1", "RETRO-CLOCK", "Retro clock", 1, 2562, 0)
    theirs = sold(net, ref="902-1-1", delivery=463, delivery_tax=0, collects_tax=True)
    told(connection, replace(theirs, tax_included=False))
    period = Period(THEN.date(), THEN.date())
    with reading(Role.BLIND) as session:
        rows = by_rate(session, period)
        fees = {one.amount for sale in books.sales(session, period) for one in sale.charges}
    assert [(row.country, row.basis_points, row.taxed.net, row.taxed.tax) for row in rows] == [
        ("NL", 2100, 5587, 1173)
    ]
    assert fees == {None}
    order = order_of("902-1-1")
    assert order is not None
    assert (order.total, order.tax, order.is_tax_elsewhere) == (3025, 0, True)


def test_the_doctor_finds_nothing_wrong_with_what_was_sold_elsewhere(
    house: House, connection: Connection
) -> None:
    told(connection, sold())
    told(connection, sold(ref="902-2-2", state=SoldState.SENT))
    about = {name: check.look()[1] for name, check in CHECKS.items() if "rder" in name}
    assert cli.CHECKS
    assert len(about) > 5
    assert [name for name, health in about.items() if health is Health.ILL] == []
