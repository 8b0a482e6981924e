"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called


def test_a_queue_that_is_empty_shows_no_count() -> None:
    links = [
        {"label": "To pick", "url": "/pick", "count": "14", "is_wanted": True, "is_current": True},
        {"label": "To pack", "url": "/pack", "count": "", "is_wanted": False, "is_current": False},
    ]
    html = called("rail", "rail", [{"title": "Today", "links": links}])
    assert '<span class="count wanted">14</span>' in html
    assert html.count('class="count') == 1
    assert '<a href="/pick" aria-current="page">' in html
