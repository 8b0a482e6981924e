"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called


def test_progress_is_a_number_and_a_sentence() -> None:
    html = called("progress", "progress", "Erasing", 3, 8, "3 of 8 done", "/erasure/1")
    assert '<progress id="progress" value="3" max="8">3 of 8 done</progress>' in html
    assert 'data-progress="/erasure/1"' in html
