"""The first page of the desk, by role."""

from datetime import datetime

from sqlalchemy import text

from oms import cli  # noqa: F401 - its import makes every check known
from oms.fulfillment.actions import cancel_order
from oms.kernel import clock, jobs
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, transaction
from oms.orders import actions as agreement
from oms.staff.states import StaffRole
from oms.web import doctor
from oms.web.doctor import Finding, Health
from tests.make import Shop
from tests.oms.desk.conftest import Seat, paid
from tests.people import words


def test_the_owner_sees_what_waits_the_day_and_the_books(small: Shop, seat: Seat) -> None:
    order = paid({small.clock: 2})
    with transaction() as session:
        agreement.hold(session, order.id, "a look", by=SYSTEM)
    page = seat(StaffRole.OWNER).get("/")
    shown = words(page)
    assert "0 to pick 0 to pack 1 held" in shown
    assert "Orders 1 Goods 2 Sold, EUR €67.60" in shown
    mended, holding = page.text.split("<details", 1)
    assert "Effects that gave up" not in mended
    assert "Effects that gave up" in holding
    assert "Keyring in another cluster" in mended
    assert "Effects that gave up 0 holds" in shown


def test_a_script_reads_the_books_as_the_command_prints_them(small: Shop, seat: Seat) -> None:
    with transaction(Role.MIGRATE) as session:
        session.execute(text("UPDATE stock_levels SET reserved = 3"))
    asked = seat(StaffRole.OWNER).client.get("/", headers={"Accept": "application/json"})
    assert (asked.status_code, asked.mimetype) == (200, "application/json")
    answer = asked.get_json()
    assert answer["is_well"] is False
    assert datetime.fromisoformat(answer["checked"]) <= clock.now()
    found = {one["name"]: (one["figure"], one["health"], bool(one["advice"])) for one in answer["findings"]}
    assert set(found) == set(doctor.CHECKS)
    assert found["Stock counters that their ledger does not explain"] == ("2", "ill", True)
    told = doctor.told([Finding("a", "1", Health.NOTE, "Look.")])
    assert told == {
        "is_well": True,
        "findings": [{"name": "a", "figure": "1", "health": "note", "advice": "Look."}],
    }


def test_a_script_of_somebody_else_reads_no_books(small: Shop, seat: Seat) -> None:
    asked = seat(StaffRole.SERVICE).client.get("/", headers={"Accept": "application/json"})
    assert asked.status_code == 403
    assert "findings" not in asked.text


def test_the_warehouse_sees_no_figures(small: Shop, seat: Seat) -> None:
    paid({small.clock: 2})
    page = seat(StaffRole.PICKER_PACKER).get("/")
    assert page.status_code == 200
    assert "€" not in page.text
    assert "The books" not in words(page)


def test_what_is_held_waits_in_no_other_queue_and_nothing_is_held_once_cancelled(
    small: Shop, seat: Seat
) -> None:
    order = paid({small.clock: 2})
    jobs.drain()
    owner = seat(StaffRole.OWNER)
    assert "1 to pick 0 to pack 0 held" in words(owner.get("/"))
    with transaction() as session:
        agreement.hold(session, order.id, "a look", by=SYSTEM)
    assert "0 to pick 0 to pack 1 held" in words(owner.get("/"))
    assert "Held: a look" in words(owner.get(f"/orders/{order.number}"))
    with transaction() as session:
        cancel_order(session, order.id, by=SYSTEM, why="The goods cannot be sent")
    assert "0 to pick 0 to pack 0 held" in words(owner.get("/"))
    assert "Held: a look" not in words(owner.get(f"/orders/{order.number}"))
