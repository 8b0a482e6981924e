"""What the component of this name gives."""

from __future__ import annotations

from tests.components.press import called
from tests.components.values.shared import image


def test_the_first_picture_is_fetched_before_the_others() -> None:
    html = called("gallery", "gallery", [image("ink", "Ink"), image("pencil", "Pencil")], "Pictures")
    assert html.index('fetchpriority="high"') < html.index('loading="lazy"')
    assert 'role="group" aria-label="Pictures"' in html
