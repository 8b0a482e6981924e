"""Lists: narrowed, counted, sorted, one page at a time."""

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from oms.catalog import actions
from oms.catalog.actions import put_product
from oms.catalog.browse.asked import Asked, Facet, Sort
from oms.catalog.browse.queries import cards, listing
from oms.catalog.merchandise import actions as merchandise
from oms.catalog.merchandise.queries import category, collection, collections
from oms.catalog.models import Category, Collection
from oms.catalog.product.queries import addresses, product_page
from oms.catalog.queries import sellables
from oms.kernel.db import engine, transaction
from oms.kernel.errors import NotFoundError
from oms.kernel.money import Money
from tests.goods import EU, JP, US, notebook, simple, stock_shelves

ALL = Asked(EU, "en")


@pytest.fixture
def shelves(shop: None) -> None:
    with transaction() as session:
        stock_shelves(session)
        for slug, name, parent in (
            ("write", "Write", None),
            ("paper", "Paper", None),
            ("ink", "Ink", "write"),
        ):
            parent_id = category(session, parent, "en").id if parent else None
            merchandise.put_labels(session, Category, slug, names={"en": name}, parent_id=parent_id)
        put_product(session, notebook(category="paper"))
        put_product(session, simple("iron-gall-ink", "Iron Gall Ink", 2200, category="ink"))
        put_product(session, simple("cedar-pencil", "Cedar Pencil", 300, category="write"))
        _hold(session, "NB-FIELD-BLU-DOT", "CEDAR-PENCIL")
        desk = merchandise.put_labels(
            session, Collection, "desk", names={"en": "Desk", "de": "Tisch"}, is_on_home=True
        )
        merchandise.fill_collection(session, desk, ["cedar-pencil", "field-notebook", "no-such-thing"])


def _hold(session: Session, *skus: str) -> None:
    found = sellables(session, EU, "en", skus=skus)
    actions.note_availability(session, dict.fromkeys(found, True))


def _list(**asked: object) -> tuple[list[str], dict[str, Facet]]:
    with transaction() as session:
        found = listing(session, Asked(**{"market": EU, "language": "en", **asked}))  # type: ignore[arg-type]
    return [card.handle for card in found.cards], {facet.name: facet for facet in found.facets}


def _counts(facet: Facet) -> dict[str, int]:
    return {choice.value: choice.count for choice in facet.choices}


@pytest.mark.usefixtures("shelves")
def test_a_card_says_the_lowest_price_and_whether_it_can_be_had() -> None:
    with transaction() as session:
        by_handle = {card.handle: card for card in listing(session, ALL).cards}
    assert (by_handle["field-notebook"].price, by_handle["field-notebook"].is_from) == (
        Money(1450, "EUR"),
        True,
    )
    assert (by_handle["iron-gall-ink"].price, by_handle["iron-gall-ink"].is_from) == (
        Money(2200, "EUR"),
        False,
    )
    assert {h: c.is_available for h, c in by_handle.items()} == {
        "field-notebook": True,
        "iron-gall-ink": False,
        "cedar-pencil": True,
    }


@pytest.mark.parametrize(
    ("sort", "handles"),
    [
        (Sort.PRICE, ["cedar-pencil", "field-notebook", "iron-gall-ink"]),
        (Sort.PRICE_DOWN, ["iron-gall-ink", "field-notebook", "cedar-pencil"]),
        (Sort.NAME, ["cedar-pencil", "field-notebook", "iron-gall-ink"]),
    ],
)
@pytest.mark.usefixtures("shelves")
def test_a_list_is_sorted(sort: Sort, handles: list[str]) -> None:
    assert _list(sort=sort)[0] == handles


@pytest.mark.usefixtures("shelves")
def test_the_newest_come_first_and_umlauts_sort_with_their_vowels() -> None:
    with transaction() as session:
        put_product(session, simple("ol", "Ölpapier", 100))
        put_product(session, simple("pen", "Pen", 100))
    assert _list(sort=Sort.NEWEST)[0][:2] == ["pen", "ol"]
    assert _list(sort=Sort.NAME)[0] == ["cedar-pencil", "field-notebook", "iron-gall-ink", "ol", "pen"]


@pytest.mark.usefixtures("shelves")
def test_facets_count_what_each_box_would_leave() -> None:
    _, facets = _list()
    assert _counts(facets["category"]) == {"ink": 1, "paper": 1, "write": 1}
    assert _counts(facets["color"]) == {"green": 1, "blue": 1}
    assert _counts(facets["price"]) == {"1": 1, "2": 2}
    assert _counts(facets["stock"]) == {"true": 2}
    assert [choice.label for choice in facets["ruling"].choices] == ["Dotted", "Plain"]


@pytest.mark.usefixtures("shelves")
def test_a_ticked_facet_narrows_the_others_but_not_itself() -> None:
    handles, facets = _list(categories=("paper",), choices={"color": ("blue",)})
    assert handles == ["field-notebook"]
    assert _counts(facets["category"]) == {"paper": 1}
    assert _counts(facets["color"]) == {"green": 1, "blue": 1}
    # A box that would leave everything as it is helps nobody: with blue ticked only dotted is left.
    assert "ruling" not in facets
    assert [c.value for c in facets["color"].choices if c.is_selected] == ["blue"]


@pytest.mark.usefixtures("shelves")
def test_choices_and_stock_must_hold_for_one_and_the_same_variant() -> None:
    assert _list(choices={"color": ("blue",), "ruling": ("plain",)})[0] == []
    assert _list(choices={"color": ("green",)}, in_stock=True)[0] == []
    assert _list(choices={"color": ("blue", "green")}, in_stock=True)[0] == ["field-notebook"]
    assert set(_list(in_stock=True)[0]) == {"field-notebook", "cedar-pencil"}
    assert _list(prices=(1,))[0] == ["cedar-pencil"]


@pytest.mark.usefixtures("shelves")
def test_a_list_has_pages_and_none_behind_the_last() -> None:
    with transaction() as session:
        first = listing(session, Asked(EU, "en", sort=Sort.PRICE, per_page=2))
        last = listing(session, Asked(EU, "en", sort=Sort.PRICE, per_page=2, page=2))
        with pytest.raises(NotFoundError):
            listing(session, Asked(EU, "en", per_page=2, page=3))
    assert ([c.handle for c in first.cards], first.total, first.pages) == (
        ["cedar-pencil", "field-notebook"],
        3,
        2,
    )
    assert ([c.handle for c in last.cards], last.total, last.page) == (["iron-gall-ink"], 3, 2)


@pytest.mark.usefixtures("shelves")
def test_a_collection_keeps_its_own_order_and_a_category_holds_those_below() -> None:
    with transaction() as session:
        (desk,) = collections(session, "de")
        assert (desk.slug, desk.name, desk.is_on_home) == ("desk", "Tisch", True)
        write = category(session, "write", "en")
        assert collection(session, "desk", "en").name == "Desk"
        for ask in (category, collection):
            with pytest.raises(NotFoundError):
                ask(session, "nowhere", "en")
    assert _list(collection_id=desk.id)[0] == ["cedar-pencil", "field-notebook"]
    assert set(_list(category_ids=write.below)[0]) == {"cedar-pencil", "iron-gall-ink"}


@pytest.mark.usefixtures("shelves")
def test_related_products_come_in_their_order() -> None:
    with transaction() as session:
        assert (
            merchandise.relate(session, "field-notebook", ["iron-gall-ink", "cedar-pencil", "field-notebook"])
            == 2
        )
        page = product_page(session, "field-notebook", EU, "en")
        near = cards(session, Asked(EU, "en", related_to=page.product_id))
    assert [card.handle for card in near] == ["iron-gall-ink", "cedar-pencil"]


@pytest.mark.usefixtures("shelves")
def test_a_product_page_has_options_offers_and_words_of_its_market_and_language() -> None:
    with transaction() as session:
        page = product_page(session, "field-notebook", US, "zh")
        with pytest.raises(NotFoundError):
            product_page(session, "no-such-thing", US, "zh")
    assert (page.title, page.subtitle, page.category) == ("田野笔记本", "散步用", ("paper", "Paper"))
    assert [(o.label, [c.label for c in o.choices]) for o in page.options] == [
        ("颜色", ["绿色", "蓝色"]),
        ("内页", ["Dotted", "Plain"]),
    ]
    assert [(o.sku, o.price.amount, o.is_available) for o in page.offers] == [
        ("NB-FIELD-GRN-DOT", 1600, False),
        ("NB-FIELD-GRN-PLN", 1600, False),
        ("NB-FIELD-BLU-DOT", 1800, True),
    ]
    assert page.offers[2].chosen == {"color": "blue", "ruling": "dot"}


@pytest.mark.usefixtures("shelves")
def test_the_site_map_names_what_is_sold_in_a_market() -> None:
    with transaction() as session:
        put_product(session, simple("draft", "Draft", 100, is_published=False))
        put_product(session, simple("nowhere", "Nowhere", 100, variants=()))
        rows = addresses(session, JP)
    assert [(row.kind, row.slug) for row in rows] == [
        ("collection", "desk"),
        ("product", "field-notebook"),
        ("product", "iron-gall-ink"),
        ("product", "cedar-pencil"),
    ]


@pytest.mark.usefixtures("shelves")
def test_pages_take_few_statements() -> None:
    counted: list[str] = []

    def count(_c: object, _k: object, statement: str, *_rest: object) -> None:
        counted.append(statement)

    event.listen(engine(), "before_cursor_execute", count)
    try:
        for ask, most in (
            (lambda s: listing(s, Asked(EU, "en", choices={"color": ("blue",)})), 4),
            (lambda s: listing(s, Asked(EU, "en", typed="ink")), 4),
            (lambda s: product_page(s, "field-notebook", EU, "en"), 5),
            (lambda s: sellables(s, EU, "en", skus=["CEDAR-PENCIL", "NB-FIELD-GRN-DOT"]), 2),
        ):
            counted.clear()
            with transaction() as session:
                ask(session)
            assert len(counted) <= most, counted
    finally:
        event.remove(engine(), "before_cursor_execute", count)
