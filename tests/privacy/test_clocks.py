"""Answers are owed in 5 to 7 business days of the shop, never later than the law; staff are warned before."""

import random
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from oms.kernel import clock
from oms.kernel.db import reading, transaction
from oms.kernel.errors import ConfigurationError
from oms.privacy import checks
from oms.privacy.clocks import queries
from oms.privacy.clocks.calendar import Calendar
from oms.privacy.clocks.queries import Alarm, Dates
from oms.privacy.clocks.regimes import PROFILES, Regime, regime_of, strictest
from oms.privacy.erasure import actions
from oms.privacy.erasure.actions import Wish
from oms.privacy.models import PrivacyRequest
from oms.privacy.states import RequestState, Way
from oms.staff.states import StaffRole
from oms.web.doctor import Health
from tests.forgetting import delivered, paid
from tests.make import Shop
from tests.people import Office, Visitor, seated, words
from tests.privacy.workdays import ORACLES, Oracle

FEW, ALL = 600, 10_000
COUNTRIES = ("NL", "US", "CN", "JP", "")
FIRST, LAST = datetime(2024, 1, 2, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)
# Ends of years, both changes of the clocks on either side of the ocean, the eve of the golden weeks.
EDGES = ["2024-12-31", "2025-12-31", "2025-03-30", "2025-10-26", "2026-03-08", "2026-11-01", "2025-09-28"]


def moments(count: int) -> Iterator[datetime]:
    """Moments over three years; each fifth beside midnight of an edge."""
    choose = random.Random(20261122)  # noqa: S311 - repeatable, no secret
    seconds = int((LAST - FIRST).total_seconds())
    for number in range(count):
        if number % 5:
            yield FIRST + timedelta(seconds=choose.randrange(seconds))
        else:
            edge = datetime.fromisoformat(choose.choice(EDGES)).replace(tzinfo=UTC)
            yield edge + timedelta(hours=choose.randrange(-14, 26), seconds=choose.choice([-1, 0, 1]))


def owed(oracle: Oracle, at: datetime, country: str) -> Dates:
    """What the oracle says: the regimes are written out, the months are counted apart."""
    day = oracle.day_of(at)
    if country in {"NL", ""}:
        year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
        law = Regime.GDPR, date(year, month, min(day.day, monthrange(year, month)[1])), None, None
    elif country == "US":
        law = Regime.CCPA, day + timedelta(45), oracle.after(day, 10), oracle.after(day, 15)
    elif country == "CN":
        law = Regime.PIPL, oracle.after(day, 15), None, None
    else:
        law = Regime.GENERIC, day + timedelta(30), None, None
    regime, legal, receipt, opt_out = law
    five, seven = oracle.after(day, 5), oracle.after(day, 7)
    return Dates(regime, min(five, legal), min(seven, legal), legal, receipt, opt_out)


def wrong_dates(count: int, calendars: dict[str, Calendar]) -> list[str]:
    """Where the shop and the oracle disagree about days or alarms, of so many requests."""
    wrong = []
    for number, at in enumerate(moments(count)):
        oracle, country = ORACLES[number % 3], COUNTRIES[number % 5]
        ours = calendars[oracle.place]
        found = queries.dates(at, [country] if country else [], ours)
        if found != owed(oracle, at, country):
            wrong.append(f"{oracle.place} {country} {at}: {found}")
        if number % 10 == 0:
            wrong += wrong_alarms(found, at, oracle, ours)
    return wrong


def wrong_alarms(found: Dates, at: datetime, oracle: Oracle, ours: Calendar) -> list[str]:
    request = PrivacyRequest(received_at=at, answer_by=found.answer_by, state=RequestState.VERIFIED)
    wrong = []
    for hours in range(0, 24 * 20, 24):
        later = at + timedelta(hours=hours)
        passed = oracle.passed(oracle.day_of(at), oracle.day_of(later))
        meant = Alarm.NONE if passed < 3 else Alarm.SOON if passed < 5 else Alarm.NOW
        meant = Alarm.LATE if oracle.day_of(later) > found.answer_by else meant
        if queries.alarm(request, later, ours) is not meant:
            wrong.append(f"{oracle.place} {at} at {later}: not {meant}")
    return wrong


def own_calendars() -> dict[str, Calendar]:
    return {oracle.place: Calendar(oracle.place, oracle.zone) for oracle in ORACLES}


def test_600_requests_are_owed_on_the_day_that_the_oracle_names() -> None:
    assert wrong_dates(FEW, own_calendars()) == []


@pytest.mark.privacy
def test_10000_requests_are_owed_on_the_day_that_the_oracle_names(measured: Callable[..., None]) -> None:
    wrong = wrong_dates(ALL, own_calendars())
    measured("B09", f"{len(wrong)} of {ALL} due dates and alarms differ from the oracle", passed=not wrong)


class _NineToFive(Calendar):
    """A calendar with a planted fault: a shifted working day in China counts as a Sunday."""

    def is_working(self, day: date) -> bool:
        return day.weekday() < 5 and super().is_working(day)


class _InUtc(Calendar):
    """A calendar with a planted fault: the day ends at midnight in Greenwich."""

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(UTC).date()


@pytest.mark.parametrize("faulty", [_NineToFive, _InUtc])
def test_a_planted_fault_in_a_calendar_is_caught(faulty: type[Calendar]) -> None:
    planted = {oracle.place: faulty(oracle.place, oracle.zone) for oracle in ORACLES}
    assert len(wrong_dates(FEW, planted)) > 10


def test_before_the_golden_week_seven_business_days_take_the_shifted_sundays() -> None:
    shanghai = Calendar("CN", "Asia/Shanghai")
    asked = datetime(2026, 9, 18, 8, tzinfo=UTC)
    assert queries.dates(asked, ["CN"], shanghai).answer_by == date(2026, 9, 29)
    assert shanghai.is_working(date(2026, 9, 20))


def test_a_day_ends_at_midnight_of_the_shop_though_it_has_25_hours() -> None:
    berlin = Calendar("DE", "Europe/Berlin")
    assert berlin.end_of(date(2026, 10, 24)) == datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert berlin.end_of(date(2026, 10, 25)) == datetime(2026, 10, 25, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "end"),
    [("2026-01-31", "2026-02-28"), ("2024-01-31", "2024-02-29"), ("2025-12-31", "2026-01-31")],
)
def test_a_month_ends_on_the_same_day_or_the_last_of_a_shorter_one(day: str, end: str) -> None:
    limit = PROFILES[Regime.GDPR].answer
    assert limit.after(date.fromisoformat(day), Calendar()) == date.fromisoformat(end)


def test_more_time_with_a_reason_is_what_each_law_allows() -> None:
    asked = datetime(2026, 11, 30, 12, tzinfo=UTC)
    assert queries.extended(Regime.GDPR, asked) == date(2027, 2, 28)
    assert queries.extended(Regime.CCPA, asked) == date(2027, 2, 28)
    assert queries.extended(Regime.PIPL, asked) is None


def test_the_strictest_of_several_countries_holds() -> None:
    day, days = date(2026, 11, 23), Calendar()
    assert strictest(["US", "CN"], day, days) is Regime.PIPL
    assert strictest(["US", "JP"], day, days) is Regime.GENERIC
    assert strictest([], day, days) is Regime.GDPR
    assert [regime_of(country) for country in ("GB", "NO", "CH")] == ["GDPR", "GDPR", "generic"]


@pytest.mark.parametrize(("place", "zone"), [("XX", "UTC"), ("NL-ZZ", "UTC"), ("NL", "Mars/Olympus")])
def test_a_calendar_that_nobody_knows_is_refused(place: str, zone: str) -> None:
    with pytest.raises(ConfigurationError, match="SHOP_"):
        Calendar(place, zone)


def asked_at(unit: str, at: datetime) -> PrivacyRequest:
    with clock.held_at(at), transaction() as session:
        return actions.open_request(session, Wish((unit,), Way.NOW, "eu", "en"))


def test_the_alarm_is_at_the_desk_and_with_the_doctor_until_the_answer(
    small: Shop, desk: FlaskClient
) -> None:
    monday = datetime(2026, 11, 23, 9, tzinfo=UTC)
    request = asked_at(delivered({small.clock: 1}).unit, monday)
    assert (request.target_by, request.answer_by) == (date(2026, 11, 30), date(2026, 12, 2))
    assert request.legal_by == date(2026, 12, 23)
    said = []
    for days in (2, 3, 7, 10):
        with clock.held_at(monday + timedelta(days=days)):
            said.append(checks._pressing())
    assert said == [
        ("0", Health.WELL),
        ("business day 3: 1", Health.NOTE),
        ("business day 5: 1", Health.ILL),
        ("late: 1", Health.ILL),
    ]
    with clock.held_at(monday + timedelta(days=7)):
        overview = words(officer(desk).get("/"))
        assert "1 people to answer business day 5: 1" in overview
    actions.carry_out(request.id)
    with clock.held_at(monday + timedelta(days=10)):
        assert checks._pressing() == ("0", Health.WELL)


def officer(desk: FlaskClient, role: StaffRole = StaffRole.PRIVACY) -> Visitor:
    """Somebody at the desk who looks after privacy."""
    return seated(desk, Office().employ("pat@shop.test", role))


def test_a_request_that_waits_for_its_parcel_is_answered_at_once(small: Shop) -> None:
    request = asked_at(paid({small.clock: 1}).unit, clock.now())
    with transaction() as session:
        session.get_one(PrivacyRequest, request.id).way = Way.LATER
    actions.carry_out(request.id)
    with reading() as session:
        found = session.get_one(PrivacyRequest, request.id)
    assert found.state is RequestState.IN_PROGRESS
    assert found.answered_at is not None
    assert queries.alarm(found, clock.now() + timedelta(days=30)) is Alarm.NONE


def test_what_is_done_by_itself_is_answered_within_a_minute(
    small: Shop, measured: Callable[..., None]
) -> None:
    took = []
    for _ in range(10):
        request = asked_at(delivered({small.pencil: 1}).unit, clock.now())
        actions.carry_out(request.id)
        with reading() as session:
            found = session.get_one(PrivacyRequest, request.id)
        assert found.answered_at is not None
        took.append((found.answered_at - found.received_at).total_seconds())
    measured("B09", f"answered by itself within {max(took):.1f} s, of 60", passed=max(took) <= 60)
