"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called
from tests.components.values.shared import card


def test_a_sold_out_product_says_so_in_words() -> None:
    html = called("card", "card", card("Pencil", "pencil", "€1.90", "sold out"))
    assert "data-gone" in html
    assert "<small>incl. VAT · sold out</small>" in html


def test_only_the_first_row_of_a_grid_is_fetched_at_once() -> None:
    html = called(
        "card", "cards", [card(name, "ink", "€9.80") for name in ("One", "Two", "Three")], first_row=2
    )
    assert html.count('fetchpriority="high"') == 2
    assert html.count('loading="lazy"') == 1
