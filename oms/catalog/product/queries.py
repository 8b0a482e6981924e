"""A product's page, what goes with it, and the addresses of all: for one market and language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select, true
from sqlalchemy.orm import Session, selectinload

from oms.catalog.media.models import Media
from oms.catalog.models import (
    Category,
    Collection,
    CollectionProduct,
    Option,
    Price,
    Product,
    Variant,
    in_language,
)
from oms.catalog.queries import MarketFacts, Picture, best_text, picture
from oms.catalog.states import ProductStatus
from oms.kernel.errors import NotFoundError
from oms.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of an option; `is_offered` says that some variant with it is sold here."""

    code: str
    label: str
    swatch: str
    is_offered: bool


@dataclass(frozen=True, slots=True)
class ChosenOption:
    """An option with its values, in order."""

    code: str
    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """A variant that is sold in the market. `chosen` holds its option values by option code."""

    variant_id: int
    sku: str
    chosen: Mapping[str, str]
    price: Money
    compare_at: Money | None
    weight_grams: int
    requires_shipping: bool
    is_available: bool
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class ProductPage:
    """Everything that a product's page says; no offers where nothing of it is sold in this market."""

    product_id: int
    handle: str
    title: str
    subtitle: str
    description_html: str
    contents: str
    materials: str
    category: tuple[str, str]
    origin: str
    is_digital: bool
    options: tuple[ChosenOption, ...]
    offers: tuple[Offer, ...]
    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class Address:
    """A row of the site map: what kind of page, its slug, when it was published."""

    kind: str
    slug: str
    published_at: datetime | None


def product_page(session: Session, handle: str, market: MarketFacts, language: str) -> ProductPage:
    """Return the page of a published product. Raises NotFoundError for anything else; five statements."""
    words = best_text(language).subquery("words").lateral()
    if not handle.isprintable():
        raise NotFoundError("This product is not in the shop.")
    row = session.execute(
        select(Product, words, Category.slug, Category.names)
        .select_from(Product)
        .join(words, true())
        .outerjoin(Category, Category.id == Product.category_id)
        .where(Product.handle == handle, Product.status == ProductStatus.PUBLISHED)
    ).one_or_none()
    if row is None:
        raise NotFoundError("This product is not in the shop.")
    product: Product = row.Product
    media = session.scalars(
        select(Media)
        .where(Media.product_id == product.id, Media.digest != "")
        .order_by(Media.position, Media.id)
    ).all()
    offers = _offers(session, product.id, market, {m.id: picture(m, language) for m in media})
    return ProductPage(
        product_id=product.id,
        handle=product.handle,
        title=row.title,
        subtitle=row.subtitle,
        description_html=row.description_html,
        contents=row.contents,
        materials=row.materials,
        category=(row.slug, in_language(row.names, language)) if row.slug else ("", ""),
        origin=product.origin,
        is_digital=product.is_digital,
        options=_options(session, product.id, offers, language),
        offers=offers,
        pictures=tuple(shown for m in media if (shown := picture(m, language))),
    )


def _offers(
    session: Session, product_id: int, market: MarketFacts, pictures: Mapping[int, Picture | None]
) -> tuple[Offer, ...]:
    rows = session.execute(
        select(Variant, Price)
        .join(Price, (Price.variant_id == Variant.id) & (Price.market_code == market.code))
        .where(Variant.product_id == product_id, Variant.withdrawn_at.is_(None))
        .order_by(Variant.position, Variant.id)
    )
    return tuple(
        Offer(
            variant_id=variant.id,
            sku=variant.sku,
            chosen=variant.chosen(),
            price=Money(price.amount, market.currency),
            compare_at=Money(price.compare_at, market.currency) if price.compare_at else None,
            weight_grams=variant.weight_grams,
            requires_shipping=variant.requires_shipping,
            is_available=variant.is_available,
            picture=pictures.get(variant.media_id or 0),
        )
        for variant, price in rows
    )


def _options(
    session: Session, product_id: int, offers: Sequence[Offer], language: str
) -> tuple[ChosenOption, ...]:
    offered = {pair for offer in offers for pair in offer.chosen.items()}
    options = session.scalars(
        select(Option)
        .where(Option.product_id == product_id)
        .options(selectinload(Option.values))
        .order_by(Option.position, Option.id)
    )
    return tuple(
        ChosenOption(
            option.code,
            in_language(option.names, language),
            tuple(
                Choice(
                    value.code,
                    in_language(value.names, language),
                    value.swatch,
                    (option.code, value.code) in offered,
                )
                for value in option.values
            ),
        )
        for option in options
    )


def addresses(session: Session, market: MarketFacts) -> list[Address]:
    """Return the site map of a market: collections, then products that are sold there, oldest first."""
    is_sold = exists().where(
        Variant.product_id == Product.id,
        Variant.withdrawn_at.is_(None),
        Price.variant_id == Variant.id,
        Price.market_code == market.code,
    )
    products = session.execute(
        select(Product.handle, Product.published_at)
        .where(Product.status == ProductStatus.PUBLISHED, is_sold)
        .order_by(Product.published_at, Product.id)
    )
    filled = exists().where(CollectionProduct.collection_id == Collection.id)
    slugs = session.scalars(select(Collection.slug).where(filled).order_by(Collection.position))
    return [
        *(Address("collection", slug, None) for slug in slugs),
        *(Address("product", handle, published_at) for handle, published_at in products),
    ]


def sold_count(session: Session) -> int:
    """Return how many products are published; a shop with none is empty."""
    return session.scalar(select(func.count()).where(Product.status == ProductStatus.PUBLISHED)) or 0
