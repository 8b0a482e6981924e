"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called
from tests.components.values.shared import image


def test_a_photograph_offers_its_smaller_formats_first() -> None:
    photo = {
        **image("ink", "A bottle"),
        "sources": [("image/avif", "a.avif 400w"), ("image/webp", "a.webp 400w")],
    }
    html = called("picture", "picture", photo, "50vw")
    assert '<source type="image/avif" srcset="a.avif 400w" sizes="50vw">' in html
    assert html.index("avif") < html.index("webp") < html.index("<img")
    assert 'width="400" height="500"' in html
