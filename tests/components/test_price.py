"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called


def test_an_earlier_price_is_named_as_such() -> None:
    html = called("price", "price", "€12.50", "incl. VAT", "€14.00")
    assert '<s><span class="visually-hidden">before </span>€14.00</s>' in html
    assert "<small>incl. VAT</small>" in html
