"""B38, forecast: from counts by SKU and day alone, better than "as last week" on unseen days."""

from collections.abc import Callable
from pathlib import Path

import pytest

from oms.insights.demand import forecasting
from oms.insights.demand.forecasting import Forecast, History, forecast
from tests.privacy import sales
from tests.privacy.sales import AHEAD, Forecaster, Sold, judge

Measured = Callable[..., None]


@pytest.fixture(scope="module")
def gifts(data_dir: Path) -> Sold:
    return sales.gifts(data_dir)


def cuts(sold: Sold, count: int) -> list[int]:
    """The last whole spans of four weeks of a file, each forecast from the days before it."""
    return [sold.days - AHEAD * n for n in range(count, 0, -1)]


def as_last_week(history: History) -> Forecast:
    """The guess that has to be beaten."""
    return Forecast("naive", tuple(forecasting.naive(history)), len(history), 0, 0, 0, None, 0)


def never(history: History) -> Forecast:
    """Somebody who thinks that nothing sells: often right, and of no use to who orders."""
    return Forecast("never", (0.0,) * 7, len(history), 0, 0, 0, None, 0)


def peeker(sold: Sold) -> Forecaster:
    """Somebody who knows what comes."""
    by_days = {
        tuple(sold.history(sku, cut).units): sold.history(sku, cut + 7).units[-7:]
        for cut in cuts(sold, 1)
        for sku in sold.best(cut, 30)
    }
    return lambda history: Forecast("peek", tuple(by_days[tuple(history.units)]), 0, 0, 0, 0, None, 0)


def test_the_gift_shop_is_read_as_it_sold(gifts: Sold) -> None:
    assert (gifts.days, len(gifts.units)) == (274, len({sku.upper() for sku in gifts.units}))
    assert not {"POST", "DOT", "M", "BANK CHARGES", "AMAZONFEE"} & gifts.units.keys()
    # 74,215 jars were ordered by mistake and taken back a quarter of an hour later.
    assert max(max(days.values()) for days in gifts.units.values()) < 10_000
    assert all(units > 0 for days in gifts.units.values() for units in days.values())


def test_the_guess_itself_is_not_better_than_itself_and_never_is_far_too_low(gifts: Sold) -> None:
    verdict = judge(gifts, cuts(gifts, 1), 30, as_last_week)
    assert set(verdict.relative) == {1.0}
    assert not verdict.is_better
    assert judge(gifts, cuts(gifts, 1), 30, never).bias == -1.0


def test_whoever_peeks_is_noticed(gifts: Sold) -> None:
    cut = cuts(gifts, 1)[0]
    best = len(gifts.best(cut, 30))
    assert sales.peeking(gifts, cut, 30, peeker) == best
    assert sales.peeking(gifts, cut, 30, lambda _: forecast) == 0


@pytest.mark.parametrize("most", [60, pytest.param(300, marks=pytest.mark.privacy)])
def test_forecasts_beat_last_week_on_what_a_real_shop_sold(
    gifts: Sold, most: int, measured: Measured
) -> None:
    spans = 2 if most < 100 else 4
    verdict = judge(gifts, cuts(gifts, spans), most)
    told = f"forecast, {len(verdict.mase)} SKUs of a gift shop, {spans} times 4 weeks: {verdict.told()}"
    measured("B38", told, passed=verdict.is_better)
    assert abs(verdict.bias) < 0.2


def test_forecasts_beat_last_week_at_another_shop_too(data_dir: Path, measured: Measured) -> None:
    """Its last weeks are before Christmas, higher than all known: scaled by those it looks worse than it is.

    No method here knows a year's season. On the same unseen days it is better than the guess all the same.
    """
    sold = sales.supplies(data_dir)
    verdict = judge(sold, cuts(sold, 4), 20)
    told = f"forecast, {len(verdict.mase)} kinds of an office supplier, 4 times 4 weeks: {verdict.told()}"
    measured("B38", told, passed=verdict.beats_guessing)
