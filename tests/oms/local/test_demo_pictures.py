"""The drawings as a shopper's browser shows them: linked as files, by day and by night."""

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from oms.local.demo.drawings.gallery import CLOSER, DRAWINGS
from oms.local.demo.drawings.paint import tone
from oms.local.demo.goods import demo_products

COLUMNS = 20
TILES = [
    (picture.svg, (DRAWINGS if picture.file_name in worn else CLOSER)[product.handle].tile)
    for product in demo_products()
    for worn in [{variant.picture for variant in product.variants}]
    for picture in product.pictures
]
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def wall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hang every drawing, 40 by 50, on one page without gaps."""
    folder = tmp_path_factory.mktemp("wall")
    for number, (svg, _) in enumerate(TILES):
        (folder / f"{number}.svg").write_text(svg, encoding="utf-8")
    images = "".join(
        f'<img src="{number}.svg" width="40" height="50" alt="">' for number in range(len(TILES))
    )
    (folder / "wall.html").write_text(
        "<!doctype html><meta name=color-scheme content='light dark'><style>"
        f"body{{margin:0;display:grid;grid-template-columns:repeat({COLUMNS},40px)}}img{{display:block}}</style>"
        + images,
        encoding="utf-8",
    )
    return folder / "wall.html"


def _near(found: tuple[int, ...], wanted: str) -> bool:
    parts = (int(wanted[at : at + 2], 16) for at in (1, 3, 5))
    return all(abs(one - other) <= 2 for one, other in zip(found, parts, strict=True))


@pytest.mark.parametrize(("scheme", "turn"), [("light", 0), ("dark", 1)])
def test_every_drawing_shows_its_tile_and_something_on_it(
    browser: Browser, wall: Path, scheme: str, turn: int
) -> None:
    page = browser.new_page(viewport={"width": 40 * COLUMNS, "height": 700}, color_scheme=scheme)
    page.goto(wall.as_uri())
    sizes = page.eval_on_selector_all(
        "img", "all => all.map(one => `${one.naturalWidth}x${one.naturalHeight}`)"
    )
    assert set(sizes) == {"400x500"}
    shot = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
    page.close()
    wrong, empty = [], []
    for number, (_, tile) in enumerate(TILES):
        left, top = number % COLUMNS * 40, number // COLUMNS * 50
        picture = shot.crop((left, top, left + 40, top + 50))
        if not _near(picture.getpixel((1, 1)), tone("tile", tile)[turn]):
            wrong.append(number)
        if len(picture.getcolors(2000) or ()) < 30:
            empty.append(number)
    assert wrong == []
    assert empty == []
