"""Who at the desk sees people: the cleared alone, each look on record once, too many within a minute."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import FrameType

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from oms.kernel import audit, clock, jobs, vault
from oms.kernel.audit import Actor, ActorKind, AuditEntry
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading, transaction
from oms.kernel.errors import BadInputError, RefusedError
from oms.kernel.ids import new_id
from oms.kernel.register import KINDS, Purpose
from oms.kernel.vault import records
from oms.orders.personal import OrderContact, OrderDelivery
from oms.privacy import handlers
from oms.privacy.watching import actions, queries
from oms.privacy.watching.models import Alert
from oms.staff import actions as staffing
from oms.staff import queries as staff
from oms.staff.actions import Clearance
from oms.staff.models import UNUSED, Staff
from oms.staff.states import PERSONAL, StaffRole
from oms.web.permissions import Permission
from tests.forgetting import delivered
from tests.kernel.tampering import LINKS, undetected
from tests.make import Shop
from tests.people import Office, Visitor, seated, words

ADAS = ("Ada Lind", "ada@shop.test", "Rapenburg", "A···")
WATCH = "privacy.watch_looks"
YEAR = timedelta(days=366)
ALL, FEW = 1_000, 40


def employed(desk: FlaskClient, *roles: StaffRole) -> tuple[Staff, Visitor]:
    found = Office().employ(f"{roles[0]}@shop.test", *roles)
    return found, seated(desk.application.test_client(), found)


def cleared(member: Staff, **days: int | None) -> None:
    """Set the days of training and promise, so many from today; None where it never was."""
    with transaction() as session:
        found = session.get_one(Staff, member.id)
        for name, away in days.items():
            setattr(found, name, None if away is None else clock.today() + timedelta(days=away))


def test_without_a_training_of_this_year_nobody_sees_a_person(
    small: Shop, desk: FlaskClient, measured: Callable[..., None]
) -> None:
    order = delivered({small.pencil: 1})
    member, visitor = employed(desk, StaffRole.OWNER)
    with visitor.client:
        assert "A···" in visitor.get(f"/orders/{order.number}").text
    cleared(member, trained_on=-YEAR.days)
    seen = []
    for rule in desk.application.url_map.iter_rules():
        path = rule.rule.replace("<number>", order.number).replace("<int:number>", "1")
        if "GET" in (rule.methods or set()) and "<" not in path:
            text = visitor.get(path).text
            seen += [(path, word) for word in ADAS if word in text]
    assert visitor.send(f"/orders/{order.number}/reveal", page="/", reason="returned").status_code == 403
    assert visitor.get("/privacy").status_code == 403
    assert visitor.get("/pack").status_code == 403
    measured("B28", f"{len(seen)} personal words on any page for staff without training", passed=not seen)


def test_a_clearance_has_both_days_and_ends_after_a_year(shop: None, desk: FlaskClient) -> None:
    member, visitor = employed(desk, StaffRole.OWNER)
    today = clock.today()
    path = f"/staff/{member.id}"
    cleared(member, trained_on=-YEAR.days)
    assert "training or promise of secrecy is missing" in words(visitor.get(path))
    fields = {"trained_on": today.isoformat(), "confidential_on": today.isoformat()}
    assert visitor.send(f"{path}/clearance", page=path, **fields).status_code == 303
    assert visitor.get("/privacy").status_code == 200
    found = Office().member(member.id)
    assert found.permissions_on(today) == frozenset(Permission)
    assert found.permissions_on(today + YEAR) == frozenset(Permission) - PERSONAL
    with pytest.raises(BadInputError), transaction() as session:
        late = Clearance(today + timedelta(days=1), today)
        staffing.note_clearance(session, member.id, late, by=member.actor)


@pytest.mark.parametrize(
    "days",
    [
        {"trained_on": None},
        {"confidential_on": None},
        {"confidential_on": 1},
        {"trained_on": -YEAR.days},
        {"trained_on": None, "confidential_on": None},
    ],
)
def test_without_either_record_nobody_is_seen(
    shop: None, desk: FlaskClient, days: dict[str, int | None]
) -> None:
    member, visitor = employed(desk, StaffRole.PRIVACY)
    assert visitor.get("/privacy").status_code == 200
    cleared(member, **days)
    assert visitor.get("/privacy").status_code == 403
    cleared(member, trained_on=1 - YEAR.days, confidential_on=0)
    assert visitor.get("/privacy").status_code == 200


def test_a_leaver_is_off_the_desk_with_the_next_click(shop: None, desk: FlaskClient) -> None:
    boss, _ = employed(desk, StaffRole.OWNER)
    member, visitor = employed(desk, StaffRole.PRIVACY)
    assert visitor.get("/privacy").status_code == 200
    with transaction() as session:
        staffing.let_go(session, member.id, by=boss.actor)
    assert visitor.get("/privacy").status_code in {302, 303, 401}


def test_roles_that_nobody_used_for_ninety_days_are_reported(shop: None, desk: FlaskClient) -> None:
    member, visitor = employed(desk, StaffRole.PRIVACY, StaffRole.FINANCE)
    assert visitor.get("/privacy").status_code == 200
    later = clock.today() + UNUSED
    with reading() as session:
        assert staff.unused_grants(session, clock.today() - UNUSED) == []
        unused = [(s.id, role) for s, role in staff.unused_grants(session, clock.today() + timedelta(days=1))]
        assert unused == [(member.id, StaffRole.FINANCE), (member.id, StaffRole.PRIVACY)]
        assert staff.unused_grants(session, later) != []


def test_of_two_old_roles_the_idle_one_alone_is_reported(shop: None) -> None:
    member = Office().employ("both@shop.test", StaffRole.PRIVACY, StaffRole.FINANCE)
    with transaction() as session:
        for grant in session.get_one(Staff, member.id).grants:
            grant.granted_at = clock.now() - timedelta(days=100)
        # What both roles allow would keep both.
        staffing.note_use(session, member.id, Permission.FINANCE_READ)
    with reading() as session:
        unused = staff.unused_grants(session, clock.today() - UNUSED)
        assert [(one.id, role) for one, role in unused] == [(member.id, StaffRole.PRIVACY)]


def look(member: Staff, units: list[str]) -> None:
    with transaction() as session:
        for unit in units:
            vault.open_many(session, (OrderContact,), unit, purpose=Purpose.AFTER_SALES, by=member.actor)


def test_unusually_many_looks_raise_one_alert_within_a_minute(
    small: Shop, desk: FlaskClient, settings: Settings, measured: Callable[..., None]
) -> None:
    units = [delivered({small.pencil: 1}).unit for _ in range(4)]
    member, visitor = employed(desk, StaffRole.PRIVACY)
    _, other = employed(desk, StaffRole.OWNER)
    look(member, units[:3] * 2)
    with transaction() as session:
        assert actions.watch(session, 3) == 0
    look(member, units)
    begun = clock.now()
    handlers.configure(replace(settings, looks_per_hour=3))
    assert jobs.run_scheduled(WATCH)
    handlers.configure(settings)
    with transaction() as session:
        assert actions.watch(session, 3) == 0
    with reading() as session:
        alert = session.scalars(select(Alert)).one()
    # The look can fall right behind a run; the next comes with the job's interval.
    slowest = jobs.SCHEDULE[WATCH].every + (alert.at - begun)
    assert (alert.actor_id, alert.units) == (str(member.id), 4)
    with pytest.raises(RefusedError), transaction() as session:
        actions.see_to(session, alert.id, by=member.actor)
    assert "Unusually many looks" in words(visitor.get("/privacy/looks"))
    assert other.send(f"/privacy/looks/{alert.id}/seen", page="/privacy/looks").status_code == 303
    with reading() as session:
        assert queries.alerts(session) == []
    figure = f"alert at most {slowest.total_seconds():.1f} s after the look, with the wait for the job's run"
    measured("B30", figure, passed=slowest <= timedelta(seconds=60))


# -- the instrumented run: what staff open, counted from outside, beside what the audit says -----------------


@contextmanager
def instrumented() -> Iterator[Counter[tuple[str, str]]]:
    """Count every kind of record that staff really get of a unit, as the vault gives it."""
    counted: Counter[tuple[str, str]] = Counter()
    codes = {getattr(records, name).__code__ for name in ("open_many", "open_each", "open_row")}

    def watch(frame: FrameType, event: str, given: object) -> None:
        if event != "return" or frame.f_code not in codes or given is None:
            return
        seen = frame.f_locals
        if seen["by"].kind is not ActorKind.STAFF:
            return
        if frame.f_code.co_name == "open_many":
            for cls in given.by_type:  # type: ignore[attr-defined]
                counted[seen["unit"], audited(cls)] += 1
        elif given:
            counted[seen.get("unit") or seen["row"].unit, seen["kind"].name] += 1

    sys.setprofile(watch)
    try:
        yield counted
    finally:
        sys.setprofile(None)


def audited(cls: type) -> str:
    return next(kind.name for kind in KINDS.values() if kind.type is cls)


def written() -> Counter[tuple[str, str]]:
    with reading() as session:
        rows = session.execute(
            select(AuditEntry.about, AuditEntry.fields).where(
                AuditEntry.actor_kind == ActorKind.STAFF, AuditEntry.verb == "vault.open"
            )
        )
        return Counter((row.about, row.fields[0].rpartition(".")[0]) for row in rows)


def test_every_look_is_on_record_once(small: Shop, desk: FlaskClient, measured: Callable[..., None]) -> None:
    orders = [delivered({small.pencil: 1}) for _ in range(3)]
    _, visitor = employed(desk, StaffRole.OWNER)
    before = written()
    with instrumented() as given:
        for order in orders:
            path = f"/orders/{order.number}"
            visitor.get(path)
            visitor.send(f"{path}/reveal", page=path, reason="returned")
        for rule in desk.application.url_map.iter_rules():
            path = rule.rule.replace("<number>", orders[0].number).replace("<int:number>", "1")
            if "GET" in (rule.methods or set()) and "<" not in path:
                visitor.get(path)
    entries = written() - before
    missing, double = given - entries, entries - given
    figure = f"{given.total()} looks, {missing.total()} missing, {double.total()} double"
    measured("B29", figure, passed=given.total() >= 6 and not missing and not double)


def test_a_look_without_a_record_is_counted_as_missing(small: Shop) -> None:
    order = delivered({small.pencil: 1})
    with instrumented() as given, pytest.raises(ZeroDivisionError), transaction() as session:
        by = Actor(ActorKind.STAFF, "1", roles=frozenset({"service"}))
        vault.open_record(session, OrderDelivery, order.unit, purpose=Purpose.AFTER_SALES, by=by)
        raise ZeroDivisionError
    assert (given - written()).total() == 1


def write(count: int) -> None:
    by = Actor(ActorKind.STAFF, "4")
    with transaction() as session:
        for number in range(count):
            at, fields = clock.now() + timedelta(seconds=number), ("order.delivery.name",)
            with clock.held_at(at):
                audit.record(
                    session,
                    by,
                    "vault.open",
                    f"order:{number}",
                    subject_id=new_id(),
                    purpose="delivery",
                    reason="label",
                    fields=fields,
                )
    with transaction(Role.AUDIT) as session:
        audit.chain(session)


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("count", [FEW, pytest.param(ALL, marks=pytest.mark.privacy)])
def test_every_tampering_is_found_and_a_cut_tail_too(
    tmp_path: Path, measured: Callable[..., None], count: int
) -> None:
    write(LINKS)
    anchors = tmp_path / "anchors"
    with reading() as session:
        assert audit.anchor(session, anchors) == LINKS
    missed = undetected(count, anchors)
    with reading() as session:
        assert audit.verify(session, anchors).is_whole
    measured("B29", f"{count - len(missed)} of {count} tamperings found", passed=not missed)
