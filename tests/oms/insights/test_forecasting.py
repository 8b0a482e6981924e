"""The arithmetic of forecasts: rhythm, gaps, outliers, and figures that no later day has helped with."""

import random
from statistics import fmean

import pytest

from oms.insights.demand import forecasting
from oms.insights.demand.forecasting import SPAN, WEEK, History, forecast, over

WEEKLY = (0.0, 4.0, 6.0, 5.0, 5.0, 9.0, 1.0)


def history(units: list[float], *, unknown: frozenset[int] = frozenset()) -> History:
    """A history in a shop whose every day sells the same number of SKUs."""
    known = [day not in unknown for day in range(len(units))]
    return History(units, known, [10.0] * len(units))


def noisy(days: int, *, seed: int = 1) -> list[float]:
    """Days around a rhythm, by a repeatable chance."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, no secret
    return [float(max(0, round(chance.gauss(WEEKLY[day % WEEK], 2)))) for day in range(days)]


def test_a_week_that_repeats_is_forecast_as_it_is() -> None:
    found = forecast(history(list(WEEKLY) * 20))
    assert found.week == pytest.approx(WEEKLY, abs=0.75)
    assert over(found.week, 14) == pytest.approx(60, abs=1)
    assert found.naive_error == 0


def test_noise_is_smoothed_and_guessing_is_beaten() -> None:
    found = forecast(history(noisy(200)))
    assert found.error < found.naive_error
    assert found.mase is not None
    assert found.mase < 1
    assert sum(found.week) == pytest.approx(30, rel=0.15)


def test_one_huge_order_does_not_make_a_trend() -> None:
    units = noisy(150)
    usual = over(forecast(history(units)).week, 28)
    units[140] = 80_995.0
    assert over(forecast(history(units)).week, 28) == pytest.approx(usual, rel=0.35)


def test_days_without_stock_tell_nothing() -> None:
    units = noisy(150)
    usual = over(forecast(history(units)).week, 28)
    gone = frozenset(range(110, 150))
    emptied = [0.0 if day in gone else one for day, one in enumerate(units)]
    assert over(forecast(history(emptied, unknown=gone)).week, 28) == pytest.approx(usual, rel=0.2)
    assert over(forecast(history(emptied)).week, 28) < usual / 2


def test_what_sells_now_and_then_is_forecast_by_chance_and_size() -> None:
    units = [4.0 if day % 10 == 0 else 0.0 for day in range(200)]
    found = forecast(history(units))
    assert over(found.week, 70) == pytest.approx(28, rel=0.25)


@pytest.mark.parametrize("days", [0, 1, 13, 41])
def test_too_little_history_has_no_figure_to_show(days: int) -> None:
    found = forecast(history([2.0] * days))
    assert (found.tested, found.mase) == (0, None)
    assert sum(found.week) == pytest.approx(14.0 if days else 0.0)
    assert found.deviation == pytest.approx(2**0.5 if days else 0.0)


def test_nothing_ever_sold_is_forecast_as_nothing() -> None:
    found = forecast(history([0.0] * 120))
    assert (sum(found.week), found.error, found.mase) == (0.0, 0.0, None)


def test_a_closed_day_of_the_shop_is_learned_from_the_shop() -> None:
    """A SKU that sold on four days knows little of weeks; the shop that is closed on each seventh does."""
    units = [3.0 if day in {9, 24, 38, 51} else 0.0 for day in range(60)]
    shop = [0.0 if day % WEEK == 6 else 40.0 for day in range(60)]
    week = forecast(History(units, [True] * 60, shop)).week
    closed = (6 - 60) % WEEK
    assert week[closed] < fmean(week) / 2


def retold(whole: History) -> float:
    """The error of a history, told again from what would have been said on each day it began to be tried."""
    missed, days = 0.0, 0
    for origin in range(len(whole) % SPAN or SPAN, len(whole), SPAN):
        if origin < forecasting.LEAST:
            continue
        said = forecast(whole.until(origin)).week
        missed += sum(abs(whole.units[origin + n] - said[n % WEEK]) for n in range(SPAN))
        days += SPAN
    return missed / days


def test_the_error_shown_is_that_of_what_would_have_been_said_on_those_days() -> None:
    whole = history(noisy(28 + 6 * SPAN, seed=7))
    assert forecast(whole).error == pytest.approx(retold(whole))


def test_a_figure_that_knew_the_end_is_noticed() -> None:
    """The method that is best at the end, as if it had been chosen from the beginning."""
    for seed in range(20):
        whole = history(noisy(28 + 6 * SPAN, seed=seed))
        tried = [forecasting._try(whole, origin) for origin in range(28, len(whole), SPAN)]
        best = forecasting._best(tried)
        peeked = sum(one.misses[best] for one in tried) / (6 * SPAN)
        if peeked != pytest.approx(retold(whole)):
            return
    pytest.fail("no history tells a figure that knew the end from one that did not")
