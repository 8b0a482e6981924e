"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called


def test_pages_are_links_and_the_current_one_is_not() -> None:
    pages = {
        "summary": "1 to 24 of 48",
        "before": "",
        "after": "?page=2",
        "numbers": [("1", "", True), ("2", "?page=2", False)],
    }
    html = called("pagination", "pagination", pages)
    assert '<span class="num" aria-current="page">1</span>' in html
    assert '<a class="num" href="?page=2">2</a>' in html
    assert 'rel="prev"' not in html


def test_a_single_page_has_no_pagination() -> None:
    pages = {"summary": "3", "before": "", "after": "", "numbers": []}
    assert called("pagination", "pagination", pages).strip() == ""
