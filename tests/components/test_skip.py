"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called


def test_the_first_link_leads_to_the_content() -> None:
    assert called("skip", "skip") == '<a class="skip" href="#main">Skip to content</a>'
