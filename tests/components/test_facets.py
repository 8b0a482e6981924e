"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called


def test_facets_keep_the_search_and_the_order() -> None:
    html = called("facets", "facets", [], {"q": "ink"}, "/search?q=ink")
    assert '<input type="hidden" name="q" value="ink">' in html
    assert '<a href="/search?q=ink">Clear all</a>' in html


def test_of_many_facets_the_first_three_and_those_in_use_are_open() -> None:
    unused = [{"value": "a", "label": "A", "count": "1", "selected": False}]
    used = [{"value": "b", "label": "B", "count": "1", "selected": True}]
    groups = [{"name": str(n), "label": str(n), "choices": used if n == 5 else unused} for n in range(1, 7)]
    html = called("facets", "facets", groups)
    opened = [part.split("</summary>")[0][-1] for part in html.split('class="facet-group" open>')[1:]]
    assert opened == ["1", "2", "3", "5"]


def test_the_chosen_order_is_selected() -> None:
    html = called("facets", "sort", [("new", "Newest"), ("price", "Price")], "price")
    assert '<option value="price" selected>Price</option>' in html
