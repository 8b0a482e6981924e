"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called


def test_the_name_of_the_shop_leads_home() -> None:
    assert '<a class="wordmark" href="/">' in called("wordmark", "wordmark", "Counterfoil", "/")
