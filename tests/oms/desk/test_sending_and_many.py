"""How far sending is, cancelling before it, and the same done to many orders."""

import pytest
from sqlalchemy import select, update

from oms.desk.changes.many import actions as many
from oms.desk.changes.many import runs
from oms.desk.changes.many.actions import Row
from oms.desk.changes.many.models import BulkTurn
from oms.desk.changes.many.states import Deed, TurnState
from oms.fulfillment import actions as fulfillment
from oms.fulfillment import queries as shipments
from oms.fulfillment.models import FulfillmentOrder, Shipment
from oms.fulfillment.states import FulfillmentState, ShipmentState
from oms.inventory import queries as inventory
from oms.kernel import audit, jobs
from oms.kernel.audit import SYSTEM
from oms.kernel.db import reading, transaction
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.payments.models import Refund
from oms.staff.states import StaffRole
from tests import make
from tests.make import Shop
from tests.oms.desk.conftest import Seat, paid
from tests.people import Visitor, words


@pytest.fixture
def service(small: Shop, seat: Seat) -> Visitor:
    """Give somebody of service."""
    return seat(StaffRole.SERVICE)


def prepared(wanted: dict[int, int]) -> Order:
    """Place an order whose parts are made."""
    order = paid(wanted)
    with transaction() as session:
        fulfillment.make_parts(session, order.id)
    return order


def packed(order: Order) -> int:
    """Pack the only part of an order; return its shipment's id."""
    with transaction() as session:
        [part] = shipments.parts_of(session, order.id)
        session.execute(
            update(FulfillmentOrder)
            .where(FulfillmentOrder.id == part.id)
            .values(state=FulfillmentState.IN_PROGRESS)
        )
        made = Shipment(
            fulfillment_order_id=part.id,
            order_id=order.id,
            state=ShipmentState.PACKED,
            carrier="self",
            service="post",
        )
        session.add(made)
        session.flush()
        return made.id


def sent(order: Order) -> None:
    number = packed(order)
    with transaction() as session:
        fulfillment.hand_over(session, number, by=SYSTEM)


def state_word(service: Visitor, order: Order) -> str:
    return (
        words(service.get("/orders")).partition(order.number + " ")[2].partition(" 22 ")[0].split(" Nov")[0]
    )


def listed(service: Visitor, state: str) -> list[str]:
    page = service.get(f"/orders?state={state}").text
    with reading() as session:
        return [
            number for number in session.scalars(select(Order.number).order_by(Order.id)) if number in page
        ]


def test_the_list_tells_how_far_sending_is(small: Shop, service: Visitor) -> None:
    to_pick, in_work, gone = (prepared({small.pencil: 1}) for _ in range(3))
    packed(in_work)
    sent(gone)
    assert state_word(service, to_pick).startswith("to pick")
    assert state_word(service, in_work).startswith("being packed")
    assert state_word(service, gone).startswith("shipped")
    assert listed(service, "to_pick") == [to_pick.number]
    assert listed(service, "in_work") == [in_work.number]
    assert listed(service, "shipped") == [gone.number]
    assert len(listed(service, "to_send")) == 3


def test_the_page_shows_parts_and_what_happened_to_them(small: Shop, service: Visitor, seat: Seat) -> None:
    order = prepared({small.clock: 2})
    sent(order)
    page = words(service.get(f"/orders/{order.number}"))
    assert "From Leiden sent 2 things" in page
    assert "handed over" in page
    assert "Cancel" not in page.partition("Placed")[0]
    open_part = prepared({small.pencil: 1})
    packed(open_part)
    assert 'href="/pack/' not in service.get(f"/orders/{open_part.number}").text
    assert 'href="/pack/' in seat(StaffRole.OWNER).get(f"/orders/{open_part.number}").text


def test_an_order_is_cancelled_before_it_left_and_all_comes_back(small: Shop, service: Visitor) -> None:
    order = prepared({small.clock: 2})
    path = f"/orders/{order.number}/cancel"
    assert "Cancel it and send €67.60 back" in words(service.get(path))
    assert make.state_of(order.number) == "placed"
    done = service.send(path, reason="The buyer asked for it")
    assert done.location == f"/orders/{order.number}"
    assert make.state_of(order.number) == "cancelled"
    with reading() as session:
        assert [r.amount for r in session.scalars(select(Refund))] == [order.total]
        assert inventory.available(session, [small.clock]) == {small.clock: 20}
        assert inventory.drifts(session) == []
        [deed] = audit.about(session, order.unit)
    assert (deed.verb, deed.by.reason) == ("order.cancel", "The buyer asked for it")
    assert service.send(path, page="/orders", reason="The buyer asked for it").status_code == 409


def test_what_is_on_its_way_is_not_cancelled(small: Shop, service: Visitor) -> None:
    order = prepared({small.clock: 1})
    sent(order)
    answer = service.send(f"/orders/{order.number}/cancel", page="/orders", reason="The buyer asked for it")
    assert answer.status_code == 409
    assert "A parcel is on its way." in words(answer)
    assert make.state_of(order.number) == "placed"
    with reading() as session:
        assert session.scalars(select(Refund)).all() == []


def test_many_are_held_after_a_preview_and_let_go_on_again(small: Shop, service: Visitor) -> None:
    first, second = prepared({small.pencil: 1}), prepared({small.pencil: 1})
    gone = prepared({small.pencil: 1})
    with transaction() as session:
        fulfillment.cancel_order(session, gone.id, by=SYSTEM, why="a test")
    numbers = [first.number, second.number, gone.number]
    seen = service.send("/orders/many", page="/orders", do="hold", order=numbers)
    assert "Hold 2 orders" in words(seen)
    assert "left out" in words(seen)
    with reading() as session:
        assert orders.open_holds(session, first.id) == []
    why = "The goods need a look"
    done = service.send("/orders/many", page="/orders", do="hold", order=numbers, sure="1", reason=why)
    assert done.status_code == 303
    jobs.drain()
    text = words(service.get(done.location))
    assert "2 of 3 done" in text
    assert "Take it back" in text
    assert f"{gone.number} left out Only an order that is still to be sent can wait." in text
    with reading() as session:
        assert [hold.why for hold in orders.open_holds(session, first.id)] == [why]
    back = service.send("/orders/many", page="/orders", do="lift", order=",".join(numbers[:2]), sure="1")
    jobs.drain()
    assert "2 of 2 done" in words(service.get(back.location))
    with reading() as session:
        assert orders.open_holds(session, first.id) + orders.open_holds(session, second.id) == []


def test_many_are_cancelled_each_by_itself(small: Shop, service: Visitor) -> None:
    first, second = prepared({small.clock: 1}), prepared({small.clock: 1})
    sent(second)
    done = service.send(
        "/orders/many",
        page="/orders",
        do="cancel",
        order=[first.number, second.number],
        sure="1",
        reason="The goods cannot be sent",
    )
    jobs.drain()
    assert "1 of 2 done" in words(service.get(done.location))
    assert (make.state_of(first.number), make.state_of(second.number)) == ("cancelled", "placed")


def test_the_work_is_the_workers_and_its_page_looks_again_until_it_is_done(
    small: Shop, service: Visitor
) -> None:
    first, second = prepared({small.clock: 1}), prepared({small.clock: 1})
    fields = {"do": "cancel", "sure": "1", "reason": "The goods cannot be sent"}
    asked = service.send("/orders/many", page="/orders", order=[first.number, second.number], **fields)
    page = service.get(asked.location)
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page.text
    assert f"{first.number} waits" in words(page)
    assert make.state_of(first.number) == "placed"
    told = service.get(f"{asked.location}/state").json
    assert told == {**told, "done": 0, "total": 2, "is_done": False, "url": asked.location}
    with transaction() as session:
        fulfillment.cancel_order(session, second.id, by=SYSTEM, why="meanwhile")
    jobs.drain()
    page = service.get(asked.location)
    assert "http-equiv" not in page.text
    assert "1 of 2 done" in words(page)
    assert f"{second.number} left out This order is cancelled: it cannot be cancelled." in words(page)
    assert service.get(f"{asked.location}/state").json["is_done"] is True
    assert service.get("/orders/many/0").status_code == 404


def test_work_that_was_cut_off_goes_on_where_it_was(small: Shop, service: Visitor) -> None:
    first, second = prepared({small.clock: 1}), prepared({small.clock: 1})
    with transaction() as session:
        rows = [Row(first.number, ""), Row(second.number, "")]
        asked = many.ask(session, rows, Deed.HOLD, "The goods need a look", by=SYSTEM)
    with transaction() as session:
        session.get_one(BulkTurn, (asked.id, 0)).become(TurnState.DONE)
    runs.carry_out(asked.id)
    runs.carry_out(asked.id)
    with reading() as session:
        assert orders.open_holds(session, first.id) == []
        assert len(orders.open_holds(session, second.id)) == 1


@pytest.mark.parametrize("fields", [{"do": "hold"}, {"do": "burn", "order": "X"}, {}])
def test_nothing_selected_or_nothing_known_is_refused(service: Visitor, fields: dict[str, str]) -> None:
    assert service.send("/orders/many", page="/orders", **fields).status_code == 422


def test_many_without_a_reason_are_shown_again(small: Shop, service: Visitor) -> None:
    order = prepared({small.pencil: 1})
    fields = {"do": "hold", "order": order.number, "sure": "1", "reason": "nonsense"}
    assert service.send("/orders/many", page="/orders", **fields).status_code == 422
    with reading() as session:
        assert orders.open_holds(session, order.id) == []
