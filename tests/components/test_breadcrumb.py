"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called


def test_the_page_itself_ends_the_trail_without_a_link() -> None:
    html = called("breadcrumb", "breadcrumb", [("Home", "/"), ("Paper", "")])
    assert '<a href="/">Home</a>' in html
    assert '<span aria-current="page">Paper</span>' in html
