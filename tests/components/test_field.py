"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called
from tests.components.values.kit import filled


def test_an_error_and_a_reason_are_read_with_their_field() -> None:
    html = called("field", "field", filled().name, why="For the carrier.")
    assert 'aria-describedby="name-error name-why"' in html
    assert 'aria-invalid="true"' in html
    assert '<p class="field-error" id="name-error">Enter the name that goes on the parcel.</p>' in html
    assert '<p class="why" id="name-why">For the carrier.</p>' in html


def test_a_field_that_may_stay_empty_says_so() -> None:
    assert '<span class="optional">optional</span>' in called("field", "field", filled().note)
    assert "optional" not in called("field", "field", filled().name)


def test_a_field_that_is_needed_later_is_not_called_optional() -> None:
    assert "optional" not in called("field", "field", filled().note, wanted=True)


def test_a_field_that_is_right_is_not_marked_wrong() -> None:
    assert "aria-invalid" not in called("field", "field", filled().city)


def test_choices_are_one_group_with_a_legend() -> None:
    html = called("field", "field", filled().speed)
    assert "<legend>Which parcel service?</legend>" in html
    assert html.count('type="radio"') == 2


def test_a_plain_input_select_and_textarea_say_why_too() -> None:
    for html in (
        called("field", "input", "code", "Code", why="To find your order."),
        called("field", "textarea", "code", "Message", why="To find your order."),
        called("field", "select", "code", "Country", [("NL", "Netherlands")], why="To find your order."),
    ):
        assert 'aria-describedby="code-why"' in html
        assert '<p class="why" id="code-why">To find your order.</p>' in html


def test_a_list_to_choose_from_is_never_called_optional() -> None:
    assert "optional" not in called("field", "field", filled().country)
