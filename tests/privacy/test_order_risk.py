"""B31, orders: a labelled synthetic set is ranked, few honest orders wait, and nobody is refused."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import fmean

import pytest
from sqlalchemy import func, select

from oms.kernel import clock
from oms.kernel.db import reading
from oms.kernel.outbox import Message
from oms.orders.models import Order, OrderHold
from oms.orders.states import OrderState
from oms.risk import handlers, queries
from oms.risk.models import OrderDoubt
from oms.risk.scoring import Assessed, Sign, Signals, assess
from tests.privacy import shoppers
from tests.privacy.shoppers import Made, Shoppers

AUC = 0.95
# Of honest orders so many may wait for a look: each costs its buyer time, though never the order.
MOST_HELD = 0.02
Detector = Callable[[Signals], Assessed]


def auc(honest: Sequence[float], abuse: Sequence[float]) -> float:
    """Return the chance that an abusive order scores above an honest one, by ranks; a tie is half a win.

    J. A. Hanley, B. J. McNeil, "The meaning and use of the area under a ROC curve", Radiology 143 (1982).
    """
    ranks: dict[float, float] = {}
    whole = sorted([*honest, *abuse])
    for place, score in enumerate(whole, 1):
        ranks.setdefault(score, place)
    for score in ranks:
        ranks[score] += (whole.count(score) - 1) / 2
    least = len(abuse) * (len(abuse) + 1) / 2
    return (sum(ranks[score] for score in abuse) - least) / (len(abuse) * len(honest))


@dataclass(frozen=True)
class Verdict:
    """How well the set was told apart: whole, and by sort of abuse; and the shares that waited."""

    auc: float
    by_sort: dict[str, float]
    held: float
    caught: float

    @property
    def is_enough(self) -> bool:
        """Say whether the bar is met: the area, and few honest orders that wait."""
        return self.auc >= AUC and self.held <= MOST_HELD


def signals(found: Shoppers) -> list[Signals]:
    """Gather what is known of each order at the moment it was placed, by the shop's own queries."""
    with reading() as session:
        orders = {order.number: order for order in session.scalars(select(Order))}
        return [queries.gather(session, orders[one.number]) for one in found.orders]


def judge(found: Shoppers, known: Sequence[Signals], detector: Detector = assess) -> Verdict:
    """Compare what a detector says of the signals with the labels, which it does not see."""
    said = [detector(one) for one in known]
    scores: dict[str, list[float]] = defaultdict(list)
    waits: dict[bool, list[bool]] = defaultdict(list)
    for one, assessed in zip(found.orders, said, strict=True):
        scores[one.label].append(assessed.score)
        waits[bool(one.label)].append(assessed.is_doubtful)
    honest = scores.pop("")
    return Verdict(
        auc(honest, [score for sort in scores.values() for score in sort]),
        {sort: auc(honest, listed) for sort, listed in sorted(scores.items())},
        fmean(waits[False]),
        fmean(waits[True]),
    )


def asleep(_found: Signals) -> Assessed:
    """A detector that was switched off."""
    return Assessed(0.0, {})


def suspicious(_found: Signals) -> Assessed:
    """One that has everybody wait."""
    return Assessed(1.0, {Sign.TOTAL: 1})


def live_through(found: Shoppers, wanted: Sequence[Made]) -> tuple[int, int, int]:
    """Let the shop react to some orders, and nobody look.

    Return how many waited, still wait, and are placed.
    """
    with reading() as session:
        ids = dict(session.execute(select(Order.number, Order.id)).all())
    for order_id in [ids[one.number] for one in wanted]:
        handlers.consider(Message(order_id, "order.placed", {"order": order_id}))
    with clock.held_at(clock.now() + timedelta(hours=49)):
        handlers.let_go_on()
    with reading() as session:
        doubts = session.scalar(select(func.count(OrderDoubt.id))) or 0
        holds = session.scalar(select(func.count(OrderHold.id)).where(OrderHold.lifted_at.is_(None))) or 0
        placed = session.scalar(select(func.count(Order.id)).where(Order.state == OrderState.PLACED)) or 0
    assert len(found.orders) == len(ids)
    return doubts, holds, placed


def test_the_area_under_the_curve_is_that_of_the_ranks_and_ties_are_halved() -> None:
    assert auc([0.1, 0.2], [0.3, 0.4]) == 1.0
    assert auc([0.3, 0.4], [0.1, 0.2]) == 0.0
    assert auc([0.5, 0.5], [0.5]) == 0.5
    assert auc([0.1, 0.5], [0.5, 0.9]) == 0.875


def test_a_detector_that_sleeps_and_one_that_suspects_everybody_are_below_the_bar(shop: None) -> None:
    found = shoppers.make(160, seed=31)
    known = [Signals()] * len(found.orders)
    assert judge(found, known, asleep) == Verdict(0.5, dict.fromkeys(_sorts(found), 0.5), 0.0, 0.0)
    assert not judge(found, known, asleep).is_enough
    assert judge(found, known, suspicious).held == 1.0
    assert not judge(found, known, suspicious).is_enough


def _sorts(found: Shoppers) -> list[str]:
    return sorted({one.label for one in found.orders} - {""})


def test_a_small_set_is_told_apart_and_nobody_is_refused(shop: None) -> None:
    found = shoppers.make(100, seed=31)
    shoppers.write(found)
    verdict = judge(found, signals(found))
    assert len(verdict.by_sort) == 5
    assert verdict.is_enough, verdict
    doubts, holds, placed = live_through(found, [one for one in found.orders if one.label])
    assert doubts > 0
    assert (holds, placed) == (0, len(found.orders))


@pytest.mark.privacy
def test_orders_are_told_apart_and_nobody_is_refused(shop: None, measured: Callable[..., None]) -> None:
    found = shoppers.make(2_000, seed=2031)
    shoppers.write(found)
    verdict = judge(found, signals(found))
    sorts = ", ".join(f"{sort} {area:.3f}" for sort, area in verdict.by_sort.items())
    measured("B31", f"{len(found.orders)} orders: AUC {verdict.auc:.3f} ({sorts})", passed=verdict.auc >= AUC)
    waits = f"{verdict.held:.2%} of honest orders wait for a look, {verdict.caught:.0%} of abuse"
    measured("B31", waits, passed=verdict.held <= MOST_HELD)
    doubts, holds, placed = live_through(found, found.orders)
    told = f"{doubts} orders waited, {len(found.orders) - placed} were refused, {holds} wait for ever"
    measured("B31", told, passed=(holds, placed) == (0, len(found.orders)) and doubts > 0)
