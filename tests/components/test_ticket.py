"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called
from tests.components.values.shared import RECORD


def test_the_counterfoil_keeps_amounts_and_dates_what_it_lets_go() -> None:
    html = called("ticket", "ticket", RECORD)
    keep, let_go = html.split('<section class="let-go">')
    assert '<div class="sum"><dt>Total</dt><dd>€31.70</dd></div>' in keep
    assert "<li>E-mail<small>14 January 2027</small></li>" in let_go
    assert "What we keep" in keep
    assert "What we let go" in let_go
