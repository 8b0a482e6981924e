"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called


def test_an_empty_list_says_what_is_missing() -> None:
    html = called("empty", "empty", "Nothing to pick", "New orders come by themselves.")
    assert "<h2>Nothing to pick</h2>" in html
    assert "New orders come by themselves." in html
