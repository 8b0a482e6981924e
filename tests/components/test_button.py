"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called


def test_a_button_is_plain_until_it_is_the_primary_action() -> None:
    assert called("button", "button", "Show") == '<button class="button" type="submit">Show</button>'
    assert 'class="button primary large"' in called("button", "button", "Pay", "primary", "large")


def test_a_one_button_form_proves_where_it_comes_from() -> None:
    html = called("button", "post_button", "Sign out", "/out")
    assert 'name="csrf_token" value="proof-of-our-own-page"' in html


def test_a_one_button_form_on_a_cached_page_carries_no_token() -> None:
    html = called("button", "post_button", "Add", "/cart/lines", {"sku": "NB-1"}, guarded=False)
    assert "csrf_token" not in html
    assert '<input type="hidden" name="sku" value="NB-1">' in html


def test_a_link_that_starts_something_looks_like_a_button() -> None:
    assert (
        called("button", "link_button", "Check out", "/checkout")
        == '<a class="button" href="/checkout">Check out</a>'
    )
