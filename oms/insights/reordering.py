"""When to order a SKU and how much: demand until the goods come, and a safety stock for the days it is more.

E. A. Silver, D. F. Pyke, D. J. Thomas, "Inventory and Production Management in Supply Chains", 4th edition
(2017), chapter 6: reorder point s = demand over the lead time + k * sigma * sqrt(lead time), where k is the
normal quantile of the share of times that stock shall last until the goods come; ordered up to the level S
that lasts for lead time and review together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist

from oms.insights.demand.forecasting import over

# Where no rule of the SKU says else: two weeks until goods come, a look at it once a week, single units.
LEAD_DAYS, REVIEW_DAYS, PACK = 14, 7, 1
# In 19 of 20 cases the stock lasts until the goods come.
SERVICE = 0.95
_FACTOR = NormalDist().inv_cdf(SERVICE)
# Sums of floats that should be whole are not quite.
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Terms:
    """How a SKU is bought: days until goods come, days between orders, units in a pack, a point by hand."""

    lead_days: int = LEAD_DAYS
    review_days: int = REVIEW_DAYS
    pack: int = PACK
    reorder_at: int | None = None


@dataclass(frozen=True, slots=True)
class Levels:
    """Order when this many or fewer are there or on their way, up to that many; None: it does not sell."""

    reorder_point: int | None
    up_to: int
    safety: int


def levels(week: Sequence[float], deviation: float, terms: Terms) -> Levels:
    """Return the levels for a week that repeats and the deviation of a day's error, in units."""
    whole = terms.lead_days + terms.review_days
    safety = _up(_FACTOR * deviation * sqrt(terms.lead_days))
    up_to = _up(over(week, whole) + _FACTOR * deviation * sqrt(whole))
    if terms.reorder_at is not None:
        enough = terms.reorder_at + max(1, _up(over(week, terms.review_days)))
        return Levels(terms.reorder_at, max(enough, up_to), safety)
    if not sum(week):
        return Levels(None, 0, 0)
    point = _up(over(week, terms.lead_days)) + safety
    return Levels(point, max(point + 1, up_to), safety)


def quantity(up_to: int, position: int, pack: int) -> int:
    """Return how many to order in whole packs, for units there and on their way; 0 where there is enough."""
    return max(0, ceil((up_to - position) / pack)) * pack


def _up(units: float) -> int:
    return ceil(round(units, _DIGITS))
