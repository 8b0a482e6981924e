"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called


def test_a_notice_may_lead_to_the_next_step() -> None:
    html = called("notice", "notice", "In the cart.", "good", ("Open the cart", "/cart"))
    assert '<div class="notice good"><p>In the cart.</p><a href="/cart">Open the cart</a></div>' in html


def test_notices_are_read_out_when_they_arrive() -> None:
    assert 'role="status"' in called("notice", "notices", [("message", "Saved.")])
    assert called("notice", "notices", []).count("notice") == 2
