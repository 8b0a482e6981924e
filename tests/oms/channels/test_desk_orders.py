"""An order that a marketplace sold, at the desk: where it was sold, and what is decided there alone."""

import pytest
from sqlalchemy import select, update

from oms.channels.models import Connection
from oms.desk.changes import actions
from oms.desk.orders.sending.queries import ELSEWHERE
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.kernel.errors import ConflictError
from oms.orders.models import Order
from oms.orders.refunding.actions import Wanted
from oms.orders.states import OrderState
from oms.payments.models import Refund
from oms.staff.states import StaffRole
from tests import make
from tests.make import Shop
from tests.oms.channels.test_desk_allowing import allowed
from tests.oms.desk.conftest import Seat, paid, seat  # noqa: F401 - pytest finds it here
from tests.people import words


@pytest.fixture
def sold(small: Shop) -> Order:
    """Give an order that amazon-eu sold; of its person nothing is here."""
    allowed()
    order = paid({small.pencil: 2})
    with transaction(Role.MIGRATE) as session:
        session.execute(update(Order).where(Order.id == order.id).values(channel="amazon-eu"))
    return order


def test_its_page_says_where_it_was_sold_and_offers_no_money(sold: Order, seat: Seat) -> None:  # noqa: F811
    page = seat(StaffRole.SERVICE).get(f"/orders/{sold.number}")
    told = words(page)
    assert "Sold at Amazon, amazon-eu" in told
    assert ELSEWHERE in told
    assert f"/orders/{sold.number}/hold" in page.text
    assert f"/orders/{sold.number}/cancel" not in page.text
    assert f"/orders/{sold.number}/refund" not in page.text
    assert "The address is kept for the parcel alone." in told


def test_who_may_not_see_channels_is_not_led_there(sold: Order, seat: Seat) -> None:  # noqa: F811
    assert "/channels/amazon-eu" in seat(StaffRole.SERVICE).get(f"/orders/{sold.number}").text
    assert "/channels/amazon-eu" not in seat(StaffRole.PRIVACY).get(f"/orders/{sold.number}").text


def test_it_is_neither_cancelled_nor_refunded_here(sold: Order, seat: Seat) -> None:  # noqa: F811
    service = seat(StaffRole.SERVICE)
    here = f"/orders/{sold.number}"
    cancelled = service.send(f"{here}/cancel", page=here, reason="The buyer asked for it")
    refunded = service.send(f"{here}/refund", page=here, everything="y", reason="Goodwill", sure="380")
    for answer in (cancelled, refunded, service.get(f"{here}/cancel"), service.get(f"{here}/refund")):
        assert answer.status_code == 409
        assert ELSEWHERE in words(answer)
    many = service.send("/orders/many", page="/orders", order=sold.number, do="cancel")
    assert ELSEWHERE in words(many)
    with pytest.raises(ConflictError), transaction() as session:
        actions.cancel(session, sold.number, "The buyer asked for it", by=SYSTEM)
    with pytest.raises(ConflictError), transaction() as session:
        actions.refund(session, sold.number, Wanted({}, delivery=True, reason="Goodwill"), by=SYSTEM)
    assert make.state_of(sold.number) == OrderState.PLACED
    with reading() as session:
        assert list(session.scalars(select(Refund))) == []


def test_its_person_is_shown_to_nobody_at_the_desk(sold: Order, seat: Seat) -> None:  # noqa: F811
    service = seat(StaffRole.SERVICE)
    here = f"/orders/{sold.number}"
    assert f"{here}/reveal" not in service.get(here).text
    answer = service.send(f"{here}/reveal", page=here, reason="question")
    assert answer.status_code == 409
    assert "its address is shown while its parcel is made, nowhere else" in words(answer)


def test_the_list_tells_our_shop_and_each_account_apart(sold: Order, small: Shop, seat: Seat) -> None:  # noqa: F811
    ours, service = paid({small.pencil: 1}), seat(StaffRole.SERVICE)
    assert "Sold at" in words(service.get("/orders"))
    there = service.get("/orders?channel=amazon-eu").text
    assert (sold.number in there, ours.number in there) == (True, False)
    here = service.get("/orders?channel=_own").text
    assert (sold.number in here, ours.number in here) == (False, True)
    assert "No orders here" in words(service.get("/orders?channel=moon"))


def test_a_shop_that_sells_nowhere_else_has_no_such_filter(small: Shop, seat: Seat) -> None:  # noqa: F811
    order = paid({small.pencil: 1})
    assert 'name="channel"' not in seat(StaffRole.SERVICE).get("/orders").text
    assert "Sold at" not in words(seat(StaffRole.FINANCE).get(f"/orders/{order.number}"))
    with reading() as session:
        assert list(session.scalars(select(Connection))) == []
