"""Finding products by what shoppers type."""

import pytest

from oms.catalog.actions import put_product
from oms.catalog.browse.asked import Asked
from oms.catalog.browse.queries import listing
from oms.catalog.queries import MarketFacts
from oms.catalog.search.words import vector, words
from oms.kernel.db import transaction
from tests.goods import EU, JP, simple, stock_shelves


def _found(typed: str, language: str = "en", market: MarketFacts = EU) -> list[str]:
    with transaction() as session:
        return [card.handle for card in listing(session, Asked(market, language, typed=typed)).cards]


@pytest.fixture
def shelves(shop: None) -> None:
    with transaction() as session:
        stock_shelves(session)


NOTEBOOK, INK, PENCIL = "field-notebook", "iron-gall-ink", "cedar-pencil"
SEARCHES = {
    ("en", "notebook"): NOTEBOOK,
    ("en", "Notebooks"): NOTEBOOK,
    ("en", "noteb"): NOTEBOOK,
    ("en", "the iron"): INK,
    ("en", "FIELD note"): NOTEBOOK,
    ("en", "field ink"): "",
    ("en", "sewn"): NOTEBOOK,
    ("en", "lying"): NOTEBOOK,
    ("en", "page"): NOTEBOOK,
    ("en", "green"): NOTEBOOK,
    ("en", "nb-field-grn"): NOTEBOOK,
    ("zh", "NB-FIELD-GRN-DOT"): NOTEBOOK,
    ("en", "\uff29\uff4e\uff4b"): INK,  # in full-width letters
    ("en", "nothing like it"): "",
    ("de", "notizbücher"): "",
    ("de", "feldnotiz"): NOTEBOOK,
    ("de", "fadengeheftet"): NOTEBOOK,
    ("de", "Seite"): NOTEBOOK,
    ("de", "grün"): NOTEBOOK,
    ("de", "pencil"): PENCIL,
    ("zh", "笔记本"): NOTEBOOK,
    ("zh", "记本"): NOTEBOOK,
    ("zh", "本"): NOTEBOOK,
    ("zh", "田野 线装"): NOTEBOOK,
    ("zh", "本笔"): "",
    ("zh", "书页"): NOTEBOOK,
    ("zh", "绿色 笔记"): NOTEBOOK,
    ("zh", "ink"): INK,
}
HOSTILE = (
    "",
    "   ",
    "'",
    "&|!():*",
    "q' & 'z",
    "\\",
    "<->",
    "%_",
    "-- ;",
    "x" * 5000,
    "\u202e\u0000",
    "'; DROP TABLE x",
    "-",
)
HOSTILE += ("-'-", "🖋", "\\'-", "z:*", "'" * 200)


@pytest.mark.usefixtures("shelves")
def test_shoppers_find_by_beginnings_stems_labels_skus_and_chinese_within_words() -> None:
    found = {(language, typed): ",".join(_found(typed, language)) for language, typed in SEARCHES}
    assert found == SEARCHES


@pytest.mark.usefixtures("shelves")
def test_hostile_words_find_nothing_and_break_nothing() -> None:
    assert {typed: _found(typed) for typed in HOSTILE} == {typed: [] for typed in HOSTILE}


@pytest.mark.usefixtures("shelves")
def test_words_in_the_title_count_more_than_words_in_the_description() -> None:
    with transaction() as session:
        put_product(session, simple("walnut-ink", "Walnut", 900, kind="brown ink"))
    assert _found("ink") == ["iron-gall-ink", "walnut-ink"]


@pytest.mark.usefixtures("shelves")
def test_what_is_not_sold_in_a_market_is_not_found_there() -> None:
    with transaction() as session:
        request = simple("eu-ink", "Ink for Europe", 100)
        only = request.variants[0].prices["eu"]
        request.variants[0].prices.clear()
        request.variants[0].prices["eu"] = only
        put_product(session, request)
    assert set(_found("ink", market=EU)) == {"iron-gall-ink", "eu-ink"}
    assert _found("ink", market=JP) == ["iron-gall-ink"]


def test_runs_without_blanks_are_pairs_and_the_last_character() -> None:
    assert [word.text for word in words("A5 笔记本, \uff30LANER!")] == ["a5", "笔记本", "planer"]
    assert vector("笔记本", is_whole=False) == "'笔记':1 '记本':2 '本':3"
    assert vector("A5 笔记", is_whole=False) == "'笔记':2 '记':3"
