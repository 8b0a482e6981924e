"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called


def test_each_line_of_an_address_stands_by_itself_whatever_its_script() -> None:
    html = called("address", "address", ["Ada Lind", "東京都"])
    assert html.count("<bdi>") == 2
    assert "<bdi>Ada Lind</bdi><br>" in html
