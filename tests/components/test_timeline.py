"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called


def test_what_lies_ahead_is_told_apart_from_what_happened() -> None:
    html = called(
        "timeline",
        "timeline",
        [{"text": "Placed", "when": "today"}, {"text": "Delivered", "when": "", "kind": "ahead"}],
    )
    assert html.count("<li") == 2
    assert '<li class="ahead"><span>Delivered</span>' in html
