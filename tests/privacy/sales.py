"""What real shops sold: their days by SKU, and how a forecaster does on days that it has not seen.

Input that nobody here wrote: a British gift shop (UCI Online Retail) and an American office supplier.
"""

import csv
import gzip
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from math import exp, log
from pathlib import Path
from statistics import fmean, median

from oms.insights.demand import forecasting
from oms.insights.demand.forecasting import Forecast, History

Forecaster = Callable[[History], Forecast]
Days = dict[str, Counter[date]]
AHEAD = 28
# A sale taken back within a day was no demand: the shop's own demand leaves cancelled orders out, too.
_AT_ONCE = timedelta(days=1)
_DIGITS = 5


@dataclass(frozen=True)
class Sold:
    """Units by SKU and day, the first and the last day of the file, and how many SKUs sold each day."""

    units: Days
    first: date
    last: date

    @cached_property
    def shop(self) -> list[float]:
        """How many SKUs sold on each day of the file."""
        by_day = Counter(day for days in self.units.values() for day in days)
        return [float(by_day[self.first + timedelta(days=n)]) for n in range(self.days)]

    @property
    def days(self) -> int:
        """How many days the file has."""
        return (self.last - self.first).days + 1

    def history(self, sku: str, count: int) -> History:
        """Return a SKU's days from its first sale to the end of the first so many days of the file."""
        start = (min(self.units[sku]) - self.first).days
        days = [self.first + timedelta(days=n) for n in range(start, count)]
        units = [float(self.units[sku][day]) for day in days]
        return History(units, [True] * len(units), self.shop[start:count])

    def best(self, count: int, most: int) -> list[str]:
        """Return the SKUs that sold on most of the first so many days; what came later does not choose."""
        end = self.first + timedelta(days=count)
        sold = {sku: sum(day < end for day in days) for sku, days in self.units.items()}
        ranked = sorted(sold, key=lambda sku: (-sold[sku], sku))[:most]
        return [sku for sku in ranked if (end - min(self.units[sku])).days >= 2 * AHEAD]


def gifts(folder: Path) -> Sold:
    """Return what the gift shop sold: real SKUs in one case, without what was taken back within a day."""
    rows = list(_gift_rows(folder / "3-orders" / "online-retail"))
    undone: dict[tuple[str, str, int], list[datetime]] = defaultdict(list)
    for sku, buyer, quantity, at in rows:
        if quantity < 0:
            undone[sku, buyer, -quantity].append(at)
    units: Days = defaultdict(Counter)
    for sku, buyer, quantity, at in rows:
        if quantity <= 0:
            continue
        back = undone[sku, buyer, quantity]
        taken = next((one for one in back if at <= one <= at + _AT_ONCE), None)
        if taken is None:
            units[sku][at.date()] += quantity
        else:
            back.remove(taken)
    return Sold(dict(units), min(at for *_, at in rows).date(), max(at for *_, at in rows).date())


def _gift_rows(folder: Path) -> Iterator[tuple[str, str, int, datetime]]:
    for path in sorted(folder.glob("*.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                sku = row["StockCode"].upper()
                # Postage, fees and samples have codes without digits; what costs nothing corrects stock.
                if sku[:_DIGITS].isdigit() and float(row["UnitPrice"] or 0) > 0:
                    at = datetime.fromisoformat(row["InvoiceDate"])
                    yield sku, row["CustomerID"], int(row["Quantity"]), at


def supplies(folder: Path) -> Sold:
    """Return what the office supplier sold, by kind of goods: its single products sell a few times a year."""
    units: Days = defaultdict(Counter)
    with gzip.open(
        folder / "3-orders" / "superstore" / "superstore.csv.gz", "rt", encoding="utf-8", newline=""
    ) as file:
        for row in csv.DictReader(file):
            units[row["Sub-Category"]][date.fromisoformat(row["Order Date"])] += int(float(row["Quantity"]))
    days = [day for sold in units.values() for day in sold]
    return Sold(dict(units), min(days), max(days))


@dataclass(frozen=True)
class Verdict:
    """How forecasts did on unseen days, each figure once per series, and by how much they were too high.

    `mase` is scaled by the naive error inside the days known (Hyndman, Koehler 2006); `relative` is the error
    over that of "the same as a week before" on the same unseen days. Ratios are put together by their
    geometric mean: A. Davydenko, R. Fildes, International Journal of Forecasting 29 (2013).
    """

    mase: tuple[float, ...]
    relative: tuple[float, ...]
    bias: float

    @property
    def is_better(self) -> bool:
        """Say whether "as last week" is beaten by both measures, for the typical SKU and on the mean."""
        return self.beats_guessing and median(self.mase) < 1 and fmean(self.mase) < 1

    @property
    def beats_guessing(self) -> bool:
        """Say the same of the unseen days alone."""
        return median(self.relative) < 1 and _geometric(self.relative) < 1

    def told(self) -> str:
        """Return the figures in words."""
        won = sum(one < 1 for one in self.relative)
        return (
            f"MASE {median(self.mase):.3f} median, {fmean(self.mase):.3f} mean; against naive on the same"
            f" unseen days {median(self.relative):.3f} median, {_geometric(self.relative):.3f} mean,"
            f" better for {won} of {len(self.relative)}; bias {self.bias:+.0%}"
        )


def _geometric(ratios: Sequence[float]) -> float:
    return exp(fmean(log(max(one, 0.001)) for one in ratios))


def judge(
    sold: Sold, cuts: Sequence[int], most: int, forecaster: Forecaster = forecasting.forecast
) -> Verdict:
    """Forecast four weeks from each cut, of which the forecaster is given the days before alone."""
    mase, relative = [], []
    said_all = came_all = 0.0
    for sku in sold.best(cuts[0], most):
        missed = guessed = scaled = 0.0
        for cut in cuts:
            known, whole = sold.history(sku, cut), sold.history(sku, cut + AHEAD)
            came = whole.units[len(known) :]
            found = forecaster(known)
            said = [found.week[day % forecasting.WEEK] for day in range(AHEAD)]
            naive = forecasting.naive(known)
            missed += sum(abs(a - b) for a, b in zip(came, said, strict=True))
            guessed += sum(abs(one - naive[day % forecasting.WEEK]) for day, one in enumerate(came))
            scaled += (forecasting.naive_scale(known) or 0.0) * AHEAD
            said_all, came_all = said_all + sum(said), came_all + sum(came)
        if scaled and guessed:
            mase.append(missed / scaled)
            relative.append(missed / guessed)
    return Verdict(tuple(mase), tuple(relative), said_all / came_all - 1)


def peeking(sold: Sold, cut: int, most: int, made: Callable[[Sold], Forecaster]) -> int:
    """Return for how many SKUs a forecaster says something else where only days after the cut are others.

    `made` is given the whole file, as one that peeks would be.
    """
    end = sold.first + timedelta(days=cut)
    later = {
        sku: Counter({day: units * (7 if day >= end else 1) for day, units in days.items()})
        for sku, days in sold.units.items()
    }
    other = Sold(later, sold.first, sold.last)
    pairs = [(made(one)(one.history(sku, cut)).week for one in (sold, other)) for sku in sold.best(cut, most)]
    return sum(first != second for first, second in pairs)
