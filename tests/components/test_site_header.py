"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called
from tests.components.values.shared import NAV, SHOP


def test_the_head_of_a_page_is_the_same_for_everybody() -> None:
    html = called("site-header", "site_header", SHOP, NAV)
    assert 'data-cart-count="/cart/count"></span>' in html
    assert '<a href="/collections/paper">Paper</a>' in html
