"""The first page of the desk, by role."""

from oms.kernel.audit import SYSTEM
from oms.kernel.db import transaction
from oms.orders import actions as agreement
from oms.staff.states import StaffRole
from oms.web import checks  # noqa: F401 - its import makes the checks known
from tests.make import Shop
from tests.oms.desk.conftest import Seat, paid
from tests.people import words


def test_the_owner_sees_what_waits_the_day_and_the_books(goods: Shop, seat: Seat) -> None:
    order = paid({goods.clock: 2})
    with transaction() as session:
        agreement.hold(session, order.id, "a look", by=SYSTEM)
    text = words(seat(StaffRole.OWNER).get("/"))
    assert "0 to pick 0 to pack 1 held" in text
    assert "Orders 1 Goods 2 Sold, EUR €67.60" in text
    assert "Effects that gave up 0 holds" in text


def test_the_warehouse_sees_no_figures(goods: Shop, seat: Seat) -> None:
    paid({goods.clock: 2})
    page = seat(StaffRole.PICKER_PACKER).get("/")
    assert page.status_code == 200
    assert "€" not in page.text
    assert "The books" not in words(page)
