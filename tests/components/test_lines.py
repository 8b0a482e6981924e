"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called


def test_goods_no_longer_sold_stay_named_without_a_link() -> None:
    line = {"name": "Pencil", "url": "", "choice": "2B", "quantity": "2", "amount": "€3.80", "image": None}
    html = called("lines", "lines", [line])
    assert "<b>Pencil</b>" in html
    assert "<small>2B · × 2</small>" in html
