"""Nothing stays a day too long and nothing goes too early, in eleven years; what is told is what happens."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from babel.dates import format_date
from flask.testing import FlaskClient

from oms.kernel import clock, jobs, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.db import reading, transaction
from oms.kernel.ids import new_id
from oms.kernel.outbox import Message
from oms.kernel.register import KINDS
from oms.orders import actions as orders
from oms.orders.personal import OrderNote
from oms.privacy.retention import actions as retention
from oms.privacy.retention import queries
from oms.risk import actions as risk
from oms.risk.personal import DoubtReasons
from oms.risk.scoring import Assessed, Sign
from tests import make
from tests.forgetting import delivered, paid, proven
from tests.people import words
from tests.privacy.alone import LIVED
from tests.privacy.years import DAY, Years

FEW, DAYS = 30, 70
HOUR = timedelta(hours=1)
ALL, ELEVEN_YEARS = 5_000, 11 * 365 + 3


@pytest.fixture
def market(shop: None) -> None:
    with transaction() as session:
        make.small_shop(session)


@pytest.mark.usefixtures("market")
def test_thirty_people_in_ten_weeks_go_on_their_day(measured: Callable[..., None]) -> None:
    lived = Years(FEW, DAYS)
    done = lived.run()
    assert (done.late, done.early) == ([], [])
    assert [again for again in lived.second_sweeps if again] == []
    assert lived.taken > FEW
    for number in (DAYS + 200, DAYS + 1100, 4017):
        lived.one_day(number)
    assert (done.late, done.early) == ([], [])
    assert len(done.ends) == 0


@pytest.mark.usefixtures("market")
def test_every_kind_and_every_table_with_a_life_is_in_these_years() -> None:
    lived = Years(FEW, DAYS)
    lived.run()
    seen = lived.expected.ever
    kinds = {k.name for k in KINDS.values() if k.type.__module__.startswith("oms.") and k.unit != "staff"}
    assert kinds - seen == set()
    assert {table.name for table, _life in queries.lives()} - seen - LIVED == set()


@pytest.mark.privacy
@pytest.mark.usefixtures("market")
def test_5000_people_in_eleven_years_go_on_their_day(measured: Callable[..., None]) -> None:
    lived = Years(ALL, ELEVEN_YEARS)
    done = lived.run()
    wrong = [again for again in lived.second_sweeps if again]
    late, early = (
        f"{', such as ' if which else ''}{' and '.join(which[:4])}" for which in (done.late, done.early)
    )
    measured("B06", f"{len(done.late)} too late, of {lived.taken} let go of{late}", passed=not done.late)
    measured("B06", f"{len(done.early)} too early on {ELEVEN_YEARS} days{early}", passed=not done.early)
    measured(
        "B06", f"{len(wrong)} of {len(lived.second_sweeps)} second sweeps found something", passed=not wrong
    )


# Moments of the day on which something ends: within an hour, on the hour, at the edges of a day.
TIMES = ["10:20:00", "22:59:59", "23:00:00", "23:00:01", "23:59:59", "00:00:00", "00:00:01"]


def test_the_day_on_the_page_is_the_day_of_the_sweep_that_takes_it(shop: None, store: FlaskClient) -> None:
    with transaction() as session:
        small = make.small_shop(session)
    now = clock.now()
    units = {}
    for count, time in enumerate(TIMES):
        at = datetime.fromisoformat(f"{(now - (20 - 2 * count) * DAY).date()}T{time}+00:00")
        with clock.held_at(at):
            order = delivered({small.pencil: 1})
            jobs.HANDLERS["orders.start_clocks"].run(Message(0, "order.delivered", {"order": order.id}))
        units[order.unit] = at + 30 * DAY
    page = words(proven(store, "ada@shop.test").get("/your-data/"))
    taken = {unit: _sweep_of(unit, end) for unit, end in units.items()}
    shown = {unit.partition(":")[2]: format_date(day, "long", locale="en_150") for unit, day in taken.items()}
    assert len(shown) == len(TIMES)
    for number, day in shown.items():
        told = re.search(rf"Order {number} E-mail .*?Gone by ([^.]+)\.", page)
        assert told is not None
        assert told.group(1) == day


def test_each_record_of_an_order_goes_on_the_day_that_its_page_says(shop: None, store: FlaskClient) -> None:
    with transaction() as session:
        small = make.small_shop(session)
    with clock.held_at(clock.now() - 3 * DAY):
        order = paid({small.pencil: 1}, delivery=replace(make.ADA, phone="+31612345678"))
        with reading() as session:
            person = vault.subject_of(session, order.unit) or new_id()
        note, doubt = (vault.prepare(person, order.unit, sort) for sort in (OrderNote, DoubtReasons))
        with transaction() as session:
            assert risk.doubt(session, order.id, Assessed(0.8, {Sign.REFUSED: 5}), doubt)
            orders.write_note(session, order.id, "Rang twice.", note, by=SYSTEM)
            orders.note_delivery(session, order.id)
        for handler in ("start_clocks", "start_clocks_of_note"):
            jobs.HANDLERS[f"orders.{handler}"].run(Message(0, "order.noted", {"order": order.id}))
    page = words(proven(store, "ada@shop.test").get("/your-data/"))
    ends = vault.ends(order.unit)
    assert set(ends) == {"order.contact", "order.delivery", "order.note", "order.doubt"}
    for end in sorted(set(ends.values())):
        kinds = [kind for kind in ends if ends[kind] == end]
        day = format_date(_sweep_of(order.unit, end, *kinds), "long", locale="en_150")
        told = {kind: _told_end(page, str(KINDS[kind].fields[0].label)) for kind in kinds}
        assert told == dict.fromkeys(kinds, day)


def _told_end(page: str, label: str) -> str:
    found = re.search(rf"{re.escape(label)} (?:(?!Gone by).)*Gone by ([^.]+)\.", page)
    return found.group(1) if found else "nothing"


def _sweep_of(unit: str, end: datetime, *kinds: str) -> date:
    """Run the retention four minutes past every hour around an end; return the day it took these, or all."""
    first = end.replace(minute=4, second=0) - 3 * HOUR
    for hours in range(8):
        with clock.held_at(first + hours * HOUR):
            jobs.SCHEDULE["privacy.run_retention"].run()
            left = vault.ends(unit)
            if not (left.keys() & set(kinds) if kinds else left):
                assert clock.now() >= end
                return clock.today()
    raise AssertionError("it was never taken")


@pytest.mark.usefixtures("market")
def test_a_sweep_that_comes_too_early_is_caught() -> None:
    lived = Years(20, 60, sweep=lambda at: retention.let_go(at + 2 * DAY))
    assert lived.run().early != []


@pytest.mark.usefixtures("market")
def test_a_sweep_that_forgets_a_week_is_caught() -> None:
    def lazy(at: datetime) -> dict[str, int]:
        return retention.let_go(at) if at.day > 7 else {}

    assert Years(20, 60, sweep=lazy).run().late != []
