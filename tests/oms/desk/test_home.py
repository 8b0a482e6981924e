"""The first page of the desk, by role."""

from datetime import datetime, timedelta

from flask.testing import FlaskClient
from sqlalchemy import text, update

from oms import cli  # noqa: F401 - its import makes every check known
from oms.desk.home import queries
from oms.desk.home.queries import Wait
from oms.fulfillment.actions import cancel_order
from oms.kernel import clock, jobs
from oms.kernel.audit import SYSTEM, Actor, ActorKind
from oms.kernel.db import Role, transaction
from oms.orders import actions as agreement
from oms.privacy.exports import actions as exports
from oms.privacy.exports.actions import Wanted
from oms.privacy.exports.states import ExportKind
from oms.privacy.minors.models import MinorCase
from oms.privacy.official import actions as official
from oms.privacy.official.actions import Asked
from oms.privacy.official.states import Instrument
from oms.staff.states import StaffRole
from oms.web import doctor
from oms.web.doctor import Finding, Health
from tests.make import Shop
from tests.oms.desk.conftest import Seat, paid
from tests.people import Office, seated, words
from tests.privacy.children import suspected


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


def test_only_who_may_act_sees_what_waits_for_them_and_how_long_is_left(
    small: Shop, desk: FlaskClient
) -> None:
    pat, kim = (Office().employ(f"{name}@shop.test", StaffRole.PRIVACY) for name in ("pat", "kim"))
    sam = Office().employ("sam@shop.test", StaffRole.SERVICE)
    by = Actor(ActorKind.STAFF, str(pat.id), roles=frozenset({"privacy"}))
    order = paid({small.clock: 1})
    case, now = suspected(order), clock.now()
    asked = Asked(
        Instrument.COURT_ORDER, "Court", (order.number,), ("order.delivery.name",), "C/1", now.date()
    )
    with transaction() as session:
        session.execute(
            update(MinorCase).where(MinorCase.id == case.id).values(erase_after=now + timedelta(days=3.5))
        )
        exports.ask(session, Wanted(ExportKind.ADDRESSES, (order.number,), "A recall"), by=by)
        official.write(session, asked, by=by)
    shown = {one: words(seated(desk.application.test_client(), one).get("/")) for one in (pat, kim, sam)}
    child = "1 suspected children first: 3 days left"
    assert f"{child} 0 official requests 0 lists of people" in shown[pat]
    assert f"{child} 1 official requests 1 lists of people first: 2 days left" in shown[kim]
    assert "1 lists of people first: 2 days left" in shown[sam]
    assert "suspected children" not in shown[sam]
    assert "official requests" not in shown[sam]


def test_what_is_agreed_to_waits_for_who_takes_it_and_an_emergency_for_its_review(small: Shop) -> None:
    order, now = paid({small.clock: 1}), clock.now()
    pat, kim, lee = (Actor(ActorKind.STAFF, one, roles=frozenset({"privacy"})) for one in "789")
    asked = Asked(Instrument.EMERGENCY, "Police", (order.number,), ("order.delivery.name",))
    with transaction() as session:
        row = official.write(session, asked, by=pat)
        official.approve(session, row, by=kim)
        agreed = {one.id: queries.waits_for(session, one.id, now)["official"] for one in (pat, kim, lee)}
        ends_at = row.ends_at
        late = queries.waits_for(session, pat.id, now + timedelta(days=2))["official"]
        official.take(session, row, by=lee)
        given = {one.id: queries.waits_for(session, one.id, now)["official"] for one in (pat, kim, lee)}
        official.review(session, row, by=lee)
        over = queries.waits_for(session, lee.id, now)["official"]
    assert agreed == dict.fromkeys("789", Wait(1, ends_at))
    assert late == Wait(0, None)
    assert given == {"7": Wait(0, None), "8": Wait(0, None), "9": Wait(1, row.review_by)}
    assert over == Wait(0, None)
