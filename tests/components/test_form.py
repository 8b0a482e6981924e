"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called


def test_a_form_proves_where_it_comes_from_and_shows_our_own_messages() -> None:
    html = called("form", "form", "/checkout", caller=lambda: "")
    assert 'method="post" novalidate action="/checkout"' in html
    assert 'name="csrf_token" value="proof-of-our-own-page"' in html
