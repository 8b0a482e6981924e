"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called


def test_keys_are_shown_with_what_they_do() -> None:
    assert "<kbd>j</kbd> <kbd>k</kbd> move" in called("keys", "keys", [(["j", "k"], "move")])
