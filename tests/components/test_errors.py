"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called
from tests.components.values.kit import filled


def test_each_error_leads_to_its_field() -> None:
    html = called("errors", "form_errors", filled())
    assert '<a href="#name">Name on the parcel: Enter the name that goes on the parcel.</a>' in html
    assert '<a href="#postcode">Postcode: Enter the postcode.</a>' in html
    assert html.count("<li>") == 2


def test_a_heading_says_what_happened_instead_of_how_many_things_to_look_at() -> None:
    html = called("errors", "form_errors", filled(), "The payment did not go through")
    assert "<h2>The payment did not go through</h2>" in html
    assert "need your attention" not in html


def test_nothing_wrong_means_no_summary() -> None:
    assert called("errors", "error_summary", []).strip() == ""
