"""What to order, at the desk: the list, one SKU with its forecast, how it is bought, what was ordered."""

import csv
import io
import re
from datetime import date, timedelta

import pytest

from oms.insights import handlers
from oms.insights.models import DemandForecast, ReplenishmentOrder
from oms.inventory import actions as stock
from oms.inventory.actions import Move
from oms.inventory.states import MovementKind
from oms.kernel import audit, clock
from oms.kernel.audit import SYSTEM
from oms.kernel.db import reading, transaction
from oms.staff.states import StaffRole
from tests.make import Shop
from tests.oms.desk.conftest import Seat
from tests.oms.insights.conftest import date_movements, forecast_of, sell
from tests.people import Visitor, words

RULE = {"lead_days": "", "review_days": "", "pack": "", "reorder_at": "", "is_watched": "y"}
SKU = "/replenish/RETRO-CLOCK"


@pytest.fixture
def owner(small: Shop, seat: Seat) -> Visitor:
    """Give an owner."""
    return seat(StaffRole.OWNER)


@pytest.fixture
def low(small: Shop) -> Shop:
    """A shop that sells two clocks a day for sixty days, and has twenty left."""
    date_movements(small.clock, 60)
    sell(small.clock, [(days, 2) for days in range(1, 61)])
    handlers.forecast_demand()
    handlers.find_what_to_reorder()
    return small


def save(owner: Visitor, **changed: str) -> int:
    return owner.send(f"{SKU}/rule", page=SKU, **{**RULE, **changed}).status_code


def test_what_is_low_is_listed_with_a_quantity_and_a_reason(low: Shop, owner: Visitor) -> None:
    text = words(owner.get("/replenish"))
    assert "RETRO-CLOCK Retro clock 20 0 2 10 days 28 22" in text
    assert "28 sell in the 14 days until goods come; 0 in reserve." in text
    assert "CEDAR-PENCIL" not in text
    assert "1 to order" in words(owner.get("/"))


def test_what_runs_low_next_stands_below(low: Shop, owner: Visitor) -> None:
    date_movements(low.pencil, 60)
    sell(low.pencil, [(days, 1) for days in range(1, 61)])
    with transaction() as session:
        session.get_one(DemandForecast, low.pencil).made_on -= timedelta(days=1)
    handlers.forecast_demand()
    text = words(owner.get("/replenish"))
    assert "Next to run low" in text
    assert "CEDAR-PENCIL Cedar pencil 100 0 1 100 days 14" in text


def test_a_full_shop_has_nothing_to_order(small: Shop, owner: Visitor) -> None:
    page = owner.get("/replenish")
    assert "Nothing to order" in words(page)
    assert "replenish.csv" not in page.text


def test_one_sku_tells_its_weeks_and_how_sure_the_forecast_is(small: Shop, owner: Visitor) -> None:
    date_movements(small.clock, 120)
    sell(small.clock, [(days, 1 + days * days % 5) for days in range(1, 121)])
    handlers.forecast_demand()
    found = forecast_of(small.clock)
    page = owner.get(SKU)
    text = words(page)
    assert f"The forecast misses by {found.error:.1f} units a day" in text
    assert f"misses by {found.naive_error:.1f}." in text
    assert "Tried on 84 past days" in text
    assert page.text.count("<rect ") == 12
    assert page.text.count('class="ahead"') == 4
    assert text.count("expected") >= 4


def test_a_sku_with_little_history_has_no_figure(small: Shop, owner: Visitor) -> None:
    assert "no forecast yet" in words(owner.get(SKU))
    date_movements(small.clock, 10)
    sell(small.clock, [(3, 2)])
    handlers.forecast_demand()
    text = words(owner.get(SKU))
    assert "Too little sold yet to say how good a forecast is; there is a history of 10 days." in text
    assert "MASE" not in text


def test_a_rule_by_hand_is_kept_recorded_and_taken_at_once(low: Shop, owner: Visitor) -> None:
    assert save(owner, pack="12", lead_days="7") == 303
    text = words(owner.get(SKU))
    assert "enough" in text
    assert "14 sell in the 7 days until goods come" in text
    assert save(owner, reorder_at="25", pack="12") == 303
    assert "24 Set by hand." in words(owner.get("/replenish"))
    with reading() as session:
        assert [one.verb for one in audit.about(session, f"variant:{low.clock}")] == ["stock.rule"] * 2


@pytest.mark.parametrize(
    "wrong", [{"lead_days": "0"}, {"pack": "0"}, {"reorder_at": "-1"}, {"review_days": "x"}]
)
def test_a_rule_that_cannot_be_is_refused_and_nothing_changes(
    low: Shop, owner: Visitor, wrong: dict[str, str]
) -> None:
    before = forecast_of(low.clock).reorder_point
    assert save(owner, **wrong) == 422
    assert forecast_of(low.clock).reorder_point == before


def test_what_was_ordered_is_on_its_way_and_ends_the_alert(low: Shop, owner: Visitor) -> None:
    day = clock.today() + timedelta(days=9)
    answer = owner.send(f"{SKU}/ordered", page=SKU, units="30", expected_on=day.isoformat())
    assert answer.status_code == 303
    assert "Nothing to order" in words(owner.get("/replenish"))
    assert "30 by " in words(owner.get(SKU))
    with transaction() as session:
        session.get_one(ReplenishmentOrder, low.clock).expected_on = clock.today() - timedelta(days=1)
    handlers.find_what_to_reorder()
    text = words(owner.get(SKU))
    assert "late, and counted no more" in text
    assert "order now" in text


def as_shown(owner: Visitor, day: date) -> int:
    """Send the form of what was ordered as the page shows it, with another day."""
    found = re.search(r'<input[^>]*name="units"[^>]*value="(\d*)"', owner.get(SKU).text)
    assert found is not None
    told = {"units": found.group(1), "expected_on": day.isoformat()}
    return owner.send(f"{SKU}/ordered", page=SKU, **told).status_code


def receive(low: Shop, units: int) -> None:
    with transaction() as session:
        stock.receive(session, low.clock, low.leiden, units, by=SYSTEM)


def test_another_day_counts_nothing_twice_that_came(low: Shop, owner: Visitor) -> None:
    assert save(owner, reorder_at="100") == 303
    day = clock.today() + timedelta(days=9)
    told = {"units": "100", "expected_on": day.isoformat()}
    assert owner.send(f"{SKU}/ordered", page=SKU, **told).status_code == 303
    assert "Nothing to order" in words(owner.get("/replenish"))
    receive(low, 40)
    with transaction() as session:
        lost = Move(low.clock, low.leiden, MovementKind.WRITE_OFF, 30)
        stock.move(session, [lost], by=SYSTEM)
    handlers.find_what_to_reorder()
    text = words(owner.get(SKU))
    assert "40 of 100 came; 60 by " in text
    assert "order now" in text
    assert as_shown(owner, day + timedelta(days=5)) == 303
    text = words(owner.get(SKU))
    assert "Free 30 On the way 60 Ordered 60 by " in text
    # 30 and 60 are below the 100 at which it is ordered, as before.
    assert "order now" in text
    assert "RETRO-CLOCK" in words(owner.get("/replenish"))


def test_once_all_came_nothing_is_on_its_way_and_the_form_is_empty(low: Shop, owner: Visitor) -> None:
    day = clock.today() + timedelta(days=9)
    owner.send(f"{SKU}/ordered", page=SKU, units="30", expected_on=day.isoformat())
    receive(low, 35)
    page = owner.get(SKU)
    assert "On the way 0 Ordered 30 of 30 came Sells" in words(page)
    for name in ("units", "expected_on"):
        assert f'name="{name}"' in page.text
        assert not re.search(rf'name="{name}"[^>]*value="[^"]', page.text)
    assert owner.send(f"{SKU}/ordered", page=SKU, units="", expected_on="").status_code == 422


def test_of_what_is_late_the_rest_is_told(low: Shop, owner: Visitor) -> None:
    day = clock.today() + timedelta(days=9)
    owner.send(f"{SKU}/ordered", page=SKU, units="30", expected_on=day.isoformat())
    receive(low, 10)
    with transaction() as session:
        session.get_one(ReplenishmentOrder, low.clock).expected_on = clock.today() - timedelta(days=1)
    text = words(owner.get(SKU))
    assert "10 of 30 came; 20, due on " in text
    assert "late, and counted no more" in text
    assert as_shown(owner, day) == 303
    assert "On the way 20 Ordered 20 by " in words(owner.get(SKU))


def test_a_day_that_has_passed_is_refused(low: Shop, owner: Visitor) -> None:
    answer = owner.send(f"{SKU}/ordered", page=SKU, units="30", expected_on="2020-01-01")
    assert answer.status_code == 422
    assert "Give the day until which it comes, from today on." in words(answer)
    assert "On the way 0" in words(owner.get(SKU))


def test_the_list_is_a_table_file_too(low: Shop, owner: Visitor) -> None:
    answer = owner.get("/replenish.csv")
    assert answer.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows[1:] == [["RETRO-CLOCK", "Retro clock", "", "20", "0", "2.0", "10", "28", "22"]]


def test_who_may_only_look_has_no_forms(low: Shop, seat: Seat) -> None:
    packer = seat(StaffRole.PICKER_PACKER)
    assert "How it is bought" not in words(packer.get(SKU))
    assert packer.send(f"{SKU}/rule", page="/replenish", **RULE).status_code == 403


def test_what_is_not_watched_says_so(low: Shop, owner: Visitor) -> None:
    unwatched = {name: value for name, value in RULE.items() if name != "is_watched"}
    assert owner.send(f"{SKU}/rule", page=SKU, **unwatched).status_code == 303
    assert "not watched" in words(owner.get(SKU))
    assert "Nothing to order" in words(owner.get("/replenish"))


def test_the_page_of_its_stock_leads_there(small: Shop, owner: Visitor) -> None:
    assert f'href="{SKU}"' in owner.get("/stock/RETRO-CLOCK").text


def test_no_such_sku_is_not_found(owner: Visitor) -> None:
    assert owner.get("/replenish/NO-SUCH").status_code == 404


def test_stock_that_comes_ends_the_alert_at_the_next_look(low: Shop, owner: Visitor) -> None:
    with transaction() as session:
        came = Move(low.clock, low.leiden, MovementKind.RECEIPT, 30)
        stock.move(session, [came], by=SYSTEM)
    handlers.find_what_to_reorder()
    assert "Nothing to order" in words(owner.get("/replenish"))
