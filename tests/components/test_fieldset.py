"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called


def test_a_choice_shows_its_note_and_its_amount() -> None:
    html = called(
        "fieldset",
        "options",
        "method",
        [{"value": "post", "label": "Post", "note": "Two days", "amount": "€5.60"}],
        "post",
    )
    assert 'value="post" checked' in html
    assert '<span class="num">€5.60</span>' in html
    assert "<small>Two days</small>" in html


def test_fields_of_one_question_share_its_legend() -> None:
    assert "<legend>Where to?</legend>" in called("fieldset", "fieldset", "Where to?", caller=lambda: "")
