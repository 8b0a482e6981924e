"""Goods that came back from an order: booked by its number, at most what left the house."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from oms.desk.stock.actions import Booking, book
from oms.insights import handlers
from oms.insights import queries as insights
from oms.insights.actions import note_ordered
from oms.inventory import queries as inventory
from oms.inventory.models import StockMovement
from oms.inventory.states import MovementKind
from oms.kernel import audit, clock
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.orders.models import Order
from oms.staff.states import StaffRole
from tests.oms.desk.conftest import Seat, paid
from tests.oms.fulfillment.conftest import House
from tests.oms.fulfillment.test_races import at_once, begun_before
from tests.people import Visitor, words

PAGE = "/stock/RETRO-CLOCK"


@pytest.fixture
def owner(house: House, seat: Seat) -> Visitor:
    """Give an owner."""
    return seat(StaffRole.OWNER)


@pytest.fixture
def sent(house: House, carrier: object) -> Order:
    """An order of three clocks and a pencil that left the house."""
    order = house.buy({house.shop.clock: 3, house.shop.pencil: 1})
    house.hand_over(house.pack(order))
    return order


def send(owner: Visitor, house: House, **changed: str) -> tuple[int, str]:
    asked = {"warehouse": str(house.shop.leiden), "kind": "restock", "quantity": "1", "order": "", "note": ""}
    answer = owner.send(PAGE, **{**asked, **changed})
    return answer.status_code, words(answer)


def back(house: House) -> list[tuple[int, str]]:
    chosen = select(StockMovement.quantity, StockMovement.batch).order_by(StockMovement.id)
    with reading() as session:
        assert inventory.drifts(session) == []
        rows = session.execute(chosen.where(StockMovement.kind == MovementKind.RESTOCK))
        return [(row.quantity, row.batch) for row in rows]


def test_it_is_booked_with_the_line_of_its_order(house: House, owner: Visitor, sent: Order) -> None:
    typed = sent.number.replace("-", "").lower()
    assert send(owner, house, order=typed, note="Box is torn")[0] == 303
    assert house.level(house.shop.clock)[0] == 18
    text = words(owner.get(PAGE))
    assert f"came back, Leiden {sent.number} Box is torn own at the desk +1 18" in text
    with reading() as session:
        assert audit.about(session, f"variant:{house.shop.clock}")[0].verb == "stock.restock"
        line = next(one for one in house.order(sent.id).lines if one.sku == "RETRO-CLOCK")
        assert inventory.gone_and_back(session, [line.id]) == {line.id: (3, 1)}


def test_it_comes_in_parts_and_into_another_warehouse(house: House, owner: Visitor, sent: Order) -> None:
    assert send(owner, house, order=sent.number)[0] == 303
    assert send(owner, house, order=sent.number, warehouse=str(house.shop.osaka))[0] == 303
    assert send(owner, house, order=sent.number)[0] == 303
    assert back(house) == [(1, "return:1"), (1, "return:2"), (1, "return:3")]
    status, page = send(owner, house, order=sent.number)
    assert (status, "nothing of that order is with the buyer" in page) == (422, True)
    assert len(back(house)) == 3


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"order": ""}, "Type the number of the order that it came back from."),
        ({"order": "7KQ2-M4XD-9B"}, "There is no order of this number."),
        ({"order": "what?"}, "There is no order of this number."),
        ({"quantity": "4"}, "So many are with the buyer: 3. Type at most that."),
        ({"quantity": "0"}, "Nothing moves by zero."),
        ({"quantity": "-1"}, "Type a number above zero; only a correction may be below."),
        ({"kind": "receipt"}, "Only what came back has an order. Choose that, or empty this."),
        ({"kind": "count"}, "Only what came back has an order. Choose that, or empty this."),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    house: House,
    owner: Visitor,
    sent: Order,
    changed: dict[str, str],
    told: str,
) -> None:
    before = house.level(house.shop.clock)
    status, page = send(owner, house, **{"order": sent.number, **changed})
    assert (status, told in page) == (422, True)
    assert (house.level(house.shop.clock), back(house)) == (before, [])


def test_an_order_of_other_goods_is_refused(house: House, owner: Visitor) -> None:
    order = paid({house.shop.pencil: 1})
    assert "This SKU is not in that order." in send(owner, house, order=order.number)[1]
    assert back(house) == []


def test_what_never_left_does_not_come_back(house: House, owner: Visitor) -> None:
    order = paid({house.shop.clock: 1})
    assert "nothing of that order is with the buyer" in send(owner, house, order=order.number)[1]
    assert back(house) == []


def test_a_cancelled_order_is_refused(house: House, owner: Visitor, sent: Order) -> None:
    with transaction(Role.MIGRATE) as session:
        session.execute(text("UPDATE orders SET state = 'cancelled' WHERE id = :id"), {"id": sent.id})
    status, page = send(owner, house, order=sent.number)
    assert (status, "This order was cancelled: its goods never left." in page) == (422, True)
    assert back(house) == []


def test_two_at_once_book_at_most_what_left(house: House, sent: Order) -> None:
    shop = house.shop
    two = Booking(shop.clock, shop.leiden, MovementKind.RESTOCK, 2, order=sent.number)
    there = Booking(shop.clock, shop.osaka, MovementKind.RESTOCK, 2, order=sent.number)
    came = at_once(lambda s: book(s, two, by=SYSTEM), lambda s: book(s, there, by=SYSTEM))
    assert sorted(came) == [False, True]
    assert [units for units, _ in back(house)] == [2]


def test_who_comes_second_waits_for_the_first(house: House, sent: Order) -> None:
    shop = house.shop
    one = Booking(shop.clock, shop.leiden, MovementKind.RESTOCK, 1, order=sent.number)
    two = Booking(shop.clock, shop.osaka, MovementKind.RESTOCK, 2, order=sent.number)
    begun_before(lambda s: book(s, one, by=SYSTEM), lambda s: book(s, two, by=SYSTEM))
    assert back(house) == [(1, "return:1"), (2, "return:2")]


def test_goods_that_were_ordered_stay_on_their_way(house: House, owner: Visitor, sent: Order) -> None:
    handlers.forecast_demand()
    with transaction() as session:
        note_ordered(session, house.shop.clock, 10, clock.today() + timedelta(days=5), by=SYSTEM)
    assert send(owner, house, order=sent.number, quantity="3")[0] == 303
    with reading() as session:
        found = insights.stand_of(session, "RETRO-CLOCK")
        assert found is not None
        assert (found.free, found.way) == (20, 10)
