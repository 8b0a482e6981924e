"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called


def test_a_quantity_can_be_typed() -> None:
    html = called("quantity", "quantity", "quantity", 2, "Quantity of Pencil")
    assert 'type="number"' in html
    assert 'value="2" min="0" max="99" aria-label="Quantity of Pencil"' in html
