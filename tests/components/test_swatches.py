"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called


def test_a_sold_out_choice_stays_visible_and_says_so() -> None:
    option = {
        "name": "color",
        "label": "Color",
        "values": [
            {"value": "green", "label": "Moss", "selected": True, "gone": False, "color": "#3d7a4d"},
            {"value": "blue", "label": "Carbon", "selected": False, "gone": True, "color": ""},
        ],
    }
    html = called("swatches", "swatches", option)
    assert '<input type="radio" name="color" value="green" checked>' in html
    assert "Carbon <small>sold out</small>" in html
    assert 'fill="#3d7a4d"' in html
