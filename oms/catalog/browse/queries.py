"""Lists of products, narrowed, counted, sorted, one page at a time: two or three statements each."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Row,
    String,
    Subquery,
    cast,
    func,
    literal,
    null,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by, array
from sqlalchemy.orm import Session

from oms.catalog.browse.asked import MOST_PAGES, Asked, Card, Listing, Sort
from oms.catalog.browse.facets import Rule, all_but, facets, step
from oms.catalog.media.models import Media
from oms.catalog.models import (
    Category,
    CollectionProduct,
    Price,
    Product,
    ProductRelation,
    Variant,
)
from oms.catalog.queries import best_text, first_media, picture
from oms.catalog.search.models import SearchEntry
from oms.catalog.search.queries import relevance, wanted
from oms.catalog.states import ProductStatus
from oms.kernel.errors import NotFoundError
from oms.kernel.money import Money


def listing(session: Session, asked: Asked) -> Listing:
    """Return one page of a list with its facets. Raises NotFoundError for a page behind the last."""
    if asked.typed is not None and wanted(asked.typed, asked.language) is None:
        return Listing((), 0, 1, 1, ())
    offers = _offers(asked)
    rules = _rules(offers, asked)
    cards, total = _page(session, asked, offers, rules)
    if not cards and asked.page > 1:
        raise NotFoundError("This list has fewer pages.")
    pages = min(max(1, -(-total // asked.per_page)), MOST_PAGES)
    return Listing(cards, total, asked.page, pages, facets(session, asked, offers, rules))


def cards(session: Session, asked: Asked) -> tuple[Card, ...]:
    """Return the first products of a list without counting anything."""
    offers = _offers(asked)
    return _page(session, asked, offers, _rules(offers, asked))[0]


def _offers(asked: Asked) -> CTE:
    """Everything that is sold in the market within the list's scope, one row per variant."""
    place: ColumnElement[Any] = literal(0)
    chosen = (
        select(
            Product.id.label("product_id"),
            Product.published_at,
            Category.slug.label("category"),
            Variant.choices,
            Variant.is_available,
            Variant.media_id,
            Variant.position,
            Price.amount,
            Price.compare_at,
        )
        .join(Variant, Variant.product_id == Product.id)
        .join(Price, (Price.variant_id == Variant.id) & (Price.market_code == asked.market.code))
        .outerjoin(Category, Category.id == Product.category_id)
        .where(Product.status == ProductStatus.PUBLISHED, Variant.withdrawn_at.is_(None))
    )
    if asked.collection_id is not None:
        chosen = chosen.join(CollectionProduct, CollectionProduct.product_id == Product.id)
        chosen = chosen.where(CollectionProduct.collection_id == asked.collection_id)
        place = CollectionProduct.position.expression
    if asked.related_to is not None:
        chosen = chosen.join(ProductRelation, ProductRelation.related_id == Product.id)
        chosen = chosen.where(ProductRelation.product_id == asked.related_to)
        place = ProductRelation.position.expression
    if asked.category_ids:
        chosen = chosen.where(Product.category_id.in_(asked.category_ids))
    query = None if asked.typed is None else wanted(asked.typed, asked.language)
    if query is not None:
        chosen = chosen.join(SearchEntry, SearchEntry.product_id == Product.id)
        chosen = chosen.where(
            SearchEntry.language == asked.language, SearchEntry.document.bool_op("@@")(query)
        )
        place = -relevance(query)
    return chosen.add_columns(place.label("place")).cte("offers")


def _rules(offers: CTE, asked: Asked) -> dict[str, Rule]:
    """How the list is narrowed, by facet."""
    rules: dict[str, Rule] = {}
    if asked.categories:
        rules["category"] = offers.c.category.in_(asked.categories)
    if asked.in_stock:
        rules["stock"] = offers.c.is_available
    if asked.prices:
        rules["price"] = step(offers, asked).in_(asked.prices)
    for code, values in asked.choices.items():
        chosen = cast(array([f"{code}={value}" for value in values]), ARRAY(String))
        rules[f"choice:{code}"] = offers.c.choices.bool_op("&&")(chosen)
    return rules


def _page(
    session: Session, asked: Asked, offers: CTE, rules: Mapping[str, Rule]
) -> tuple[tuple[Card, ...], int]:
    c = offers.c
    pictured = func.array_agg(aggregate_order_by(c.media_id, c.position)) if asked.choices else null()
    found = (
        select(
            c.product_id,
            func.min(c.amount).label("low"),
            func.max(c.amount).label("high"),
            func.array_agg(aggregate_order_by(c.compare_at, c.amount)).label("before"),
            func.bool_or(c.is_available).label("is_available"),
            func.max(c.published_at).label("published_at"),
            func.min(c.place).label("place"),
            pictured.label("pictured"),
            func.count().over().label("total"),
        )
        .where(all_but(rules))
        .group_by(c.product_id)
        .subquery("found")
    )
    picked = _picked(asked, found)
    words = best_text(asked.language).subquery("words").lateral()
    shown = func.coalesce(picked.c.pictured[1], first_media()) if asked.choices else first_media()
    rows = session.execute(
        select(picked, Product.handle, words.c.title, words.c.subtitle, Media)
        .join(Product, Product.id == picked.c.product_id)
        .join(words, true())
        .outerjoin(Media, Media.id == shown)
        .order_by(picked.c.rank)
    ).all()
    return tuple(_card(row, asked) for row in rows), rows[0].total if rows else 0


def _picked(asked: Asked, found: Subquery) -> Subquery:
    """Pick the products of one page, before words and pictures are looked up; a list by name needs words."""
    title: ColumnElement[str] = literal("")
    source: FromClause = found
    if asked.sort is Sort.NAME:
        words = best_text(asked.language).subquery("names").lateral()
        title = words.c.title
        source = found.join(Product, Product.id == found.c.product_id).join(words, true())
    order = [*_order(asked.sort, found.c, title), found.c.product_id]
    return (
        select(found, func.row_number().over(order_by=order).label("rank"))
        .select_from(source)
        .order_by(*order)
        .limit(asked.per_page)
        .offset((asked.page - 1) * asked.per_page)
        .subquery("picked")
    )


def _order(sort: Sort, found: Any, title: ColumnElement[str]) -> list[ColumnElement[Any]]:  # noqa: ANN401 - columns by name
    # Umlauts sort with their vowels (DIN 5007-1) without asking for a collation that a server may lack.
    name = func.translate(func.lower(title), "äöüßéèáà", "aouseeaa")
    return {
        Sort.BEST: [found.place, found.published_at.desc()],
        Sort.NEWEST: [found.published_at.desc()],
        Sort.PRICE: [found.low],
        Sort.PRICE_DOWN: [found.low.desc()],
        Sort.NAME: [name],
    }[sort]


def _card(row: Row[Any], asked: Asked) -> Card:
    currency = asked.market.currency
    before = row.before[0]
    return Card(
        row.product_id,
        row.handle,
        row.title,
        row.subtitle,
        Money(row.low, currency),
        row.high > row.low,
        Money(before, currency) if before else None,
        row.is_available,
        picture(row.Media, asked.language),
    )
