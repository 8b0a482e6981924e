"""Putting a product into the catalog, and changing it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.catalog import actions
from oms.catalog.actions import Outcome, put_product
from oms.catalog.models import Price, Product, ProductText, Variant
from oms.catalog.queries import sellables, version
from oms.catalog.requests import PriceRequest, TextRequest, VariantRequest
from oms.kernel import clock
from oms.kernel.audit import SYSTEM, AuditEntry
from oms.kernel.db import transaction
from oms.kernel.errors import BadInputError, ConflictError, IllegalMoveError, NotFoundError
from oms.kernel.money import Money
from tests.goods import EU, JP, US, notebook, open_markets, simple, stock_shelves

pytestmark = pytest.mark.usefixtures("shop")


def test_a_product_is_sold_in_every_market_at_its_price() -> None:
    with transaction() as session:
        stock_shelves(session)
    with transaction() as session:
        (eu,) = sellables(session, EU, "de", skus=["NB-FIELD-BLU-DOT"]).values()
        (us,) = sellables(session, US, "en", skus=["NB-FIELD-BLU-DOT"]).values()
        (jp,) = sellables(session, JP, "zh", skus=["NB-FIELD-BLU-DOT"]).values()
    assert (eu.title, eu.choice, eu.price) == ("Feldnotizbuch", "Blau, Punktiert", Money(1650, "EUR"))
    assert (us.title, us.choice, us.price) == ("Field Notebook", "Blue, Dotted", Money(1800, "USD"))
    assert (jp.title, jp.choice, jp.price) == ("田野笔记本", "蓝色, Dotted", Money(1650, "JPY"))
    assert (eu.weight_grams, eu.requires_shipping, eu.hs_code, eu.origin) == (210, True, "482010", "PT")


def test_asking_twice_changes_nothing() -> None:
    with transaction() as session:
        stock_shelves(session)
    with transaction() as session:
        before = version(session)
        put = put_product(session, notebook())
    with transaction() as session:
        assert put.outcome is Outcome.UNCHANGED
        assert version(session) == before
        assert len(session.scalars(select(Variant)).all()) == 5


def test_a_change_of_one_price_is_an_update_and_makes_pages_old() -> None:
    with transaction() as session:
        stock_shelves(session)
        before = version(session)
        dearer = simple("cedar-pencil", "Cedar Pencil", 350)
        assert put_product(session, dearer).outcome is Outcome.UPDATED
        assert version(session) == before + 1
        (pencil,) = sellables(session, EU, "en", skus=["CEDAR-PENCIL"]).values()
    assert pencil.price == Money(350, "EUR")


def test_what_is_not_named_stays() -> None:
    with transaction() as session:
        stock_shelves(session)
        only_green = notebook(texts={"en": TextRequest("Field Book")}, variants=notebook().variants[:1])
        put_product(session, only_green)
        titles = dict(
            session.execute(
                select(ProductText.language, ProductText.title).where(ProductText.product_id == 1)
            ).all()
        )
        assert titles == {"en": "Field Book", "de": "Feldnotizbuch", "zh": "田野笔记本"}
        assert len(session.scalars(select(Variant).where(Variant.product_id == 1)).all()) == 3


def test_a_variant_without_sku_gets_one_from_its_handle_and_choices_and_keeps_it() -> None:
    nameless = notebook(
        variants=(VariantRequest("", ("color=green", "ruling=dot"), {"eu": PriceRequest(900)}),)
    )
    with transaction() as session:
        open_markets(session)
        assert put_product(session, nameless).made_skus == ("FIELD-NOTEBOOK-GREEN-DOT",)
        again = put_product(session, nameless)
    assert (again.outcome, again.made_skus) == (Outcome.UNCHANGED, ())


def test_a_sku_of_another_product_is_refused_and_nothing_changes() -> None:
    with transaction() as session:
        stock_shelves(session)
    thief = simple("thief", "Thief", 100, variants=(VariantRequest("CEDAR-PENCIL"),))
    with pytest.raises(ConflictError, match="CEDAR-PENCIL belongs to cedar-pencil"), transaction() as session:
        put_product(session, thief)
    with transaction() as session:
        assert session.scalars(select(Product.handle).order_by(Product.handle)).all() == [
            "cedar-pencil",
            "field-notebook",
            "iron-gall-ink",
        ]


def test_two_variants_of_one_product_share_neither_sku_nor_choices() -> None:
    twin = (VariantRequest("TWIN", ("color=green",)), VariantRequest("TWIN", ("color=blue",)))
    same = (VariantRequest("A", ("color=green",)), VariantRequest("B", ("color=green",)))
    made = (VariantRequest("", ("color=a-b", "ruling=c")), VariantRequest("", ("color=a", "ruling=b-c")))
    with transaction() as session:
        open_markets(session)
    for variants in (twin, same, made):
        with pytest.raises(ConflictError), transaction() as session:
            put_product(session, notebook(variants=variants))
    with transaction() as session:
        assert session.scalars(select(Variant)).all() == []


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (simple("x", "", 100), "title"),
        (simple("x", "X", 100, category="nowhere"), "category"),
        (simple("x", "X", 0), "price"),
    ],
    ids=["no title", "unknown category", "a price of nothing"],
)
def test_a_request_that_cannot_be_says_which_field_and_writes_nothing(request_: object, field: str) -> None:
    with transaction() as session:
        open_markets(session)
    with pytest.raises(BadInputError) as refusal, transaction() as session:
        put_product(session, request_)  # type: ignore[arg-type]
    assert refusal.value.field == field
    with transaction() as session:
        assert session.scalars(select(Product)).all() == []


def test_html_keeps_its_meaning_and_loses_what_could_run() -> None:
    dirty = (
        '<p onclick="x()">Ink<script>x()</script> <a href="javascript:x()">here</a><img src=x onerror=y></p>'
    )
    with transaction() as session:
        open_markets(session)
        put_product(session, simple("ink", "Ink", 100, texts={"en": TextRequest("Ink", "", dirty)}))
        kept = session.scalar(select(ProductText.description_html))
    assert kept == '<p>Ink <a rel="nofollow noopener">here</a></p>'


def test_a_draft_a_withdrawn_variant_and_a_variant_without_price_are_not_sold() -> None:
    with transaction() as session:
        stock_shelves(session)
        put_product(session, simple("draft", "Draft", 500, is_published=False))
        actions.withdraw_variant(session, _id(session, "CEDAR-PENCIL"), by=SYSTEM)
        put_product(
            session,
            simple(
                "eu-only", "EU only", 1, variants=(VariantRequest("EU-ONLY", (), {"eu": PriceRequest(1)}),)
            ),
        )
        found = sellables(session, US, "en", skus=["DRAFT", "CEDAR-PENCIL", "EU-ONLY", "IRON-GALL-INK"])
    assert {s.sku: s.is_sold for s in found.values()} == {
        "DRAFT": False,
        "CEDAR-PENCIL": False,
        "EU-ONLY": False,
        "IRON-GALL-INK": True,
    }


def test_publishing_keeps_the_first_date() -> None:
    with transaction() as session:
        stock_shelves(session)
    first = datetime(2026, 1, 1, tzinfo=UTC)
    with clock.held_at(first), transaction() as session:
        put = put_product(session, simple("new", "New", 100))
    with transaction() as session:
        actions.unpublish(session, put.product_id, by=SYSTEM)
        actions.publish(session, put.product_id, by=SYSTEM)
        assert session.get_one(Product, put.product_id).published_at == first
        with pytest.raises(IllegalMoveError):
            actions.publish(session, put.product_id, by=SYSTEM)
        with pytest.raises(NotFoundError):
            actions.publish(session, 999, by=SYSTEM)


def test_a_price_is_set_once_and_never_to_nothing() -> None:
    with transaction() as session:
        stock_shelves(session)
        pencil = _id(session, "CEDAR-PENCIL")
        assert actions.set_price(session, pencil, "eu", PriceRequest(320, 400), by=SYSTEM) is True
        assert actions.set_price(session, pencil, "eu", PriceRequest(320, 400), by=SYSTEM) is False
        for amount, before in ((0, None), (-5, None), (320, 320), (320, 100)):
            with pytest.raises(BadInputError):
                actions.set_price(session, pencil, "eu", PriceRequest(amount, before), by=SYSTEM)
        assert session.scalars(select(AuditEntry.verb)).all() == ["catalog.set_price"]
        kept = session.execute(
            select(Price.amount, Price.compare_at).where(
                Price.variant_id == pencil, Price.market_code == "eu"
            )
        ).one()
    assert tuple(kept) == (320, 400)


def test_only_news_about_stock_makes_pages_old() -> None:
    with transaction() as session:
        stock_shelves(session)
        pencil, ink = _id(session, "CEDAR-PENCIL"), _id(session, "IRON-GALL-INK")
        before = version(session)
        assert actions.note_availability(session, {pencil: True, ink: False}) is True
        assert version(session) == before + 1
        assert actions.note_availability(session, {pencil: True, ink: False}) is False
        assert actions.note_availability(session, {}) is False
        assert version(session) == before + 1
        assert session.scalars(select(Variant.sku).where(Variant.is_available)).all() == ["CEDAR-PENCIL"]


def _id(session: Session, sku: str) -> int:
    return session.execute(select(Variant.id).where(Variant.sku == sku)).scalar_one()
