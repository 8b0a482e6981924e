"""How much of a SKU will sell: simple forecasts, of which each SKU takes the one that missed least so far.

The series are small counts, mostly zeros, with the rhythm of a week and now and then a huge order. So each
method is a level times the week's rhythm, and what each missed by chooses among them. Sources: R. J. Hyndman,
G. Athanasopoulos, "Forecasting: Principles and Practice", 3rd edition (2021): smoothing 8.1, rolling origin
5.10, combination 13.4, outliers 13.9. R. H. Teunter, A. A. Syntetos, M. Z. Babai, "Intermittent demand:
linking forecasting to inventory obsolescence", European Journal of Operational Research 214 (2011).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import fmean, median

WEEK = 7
# A method is tried on so many days from each of so many origins, behind at least so many days of history.
SPAN, MOST_ORIGINS, LEAST = 14, 8, 28
# The rhythm is that of 12 weeks; the whole shop's counts as much as so many days on which the SKU sold.
_RHYTHM, _PRIOR = 84, 2.0
# Hampel's identifier over logarithms: beyond three robust deviations a day counts as the fence.
_FENCE, _MAD, _LEAST_SPREAD = 3.0, 1.4826, 0.5
_SLOW, _STEADY, _QUICK = 0.015, 0.05, 0.15
_FIRST = "combined"


@dataclass(frozen=True, slots=True)
class History:
    """What sold, day by day, the oldest first.

    `known` is False where the SKU could not be bought: such a day tells nothing of demand. `shop` is how many
    SKUs of the whole shop sold on the day.
    """

    units: Sequence[float]
    known: Sequence[bool]
    shop: Sequence[float]

    def until(self, day: int) -> "History":
        """Return the days before one, by its place."""
        return History(self.units[:day], self.known[:day], self.shop[:day])

    def weeks(self, most: int) -> list[int]:
        """Return the units of the last whole weeks, at most so many, the oldest first."""
        ends = range(len(self), WEEK - 1, -WEEK)[:most]
        return [round(sum(self.units[end - WEEK : end])) for end in reversed(ends)]

    def __len__(self) -> int:
        return len(self.units)


@dataclass(frozen=True, slots=True)
class Forecast:
    """Units on each of the next seven days, which repeat; and what such forecasts missed by, a day.

    `error` and `naive_error` are mean absolute errors of `tested` days, each forecast from days before it
    alone; naive is "the same as a week before". `mase` is scaled by the naive error inside the days that each
    forecast knew (R. J. Hyndman, A. B. Koehler, International Journal of Forecasting 22, 2006); None where
    that is zero or nothing could be tested. `deviation` is the standard deviation of a day's error.
    """

    method: str
    week: tuple[float, ...]
    days: int
    tested: int
    error: float
    naive_error: float
    mase: float | None
    deviation: float


def over(week: Sequence[float], days: int) -> float:
    """Return the units of so many days together, from the first of a week that repeats."""
    return sum(week[day % WEEK] for day in range(days))


@dataclass(frozen=True, slots=True)
class _Known:
    """What a method is given: usual units, whether a day tells something, the rhythm by place in the week."""

    units: Sequence[float]
    known: Sequence[bool]
    rhythm: Sequence[float]


def forecast(history: History) -> Forecast:
    """Return the forecast from the day after a history; with no history at all it is zero."""
    origins = range(len(history) - SPAN * MOST_ORIGINS, len(history), SPAN)
    tried = [_try(history, origin) for origin in origins if origin >= LEAST]
    chosen = _best(tried)
    week = tuple(_weeks(history)[chosen])
    days = sum(history.known)
    figures = _figures(tried)
    if figures is None:
        return Forecast(chosen, week, days, 0, 0.0, 0.0, None, _counted_deviation(history, week))
    return Forecast(chosen, week, days, *figures)


def naive(history: History) -> list[float]:
    """Return the next seven days as they were a week before; days that tell nothing, another week back."""
    found = []
    for place in range(len(history), len(history) + WEEK):
        past = range(place - WEEK, -1, -WEEK)
        found.append(next((history.units[day] for day in past if history.known[day]), 0.0))
    return found


def naive_scale(history: History) -> float | None:
    """Return the mean absolute error of "the same as a week before" inside a history; None without any."""
    misses = [
        abs(history.units[day] - history.units[day - WEEK])
        for day in range(WEEK, len(history))
        if history.known[day] and history.known[day - WEEK]
    ]
    return fmean(misses) if misses else None


def fence(units: Sequence[float]) -> float:
    """Return the most that is usual on a day that sold anything; infinite where nothing tells."""
    sold = [one for one in units if one > 0]
    if not sold:
        return float("inf")
    middle = median(log(one) for one in sold)
    spread = _MAD * median(abs(log(one) - middle) for one in sold)
    return exp(middle + _FENCE * max(spread, _LEAST_SPREAD))


def _weeks(history: History) -> dict[str, list[float]]:
    """Return what each method says of the next seven days."""
    most = fence([one for one, known in zip(history.units, history.known, strict=True) if known])
    usual = [min(one, most) for one in history.units]
    given = _Known(usual, history.known, _rhythm(usual, history))
    start = len(history)
    levels = {name: method(given) for name, method in _METHODS.items()}
    levels[_FIRST] = fmean(levels.values())
    found = {
        name: [level * given.rhythm[(start + day) % WEEK] for day in range(WEEK)]
        for name, level in levels.items()
    }
    return {**found, "as last week": naive(history)}


def _rhythm(usual: Sequence[float], history: History) -> list[float]:
    """Return how much each place in the week sells beside the mean; by the shop where a SKU tells little."""
    days = range(max(0, len(history) - _RHYTHM), len(history))
    shop = _shares([(day, history.shop[day]) for day in days], [1.0] * WEEK, 0.0)
    own = [(day, usual[day]) for day in days if history.known[day]]
    sold = sum(value > 0 for _, value in own)
    return _shares(own, shop, _PRIOR * len(own) / sold if sold else 0.0)


def _shares(days: Sequence[tuple[int, float]], prior: Sequence[float], weight: float) -> list[float]:
    mean = fmean(value for _, value in days) if days else 0.0
    if not mean:
        return list(prior)
    sums, counts = [mean * weight * one for one in prior], [weight] * WEEK
    for day, value in days:
        sums[day % WEEK] += value
        counts[day % WEEK] += 1
    shares = [total / count / mean if count else 1.0 for total, count in zip(sums, counts, strict=True)]
    whole = fmean(shares)
    return [share / whole for share in shares]


def _smoothed(given: _Known, values: Sequence[float], alpha: float) -> float:
    """Return the level of values against the rhythm, both discounted by `alpha` a day.

    Simple exponential smoothing, as a ratio of two sums: closed days neither count nor divide by zero.
    """
    sold = weight = 0.0
    for day, value in enumerate(values):
        if given.known[day]:
            sold = (1 - alpha) * sold + value
            weight = (1 - alpha) * weight + given.rhythm[day % WEEK]
    return sold / weight if weight > 0 else 0.0


def _intermittent(given: _Known) -> float:
    """Return chance times size of a sale, each smoothed apart (Teunter, Syntetos, Babai)."""
    chance = _smoothed(given, [float(one > 0) for one in given.units], _STEADY)
    size = weight = 0.0
    for one, known in zip(given.units, given.known, strict=True):
        if known and one > 0:
            size, weight = (1 - 2 * _STEADY) * size + one, (1 - 2 * _STEADY) * weight + 1
    return chance * size / weight if weight else 0.0


_METHODS: dict[str, Callable[[_Known], float]] = {
    "slow": lambda given: _smoothed(given, given.units, _SLOW),
    "steady": lambda given: _smoothed(given, given.units, _STEADY),
    "quick": lambda given: _smoothed(given, given.units, _QUICK),
    "intermittent": _intermittent,
}


@dataclass(frozen=True, slots=True)
class _Tried:
    """What each method missed by in the days after an origin; `squares` against usual units."""

    misses: dict[str, float]
    squares: dict[str, float]
    days: int
    scale: float


def _try(history: History, origin: int) -> _Tried:
    past = history.until(origin)
    weeks = _weeks(past)
    most = fence([one for one, known in zip(past.units, past.known, strict=True) if known])
    days = [day for day in range(origin, min(origin + SPAN, len(history))) if history.known[day]]
    misses, squares = {}, {}
    for name, week in weeks.items():
        said = [week[(day - origin) % WEEK] for day in days]
        misses[name] = sum(abs(history.units[day] - one) for day, one in zip(days, said, strict=True))
        squares[name] = sum(
            (min(history.units[day], most) - one) ** 2 for day, one in zip(days, said, strict=True)
        )
    return _Tried(misses, squares, len(days), naive_scale(past) or 0.0)


def _best(tried: Sequence[_Tried]) -> str:
    """Return the method whose squared misses are least; before anything was tried, the combination of all.

    By squares, as goods are ordered for the mean of demand; what misses least without squares forecasts the
    median, which is nothing for most SKUs (Hyndman, Athanasopoulos 5.8).
    """
    if not tried:
        return _FIRST
    return min(tried[0].squares, key=lambda name: sum(one.squares[name] for one in tried))


def _figures(tried: Sequence[_Tried]) -> tuple[int, float, float, float | None, float] | None:
    """Return tested days, error, naive error, scaled error and deviation of what was chosen at each origin.

    At each origin the choice knows the origins before it alone, as it did on that day.
    """
    days = sum(one.days for one in tried)
    if not days:
        return None
    chosen = [_best(tried[:place]) for place in range(len(tried))]
    missed = sum(one.misses[name] for one, name in zip(tried, chosen, strict=True))
    scale = sum(one.scale * one.days for one in tried)
    squared = sum(one.squares[name] for one, name in zip(tried, chosen, strict=True))
    guessed = sum(one.misses["as last week"] for one in tried)
    return days, missed / days, guessed / days, missed / scale if scale else None, sqrt(squared / days)


def _counted_deviation(history: History, week: Sequence[float]) -> float:
    """Return the deviation of counts that come by chance (Poisson), where no forecast could be tested yet."""
    return sqrt(fmean(week)) if len(history) else 0.0
