"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called


def test_numbers_stand_at_the_end_edge_and_sorting_is_announced() -> None:
    columns = [
        {"label": "Order", "sort": "?sort=number", "direction": "descending"},
        {"label": "Total", "end": True},
    ]
    html = called("table", "table", "Orders", columns, caller=lambda: "")
    assert 'aria-sort="descending"><a href="?sort=number">Order</a>' in html
    assert '<th scope="col" class="end">Total</th>' in html
    assert "Select all" not in html


def test_rows_are_selected_by_name() -> None:
    assert 'value="7KQ2" aria-label="Select 7KQ2"' in called("table", "check", "order", "7KQ2", "Select 7KQ2")
