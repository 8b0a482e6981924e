"""When to order, and how much."""

import pytest

from oms.insights.reordering import Levels, Terms, levels, quantity


def test_the_reorder_point_is_demand_until_goods_come_and_safety_for_more() -> None:
    # Silver, Pyke, Thomas: 10 a day for 9 days, 1.645 * 4 * sqrt(9) = 19.74; up to 16 days: 160 + 26.32.
    found = levels([10.0] * 7, 4.0, Terms(lead_days=9, review_days=7))
    assert found == Levels(reorder_point=110, up_to=187, safety=20)


def test_weekdays_count_as_they_fall() -> None:
    assert levels([7.0, 0, 0, 0, 0, 0, 0], 0.0, Terms(lead_days=8, review_days=6)) == Levels(14, 15, 0)


def test_what_does_not_sell_is_ordered_by_hand_alone() -> None:
    assert levels([0.0] * 7, 0.0, Terms()) == Levels(None, 0, 0)
    assert levels([0.0] * 7, 0.0, Terms(reorder_at=3)) == Levels(3, 4, 0)


def test_a_point_set_by_hand_stands_and_is_never_above_what_is_ordered_up_to() -> None:
    assert levels([1.0] * 7, 0.0, Terms(reorder_at=50)) == Levels(50, 57, 0)
    assert levels([10.0] * 7, 0.0, Terms(reorder_at=5)).up_to == 210


@pytest.mark.parametrize(
    ("up_to", "position", "pack", "units"),
    [(100, 40, 1, 60), (100, 40, 12, 60), (100, 39, 12, 72), (100, 100, 12, 0), (100, 140, 12, 0)],
)
def test_whole_packs_are_ordered(up_to: int, position: int, pack: int, units: int) -> None:
    assert quantity(up_to, position, pack) == units
