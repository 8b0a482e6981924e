"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called
from tests.components.values.shared import MARKETS


def test_browsing_pages_switch_by_link() -> None:
    html = called("switcher", "switcher", MARKETS)
    assert '<a href="/eu-de/" lang="de" hreflang="de">Europa, Deutsch</a>' in html
    assert "<form" not in html


def test_a_cart_switches_by_post() -> None:
    html = called("switcher", "switcher", MARKETS, "/market")
    assert '<button name="market" value="eu-de" lang="de">Europa, Deutsch</button>' in html
    assert "csrf_token" in html
