"""The demo shop itself: markets, what their law wants said, warehouses, shelves and ways of delivery."""

import re
from collections import Counter
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pycountry

from oms.catalog.writing import clean_html
from oms.local.demo.goods import MARKETS, WAREHOUSES, demo_products
from oms.local.demo.shapes import LANGUAGES
from oms.local.demo.shop import LEGAL, TOPICS, demo_shop

HAN = re.compile(r"[\u4e00-\u9fff]")


def test_three_markets_have_their_currency_tax_and_countries() -> None:
    markets = demo_shop().markets
    assert tuple(market.code for market in markets) == MARKETS
    assert [market.currency for market in markets] == ["EUR", "USD", "JPY"]
    assert [market.is_tax_included for market in markets] == [True, False, True]
    assert [len(market.countries) for market in markets] == [27, 1, 1]
    countries = [country for market in markets for country in market.countries]
    assert [country for country in countries if pycountry.countries.get(alpha_2=country) is None] == []
    assert len(countries) == len(set(countries))


def test_every_market_says_every_topic_in_every_language() -> None:
    said = Counter((text.market, text.topic, text.language) for text in demo_shop().texts)
    wanted = {(market, topic, language) for market in MARKETS for topic in TOPICS for language in LANGUAGES}
    assert set(said) == wanted
    assert set(said.values()) == {1}


def test_the_order_button_says_what_the_law_of_the_market_wants() -> None:
    buttons = {
        (text.market, text.language): text.title for text in demo_shop().texts if text.topic == "order-button"
    }
    assert buttons["eu", "de"] == "Zahlungspflichtig bestellen"
    assert buttons["eu", "en"] == "Order with obligation to pay"
    assert all("order" in buttons[market, "en"].lower() for market in MARKETS)


def test_no_text_of_the_law_is_left_in_english() -> None:
    by_language = {(text.market, text.topic, text.language): text for text in demo_shop().texts}
    for (market, topic, language), text in by_language.items():
        english = by_language[market, topic, "en"]
        if language != "en":
            assert text.title != english.title, (market, topic, language)
            assert text.body_html != english.body_html or not english.body_html, (market, topic, language)
        if language == "zh":
            assert HAN.search(text.title), (market, topic)


def test_every_text_of_the_law_says_first_that_it_is_a_demo() -> None:
    first = {"en": "demo shop", "de": "Demoladen", "zh": "演示商店"}
    for text in demo_shop().texts:
        if text.topic in LEGAL:
            assert first[text.language] in text.body_html.split("</p>")[0], (text.market, text.topic)
            assert len(text.body_html) > 150


def test_the_texts_are_clean_whole_html() -> None:
    for text in demo_shop().texts:
        ET.fromstring(f"<div>{text.body_html.replace('<br>', '<br/>')}</div>")  # noqa: S314 - our own text
        assert clean_html(text.body_html) == text.body_html, (text.market, text.topic, text.language)


def test_withdrawal_in_europe_names_fourteen_days_and_the_form() -> None:
    texts = {
        text.language: text.body_html
        for text in demo_shop().texts
        if text.market == "eu" and text.topic == "withdrawal"
    }
    assert "fourteen days" in texts["en"]
    assert "vierzehn Tagen" in texts["de"]
    assert "十四日" in texts["zh"]
    assert all("hello@shop.test" in body for body in texts.values())


def test_two_warehouses_stand_in_two_countries() -> None:
    warehouses = demo_shop().warehouses
    assert tuple(warehouse.code for warehouse in warehouses) == WAREHOUSES
    assert [warehouse.country for warehouse in warehouses] == ["NL", "JP"]
    assert [str(ZoneInfo(warehouse.time_zone)) for warehouse in warehouses] == [
        "Europe/Amsterdam",
        "Asia/Tokyo",
    ]


def test_every_product_stands_in_the_tree_and_no_branch_is_bare() -> None:
    categories = {category.slug: category for category in demo_shop().categories}
    used = {product.category for product in demo_products()}
    assert used <= set(categories)
    assert {category.parent for category in categories.values()} <= {"", *categories}
    parents = {category.parent for category in categories.values()}
    assert set(categories) - parents - used == set()


def test_every_collection_has_enough_in_it_and_three_are_on_the_first_page() -> None:
    collections = [collection.slug for collection in demo_shop().collections]
    sizes = Counter(
        slug for product in demo_products() if product.is_published for slug in product.collections
    )
    assert set(sizes) == set(collections)
    assert min(sizes.values()) >= 3
    assert sizes["new"] >= 8
    assert [collection.slug for collection in demo_shop().collections if collection.is_on_home] == [
        "letters",
        "field",
        "desk",
    ]


def test_names_of_shelves_are_in_three_languages() -> None:
    shop = demo_shop()
    names = [each.names for each in (*shop.categories, *shop.collections, *shop.methods)]
    names += [collection.descriptions for collection in shop.collections]
    assert [market.names.de for market in shop.markets] == ["Europa", "Vereinigte Staaten", "Japan"]
    assert [words.en for words in names if not HAN.search(words.zh) or words.de == words.en] == []


def test_every_market_offers_post_without_and_express_with_a_phone() -> None:
    for market in MARKETS:
        methods = {method.service: method for method in demo_shop().methods if method.market == market}
        assert methods["post"].needs_phone is False
        assert methods["express"].needs_phone is True


def test_the_heaviest_cart_of_one_product_can_be_sent() -> None:
    heaviest = max(variant.weight_grams for product in demo_products() for variant in product.variants)
    for method in demo_shop().methods:
        weights = [grams for grams, _ in method.steps]
        amounts = [amount for _, amount in method.steps]
        assert weights == sorted(weights), method.code
        assert amounts == sorted(amounts), method.code
        assert weights[-1] >= 10 * heaviest, method.code
        assert 0 <= method.days_least <= method.days_most, method.code
