"""B37: only what an instrument covers goes out, after two agreed; its person is told; everybody sees figures.

000-13, 000-17, 002-27, 002-28.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from oms.kernel import clock, egress, jobs
from oms.kernel.audit import Actor, ActorKind
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading, transaction
from oms.kernel.errors import BadInputError, IllegalMoveError, RefusedError
from oms.orders.models import Order
from oms.orders.personal import OrderContact
from oms.privacy.clocks import calendar
from oms.privacy.erasure import queries as erasing
from oms.privacy.official import actions, handlers, queries
from oms.privacy.official.actions import Asked
from oms.privacy.official.models import OfficialRequest
from oms.privacy.official.states import Instrument, OfficialState, Why
from oms.staff.states import StaffRole
from storefront.app import create_store
from tests import make
from tests.forgetting import delivered, proven
from tests.make import Shop
from tests.people import Office, Visitor, seated, words

PAT, KIM, LEE = (Actor(ActorKind.STAFF, number, roles=frozenset({"privacy"})) for number in ("7", "8", "9"))
NAME, MAILBOX, STREET = "order.delivery.name", "order.contact.email", "order.delivery.street"
# Everything of the two people of an order, so that a value that was not covered is seen.
SECRETS = {NAME: "Ada Lind", STREET: "Rapenburg 70", MAILBOX: "ada@shop.test", "city": "Leiden"}


@pytest.fixture
def small(shop: None, sink: Path) -> Shop:
    with transaction() as session:
        return make.small_shop(session)


def order_of(kind: Instrument, *orders: Order, fields: tuple[str, ...] = (NAME,)) -> Asked:
    """What a court asks today, about some orders."""
    numbers = tuple(order.number for order in orders)
    return Asked(kind, "Court of Leiden", numbers, fields, "C/09/1", calendar.today(), even_so=True)


def written(asked: Asked) -> OfficialRequest:
    with transaction() as session:
        return actions.write(session, asked, by=PAT)


def approved(row: OfficialRequest, *by: Actor) -> None:
    for one in by:
        with transaction() as session:
            actions.approve(session, session.get_one(OfficialRequest, row.id), by=one)


def taken(row: OfficialRequest) -> str:
    with transaction() as session:
        return actions.take(session, session.get_one(OfficialRequest, row.id), by=PAT).decode()


def again(row: OfficialRequest) -> OfficialRequest:
    with reading() as session:
        return session.get_one(OfficialRequest, row.id)


def attempt(asked: Asked, by: tuple[Actor, ...]) -> str:
    """What leaves when a request is written down, agreed to and taken; nothing where any of it refuses."""
    row = written(asked)
    try:
        approved(row, *by)
        return taken(row)
    except (BadInputError, RefusedError, IllegalMoveError):
        return ""


def told(order: Order) -> list[egress.Disclosure]:
    with reading() as session:
        found = egress.disclosed(session, unit=order.unit)
    return [one for one in found if one.recipient == egress.AUTHORITY]


def test_of_twenty_requests_only_covered_fields_leave(small: Shop, measured: Callable[..., None]) -> None:
    mine, hers = (
        delivered({small.pencil: 1}),
        delivered({small.pencil: 1}, contact=OrderContact("g@shop.test")),
    )
    valid, yesterday = order_of(Instrument.COURT_ORDER, mine), calendar.today() - timedelta(days=1)
    two = (KIM, LEE)
    cases: list[tuple[Asked, tuple[Actor, ...], frozenset[str]]] = [
        *((replace(valid, kind=k), two, frozenset({NAME})) for k in Instrument),
        (replace(valid, fields=(NAME, MAILBOX)), two, frozenset({NAME, MAILBOX})),
        (replace(valid, fields=(STREET,)), two, frozenset({STREET})),
        (replace(valid, gag_until=calendar.today() + timedelta(days=9)), two, frozenset({NAME})),
        (replace(valid, expires_on=calendar.today()), two, frozenset({NAME})),
        (replace(valid, numbers=()), two, frozenset()),
        (replace(valid, numbers=(mine.number, "7KQ2-M4XD-9B")), two, frozenset()),
        (replace(valid, fields=()), two, frozenset()),
        (replace(valid, fields=(NAME, "account.profile.nickname")), two, frozenset()),
        (replace(valid, fields=("order.delivery.birth",)), two, frozenset()),
        (replace(valid, instrument=""), two, frozenset()),
        (replace(valid, issued_on=None), two, frozenset()),
        (replace(valid, authority=" "), two, frozenset()),
        (replace(valid, expires_on=yesterday), two, frozenset()),
        (replace(valid, issued_on=calendar.today() + timedelta(days=1)), two, frozenset()),
        (valid, (KIM,), frozenset()),
        (valid, (KIM, KIM), frozenset()),
    ]
    leaked, wrong = [], []
    for asked, by, covered in cases[:20]:
        # In an emergency one is enough; a second finds nothing to agree to.
        given = attempt(asked, by[:1] if asked.kind is Instrument.EMERGENCY else by)
        out = {name for name, value in SECRETS.items() if value in given}
        leaked += sorted(out - covered)
        wrong += [asked] if out != covered or "g@shop.test" in given or hers.number in given else []
    figure = f"{len(cases)} requests: {len(leaked)} fields leaked, {len(wrong)} answered wrongly"
    measured("B37", figure, passed=len(cases) == 20 and not leaked and not wrong)
    assert told(hers) == []


def test_each_refusal_has_its_ground_and_is_counted(small: Shop) -> None:
    order = delivered({small.pencil: 1})
    valid = order_of(Instrument.WARRANT, order)
    grounds = {
        Why.NO_INSTRUMENT: replace(valid, instrument=""),
        Why.EXPIRED: replace(valid, expires_on=calendar.today() - timedelta(days=1)),
        Why.OUT_OF_SCOPE: replace(valid, fields=("request.words.text",)),
    }
    for why, asked in grounds.items():
        row = written(asked)
        assert (row.state, row.ground) == (OfficialState.REFUSED, why)
    row = written(valid)
    with transaction() as session:
        actions.refuse(session, session.get_one(OfficialRequest, row.id), Why.NOT_LAWFUL, by=KIM)
        assert queries.counters(session) == [(clock.now().year, Instrument.WARRANT, 4, 0, 4)]


def test_who_wrote_it_and_who_agreed_cannot_agree_again_nor_in_sql(small: Shop) -> None:
    row = written(order_of(Instrument.COURT_ORDER, delivered({small.pencil: 1})))
    for by in (PAT, KIM):
        if by is KIM:
            approved(row, KIM)
        with pytest.raises(RefusedError, match="Somebody else"):
            approved(row, by)
    with pytest.raises(IllegalMoveError, match="two have not agreed"):
        taken(row)
    for change in (
        "approver1 = written_by",
        "approver2 = approver1",
        "approver2 = written_by",
        "state = 'approved'",
        "state = 'disclosed'",
    ):
        with pytest.raises(IntegrityError), transaction(Role.WORKER) as session:
            session.execute(text(f"UPDATE official_requests SET {change}"))
    assert again(row).state is OfficialState.WRITTEN


def test_it_is_taken_once_and_not_after_its_end(small: Shop) -> None:
    row = written(order_of(Instrument.COURT_ORDER, delivered({small.pencil: 1})))
    late = written(order_of(Instrument.COURT_ORDER, delivered({small.pencil: 1})))
    approved(row, KIM, LEE)
    approved(late, KIM, LEE)
    given = json.loads(taken(row))
    assert [one["fields"] for one in given["orders"]] == [{NAME: "Ada Lind"}]
    with pytest.raises(IllegalMoveError, match="nothing to take"):
        taken(row)
    with clock.held_at(clock.now() + actions.TO_TAKE):
        with pytest.raises(IllegalMoveError, match="nothing to take"):
            taken(late)
        handlers.keep_time()
    assert again(late).state is OfficialState.LAPSED


def test_the_person_is_told_and_sees_it(small: Shop, store: FlaskClient, sink: Path) -> None:
    order = delivered({small.pencil: 1})
    row = written(order_of(Instrument.COURT_ORDER, order, fields=(NAME, MAILBOX)))
    approved(row, KIM, LEE)
    taken(row)
    jobs.drain()
    mails = [path.read_text() for path in sink.glob("*.eml")]
    assert any("An authority asked about your order" in one for one in mails)
    (seen,) = told(order)
    assert seen.fields == [MAILBOX, NAME]
    page = words(proven(store, "ada@shop.test").get("/your-data/"))
    assert "Authority" in page
    assert "court order, Court of Leiden C/09/1" in page
    with reading() as session:
        assert egress.AUTHORITY not in erasing.recipients_of(session, order.unit)


def test_a_gag_keeps_quiet_until_its_end_and_not_longer(small: Shop, store: FlaskClient, sink: Path) -> None:
    order = delivered({small.pencil: 1})
    ends = calendar.today() + timedelta(days=5)
    row = written(replace(order_of(Instrument.WARRANT, order), gag_until=ends))
    approved(row, KIM, LEE)
    taken(row)
    handlers.keep_time()
    jobs.drain()
    assert told(order) == []
    assert "Court of Leiden" not in words(proven(store, "ada@shop.test").get("/your-data/"))
    quiet = len([path for path in sink.glob("*.eml") if "An authority" in path.read_text()])
    with clock.held_at(clock.now() + timedelta(days=6)):
        handlers.keep_time()
        handlers.keep_time()
    (seen,) = told(order)
    jobs.drain()
    after = len([path for path in sink.glob("*.eml") if "An authority" in path.read_text()])
    assert (quiet, after, seen.at) == (0, 1, again(row).given_at)


@pytest.mark.parametrize(
    ("zone", "last", "first"),
    [
        ("Europe/Amsterdam", "2026-12-05T22:59:59", "2026-12-05T23:00:00"),
        ("America/Los_Angeles", "2026-12-06T07:59:59", "2026-12-06T08:00:00"),
        ("Asia/Shanghai", "2026-12-05T15:59:59", "2026-12-05T16:00:00"),
    ],
)
def test_a_silence_lasts_to_the_end_of_its_day_at_the_shop(
    small: Shop, settings: Settings, zone: str, last: str, first: str
) -> None:
    begun, last_day = datetime(2026, 12, 1, 12, tzinfo=UTC), date(2026, 12, 5)
    calendar.configure(replace(settings, shop_time_zone=zone))
    try:
        with clock.held_at(begun):
            order = delivered({small.pencil: 1})
            row = written(replace(order_of(Instrument.WARRANT, order), gag_until=last_day))
            approved(row, KIM, LEE)
            taken(row)
        for moment, count in ((last, 0), (first, 1)):
            with clock.held_at(datetime.fromisoformat(f"{moment}+00:00")):
                handlers.keep_time()
            assert len(told(order)) == count, moment
    finally:
        calendar.configure(settings)


def test_a_silence_that_ends_early_is_told_at_once_and_none_lasts_longer_than_a_year(small: Shop) -> None:
    order = delivered({small.pencil: 1})
    asked = order_of(Instrument.WARRANT, order)
    with pytest.raises(BadInputError, match="at most a year"):
        written(replace(asked, gag_until=calendar.today() + timedelta(days=400)))
    row = written(replace(asked, gag_until=calendar.today() + timedelta(days=5)))
    approved(row, KIM, LEE)
    taken(row)
    assert told(order) == []
    with transaction() as session:
        actions.keep_quiet(session, session.get_one(OfficialRequest, row.id), None, by=KIM)
    (seen,) = told(order)
    assert (seen.fields, seen.at) == ([NAME], again(row).given_at)


def test_who_has_nothing_that_was_asked_for_is_told_nothing(small: Shop) -> None:
    order = delivered({small.pencil: 1})
    row = written(order_of(Instrument.WARRANT, order, fields=("order.delivery.phone",)))
    approved(row, KIM, LEE)
    assert json.loads(taken(row))["orders"] == [{"order": order.number, "fields": {}}]
    assert told(order) == []
    with reading() as session:
        assert [one.told_at for one in queries.units_of(session, row.id)] == [None]


def test_what_has_expired_since_two_agreed_is_not_taken(small: Shop) -> None:
    asked = replace(
        order_of(Instrument.COURT_ORDER, delivered({small.pencil: 1})), expires_on=calendar.today()
    )
    with clock.held_at(datetime.combine(calendar.today(), time(12), UTC)):
        row = written(asked)
        approved(row, KIM, LEE)
    tomorrow = datetime.combine(calendar.today(), time(12), UTC) + timedelta(hours=13)
    with clock.held_at(tomorrow), pytest.raises(IllegalMoveError, match="nothing to take"):
        taken(row)


def test_an_emergency_is_short_and_reviewed_by_another(small: Shop) -> None:
    order = delivered({small.pencil: 1})
    row = written(Asked(Instrument.EMERGENCY, "Police of Leiden", (order.number,), (NAME,)))
    with pytest.raises(RefusedError):
        approved(row, PAT)
    approved(row, KIM)
    found = again(row)
    assert found.ends_at is not None
    assert found.approved_at is not None
    assert found.ends_at - found.approved_at == timedelta(hours=24)
    assert "Ada Lind" in taken(row)
    with reading() as session:
        assert queries.unreviewed(session, clock.now()) == 0
        assert queries.unreviewed(session, clock.now() + timedelta(days=9)) == 1
    for by in (PAT, KIM):
        with pytest.raises(RefusedError, match="Somebody else"), transaction() as session:
            actions.review(session, session.get_one(OfficialRequest, row.id), by=by)
    with transaction() as session:
        actions.review(session, session.get_one(OfficialRequest, row.id), by=LEE)
        assert queries.unreviewed(session, clock.now() + timedelta(days=9)) == 0


def test_everybody_sees_figures_and_no_name(small: Shop, store: FlaskClient, settings: Settings) -> None:
    reader = Visitor(store)
    assert "None so far" in words(reader.get("/transparency"))
    assert "/transparency" in reader.get("/privacy").text
    order = delivered({small.pencil: 1})
    row = written(order_of(Instrument.REGULATOR, order))
    approved(row, KIM, LEE)
    taken(row)
    with reading() as session:
        assert queries.counters(session) == [(clock.now().year, Instrument.REGULATOR, 1, 1, 0)]
    # Another process, which has no page of before.
    shown = words(Visitor(create_store(settings).test_client()).get("/transparency"))
    assert f"{clock.now().year} order of a regulator 1 1 0" in shown
    assert not [word for word in (order.number, *SECRETS.values()) if word in shown]


def at_the_desk(desk: FlaskClient, email: str) -> Visitor:
    return seated(desk, Office().employ(email, StaffRole.PRIVACY))


def test_what_is_typed_wrong_is_said_and_refused_only_on_purpose(small: Shop, desk: FlaskClient) -> None:
    order, officer = delivered({small.pencil: 1}), at_the_desk(desk, "pat@shop.test")
    typed = {"kind": "warrant", "authority": "Court", "instrument": "C 1", "fields": NAME}
    typed |= {"issued_on": f"{calendar.today():%Y-%m-%d}", "numbers": order.number.lower()}
    wrong = {"numbers": "7KQ2-M4XD-9B", "instrument": "", "issued_on": "", "fields": []}
    for name, value in wrong.items():
        assert officer.send("/privacy/official", **{**typed, name: value}).status_code == 422, name
    with reading() as session:
        assert queries.counters(session) == []
    sent = {**typed, "instrument": "", "even_so": "y"}
    assert officer.send("/privacy/official", **sent).status_code == 303
    assert officer.send("/privacy/official", **typed).status_code == 303
    with reading() as session:
        assert queries.counters(session) == [(clock.now().year, Instrument.WARRANT, 2, 0, 1)]


def test_the_desk_writes_agrees_by_two_and_takes(small: Shop, desk: FlaskClient) -> None:
    order = delivered({small.pencil: 1})
    officer = at_the_desk(desk, "pat@shop.test")
    fields = {"kind": "court order", "authority": "Court", "instrument": "C 1", "numbers": order.number}
    dated = {"issued_on": f"{calendar.today():%Y-%m-%d}", "fields": NAME}
    answer = officer.send("/privacy/official", **fields, **dated)
    path = answer.headers["Location"].partition("/oms")[2] or answer.headers["Location"]
    assert "Agree" not in words(officer.get(path)).partition("Nobody may be told")[2]
    assert officer.send(f"{path}/approve", page=path).status_code == 403
    for email in ("kim@shop.test", "lee@shop.test"):
        assert at_the_desk(desk, email).send(f"{path}/approve", page=path).status_code == 303
    given = officer.send(f"{path}/take", page=path)
    assert given.mimetype == "application/json"
    assert "Ada Lind" in given.text
    assert "Rapenburg" not in given.text
    assert officer.send(f"{path}/refuse", page=path, why="not lawful").status_code in {403, 409}
    page = words(officer.get(path))
    assert "Told 1 of 1" in page
    assert "Ada Lind" not in page
