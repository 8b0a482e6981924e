"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called


def test_what_is_folded_away_can_start_open() -> None:
    assert "<summary>In the box</summary>" in called(
        "disclosure", "disclosure", "In the box", caller=lambda: ""
    )
    assert " open>" in called("disclosure", "disclosure", "In the box", is_open=True, caller=lambda: "")
