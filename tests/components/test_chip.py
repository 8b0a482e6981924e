"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called


def test_a_state_is_a_word_and_a_shape() -> None:
    assert called("chip", "chip", "to pick", "todo") == '<span class="chip todo">to pick</span>'
