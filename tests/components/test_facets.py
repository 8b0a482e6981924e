"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called


def test_facets_keep_the_search_and_the_order() -> None:
    html = called("facets", "facets", [], {"q": "ink"}, "/search?q=ink")
    assert '<input type="hidden" name="q" value="ink">' in html
    assert '<a href="/search?q=ink">Clear all</a>' in html


def test_the_chosen_order_is_selected() -> None:
    html = called("facets", "sort", [("new", "Newest"), ("price", "Price")], "price")
    assert '<option value="price" selected>Price</option>' in html
