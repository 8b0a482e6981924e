"""The demo shop's drawings: one for each variant, small, well-formed and of one hand."""

import re
from xml.etree import ElementTree as ET

import pytest

from oms.local.demo.drawings.gallery import CLOSER, DRAWINGS, draw
from oms.local.demo.drawings.paint import PAINTS, TILES, hexadecimal, tone
from oms.local.demo.drawings.pen import Look, box, cast, sheet
from oms.local.demo.goods import demo_products
from oms.local.demo.shapes import DemoPicture

SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {SVG + name for name in ("svg", "style", "g", "rect", "path", "circle", "ellipse")}
PICTURES = [picture for product in demo_products() for picture in product.pictures]


def test_every_variant_has_a_drawing_and_every_drawing_a_product() -> None:
    assert set(DRAWINGS) == {product.handle for product in demo_products()}
    for product in demo_products():
        names = {picture.file_name for picture in product.pictures}
        worn = {variant.picture for variant in product.variants}
        assert worn <= names, product.handle
        assert bool(names - worn) is (product.handle in CLOSER), product.handle


def test_no_two_pictures_are_the_same_and_no_two_files_share_a_name() -> None:
    assert len({picture.svg for picture in PICTURES}) == len(PICTURES)
    assert len({picture.file_name for picture in PICTURES}) == len(PICTURES)


def test_variants_of_different_colors_look_different() -> None:
    for product in demo_products():
        colored = [
            n for n, option in enumerate(product.options) if any(value.swatch for value in option.values)
        ]
        for position in colored:
            by_picture: dict[str, set[str]] = {}
            for variant in product.variants:
                by_picture.setdefault(variant.picture, set()).add(variant.values[position])
            assert [codes for codes in by_picture.values() if len(codes) > 1] == [], product.handle


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.file_name)
def test_a_picture_is_a_small_well_formed_file_of_plain_shapes(picture: DemoPicture) -> None:
    assert len(picture.svg.encode()) < 6_000
    root = ET.fromstring(picture.svg)  # noqa: S314 - our own text
    assert root.get("viewBox") == "0 0 400 500"
    assert {element.tag for element in root.iter()} <= ELEMENTS
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not attributes & {"style", "id", "href", "onload", "font-family"}
    assert "nan" not in picture.svg
    assert "url(" not in picture.svg


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.file_name)
def test_a_picture_knows_the_dark_and_uses_every_color_it_declares(picture: DemoPicture) -> None:
    root = ET.fromstring(picture.svg)  # noqa: S314 - our own text
    style = root.findtext(SVG + "style") or ""
    day, _, night = style.partition("@media (prefers-color-scheme:dark)")
    declared = set(re.findall(r"\.(\w+)\{", day))
    used = {element.get("class") for element in root.iter() if element.get("class")}
    assert declared == used
    assert "a" in set(re.findall(r"\.(\w+)\{", night))


def _lightness(color: str) -> float:
    red, green, blue = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2


def test_every_paint_stands_out_from_a_dark_tile() -> None:
    for tile in TILES:
        dark = _lightness(tone("tile", tile)[1])
        for paint in PAINTS:
            ratio = (_lightness(tone(paint, tile)[1]) + 0.05) / (dark + 0.05)
            assert ratio > 1.4, (paint, tile, ratio)


def test_colors_leave_the_paint_box_as_the_nearest_srgb() -> None:
    assert hexadecimal((1.0, 0.0, 0)) == "#ffffff"
    assert hexadecimal((0.0, 0.0, 0)) == "#000000"
    assert hexadecimal((0.628, 0.2577, 29.23)) == "#ff0000"


def test_a_color_that_nobody_mixed_is_refused() -> None:
    with pytest.raises(KeyError):
        sheet("sand", box(0, 0, (1, 1), "puce"))
    with pytest.raises(KeyError):
        draw("a-thing-nobody-drew", Look())


def test_a_shadow_falls_to_the_lower_right_in_the_tile_s_own_tint() -> None:
    assert cast(box(1, 2, (3, 4), "moss"), 10) == (
        '<g transform="translate(8.5 10)"><rect class="cast" x="1" y="2" width="3" height="4"/></g>'
    )
