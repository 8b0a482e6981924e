"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called
from tests.components.values.shared import MARKETS, NAV, SHOP


def test_the_foot_of_every_page_leads_to_your_data() -> None:
    html = called("site-footer", "site_footer", SHOP, NAV, MARKETS)
    assert '<a href="/your-data/">Your data</a>' in html
    assert "csrf_token" not in html
