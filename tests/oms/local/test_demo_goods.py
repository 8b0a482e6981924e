"""The demo shop's goods: complete, consistent, and in three languages."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from oms.local.demo.goods import MARKETS, WAREHOUSES, WrongShelf, _product, demo_products
from oms.local.demo.shapes import DemoProduct, Words

SKU = re.compile(r"[A-Z]{2}(-[A-Z0-9]+)+\Z")
HAN = re.compile(r"[\u4e00-\u9fff]")


def _texts(product: DemoProduct) -> Iterator[Words]:
    text = product.text
    yield from (text.title, text.subtitle, text.description, text.box, text.materials)
    for option in product.options:
        yield option.name
        yield from (value.name for value in option.values)
    yield from (picture.alt for picture in product.pictures)


def test_the_shop_has_enough_to_browse_in() -> None:
    products = demo_products()
    drafts = [product.handle for product in products if not product.is_published]
    assert len(products) == 63
    assert sum(len(product.variants) for product in products) == 202
    assert drafts == ["numbering-machine", "reading-glass"]
    assert [product.handle for product in products if product.is_digital] == [
        "printable-planner",
        "copybook-hand",
        "ledger-sheets",
    ]


def test_some_goods_are_sold_out_some_low_and_some_in_one_warehouse_only() -> None:
    stocks = [variant.stock for product in demo_products() for variant in product.variants if variant.stock]
    assert sum(not any(stock.values()) for stock in stocks) == 7
    assert sum(0 < sum(stock.values()) <= 5 for stock in stocks) == 7
    assert sum(stock["leiden"] > 0 and stock["osaka"] == 0 for stock in stocks) == 19
    assert sum(stock["osaka"] > 0 and stock["leiden"] == 0 for stock in stocks) == 15


def test_every_handle_and_every_sku_is_given_once() -> None:
    handles = [product.handle for product in demo_products()]
    skus = [variant.sku for product in demo_products() for variant in product.variants]
    assert len(handles) == len(set(handles))
    assert len(skus) == len(set(skus))
    assert [sku for sku in skus if not SKU.match(sku)] == []


def test_every_text_is_written_in_three_languages() -> None:
    empty = [
        words
        for product in demo_products()
        for words in _texts(product)
        if not (words.en.strip() and words.de.strip() and words.zh.strip())
    ]
    assert empty == []


def test_no_language_is_left_as_a_copy_of_another() -> None:
    copied: list[tuple[str, str]] = []
    for product in demo_products():
        text = product.text
        copied += [
            (product.handle, words.en)
            for words in (text.title, text.subtitle, text.description, text.box, text.materials)
            if words.de == words.en or not HAN.search(words.zh)
        ]
        copied += [
            (product.handle, value.name.en)
            for option in product.options
            for value in option.values
            if value.name.de == value.name.en and re.search("[a-z]{4}", value.name.en)
        ]
    assert copied == []


def test_descriptions_are_sentences_and_nobody_shouts() -> None:
    for product in demo_products():
        for language in ("en", "de"):
            words = product.text.description.of(language)
            assert len(words) >= 120, (product.handle, language)
            assert words[0].isupper()
            assert words.endswith("."), (product.handle, language)
        assert len(product.text.description.zh) >= 40, product.handle
        assert product.text.description.zh.endswith("。"), product.handle
        for words_of in _texts(product):
            assert not re.search(r"[!\uff01]", words_of.en + words_of.de + words_of.zh), product.handle


def test_every_variant_has_a_price_above_zero_in_every_market() -> None:
    for product in demo_products():
        for variant in product.variants:
            assert tuple(variant.prices) == MARKETS
            assert min(variant.prices.values()) > 0, variant.sku
            assert variant.prices["jp"] % 10 == 0, variant.sku


def test_goods_have_weight_customs_and_stock_and_downloads_have_none() -> None:
    for product in demo_products():
        assert bool(product.customs.hs_code and product.customs.origin) is not product.is_digital
        for variant in product.variants:
            assert (variant.weight_grams > 0) is not product.is_digital, variant.sku
            assert tuple(variant.stock) == (() if product.is_digital else WAREHOUSES), variant.sku
            assert min(variant.stock.values(), default=0) >= 0, variant.sku


def test_each_variant_chooses_one_value_of_each_option_and_no_two_choose_alike() -> None:
    for product in demo_products():
        chosen = [variant.values for variant in product.variants]
        assert len(chosen) == len(set(chosen)), product.handle
        for position, option in enumerate(product.options):
            assert {codes[position] for codes in chosen} == {value.code for value in option.values}, (
                product.handle
            )


def test_customs_codes_are_subheadings_of_the_harmonized_system(data_dir: Path) -> None:
    listed = data_dir / "7-validators" / "hs-codes" / "harmonized-system.csv"
    with listed.open(encoding="utf-8") as file:
        known = {row["hscode"] for row in csv.DictReader(file) if row["level"] == "6"}
    wrong = {
        product.handle: product.customs.hs_code
        for product in demo_products()
        if not product.is_digital and product.customs.hs_code not in known
    }
    assert wrong == {}


def _planted(**change: object) -> dict[str, object]:
    words = {"en": "A", "de": "B", "zh": "C"}
    return {
        "handle": "field-notebook",
        "sku": "NB-X",
        "category": "notebooks",
        "collections": [],
        "related": [],
        "options": {"color": ["MOS"]},
        "price": [1, 2, 30],
        "weight": 5,
        "customs": ["482010", "NL"],
        "stock": [["MOS", 1, 2]],
        "title": words,
        "subtitle": words,
        "description": words,
        "box": words,
        "materials": words,
        **change,
    }


@pytest.mark.parametrize(
    "change",
    [
        {"stock": [["CAR", 1, 2]]},
        {"stock": [["MOS", 1]]},
        {"stock": [["MOS-CAR", 1, 2]]},
        {"price": [1, 2]},
        {"options": {"color": ["NIL"]}},
        {"title": {"en": "A", "de": "B"}},
        {"handle": "nobody-drew-this"},
    ],
)
def test_a_wrong_shelf_is_refused_by_the_product_s_name(change: dict[str, object]) -> None:
    assert _product(_planted()).variants[0].sku == "NB-X-MOS"
    planted = _planted(**change)
    with pytest.raises(WrongShelf, match=str(planted["handle"])):
        _product(planted)


def test_related_goods_exist_and_are_not_the_product_itself() -> None:
    handles = {product.handle for product in demo_products()}
    for product in demo_products():
        assert len(product.related) >= 2, product.handle
        assert set(product.related) <= handles - {product.handle}, (
            product.handle,
            set(product.related) - handles,
        )
