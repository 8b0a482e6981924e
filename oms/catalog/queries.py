"""Reads that other features and every page need: markets, what can be sold, the catalog's version."""

from collections.abc import Collection as Several
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import ColumnElement, Select, bindparam, case, func, select
from sqlalchemy.orm import Session

from oms.catalog.media.models import Media, MediaKind
from oms.catalog.models import (
    FALLBACK,
    CatalogVersion,
    Market,
    MarketText,
    Option,
    OptionValue,
    Price,
    Product,
    ProductText,
    Variant,
    Words,
    in_language,
)
from oms.catalog.states import ProductStatus
from oms.kernel.errors import NotFoundError
from oms.kernel.money import Money

# Under this name a session keeps the markets that it has read; who changes one takes it away.
MARKETS = "markets"


@dataclass(frozen=True, slots=True)
class MarketFacts:
    """A market as pages and quotes need it."""

    code: str
    currency: str
    tax_included: bool
    default_language: str
    languages: tuple[str, ...]
    countries: tuple[str, ...]
    names: Words
    tax_words: Words = field(default_factory=dict)

    def name(self, language: str) -> str:
        """Return what the market is called in a language."""
        return in_language(self.names, language) or self.code


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with its files: sizes in pixels; no widths for a drawing, which has one file."""

    digest: str
    kind: MediaKind
    width: int
    height: int
    widths: tuple[int, ...]
    alt: str


@dataclass(frozen=True, slots=True)
class Sellable:
    """A variant in a market and language: what a cart line shows and an order line keeps.

    `price` is None where it is not sold: draft, withdrawn, or without a price in this market.
    `choice` names the chosen options, such as `Green, Dotted`; empty for a product without options.
    """

    variant_id: int
    product_id: int
    sku: str
    handle: str
    title: str
    choice: str
    price: Money | None
    compare_at: Money | None
    tax_class: str
    weight_grams: int
    requires_shipping: bool
    hs_code: str
    origin: str
    picture: Picture | None

    @property
    def is_sold(self) -> bool:
        """Say whether it can be bought in this market at all, stock aside."""
        return self.price is not None


def version(session: Session) -> int:
    """Return the catalog's version: pages made under an older one are stale."""
    return session.scalar(select(CatalogVersion.number)) or 0


def markets(session: Session) -> list[MarketFacts]:
    """Return every market, in order; the first is the default one. One session reads them once."""
    if MARKETS not in session.info:
        session.info[MARKETS] = _markets(session)
    return list(session.info[MARKETS])


@cache
def _with_tax_words() -> Select[Market, Words]:
    beside = (
        select(func.jsonb_object_agg(MarketText.language, MarketText.title))
        .where(MarketText.market_code == Market.code, MarketText.topic == "tax")
        .correlate(Market)
        .scalar_subquery()
    )
    return select(Market, beside).order_by(Market.position, Market.code)


def _markets(session: Session) -> list[MarketFacts]:
    rows = session.execute(_with_tax_words())
    return [
        MarketFacts(
            code=row.code,
            currency=row.currency,
            tax_included=row.tax_included,
            default_language=row.default_language,
            languages=tuple(row.languages),
            countries=tuple(row.countries),
            names=row.names,
            tax_words=words or {},
        )
        for row, words in rows
    ]


def market_texts(session: Session, market_code: str, language: str) -> dict[str, MarketText]:
    """Return what the law of a market wants said, by topic, in a language or else in English."""
    rows = session.scalars(
        select(MarketText)
        .where(MarketText.market_code == market_code, MarketText.language.in_([language, FALLBACK]))
        .order_by(MarketText.language == language)
    )
    return {row.topic: row for row in rows}


def best_text(language: str) -> Select[str, str, str, str, str]:
    """Select one product's words in a language, else in English, else in any; for a lateral join."""
    return (
        select(
            ProductText.title,
            ProductText.subtitle,
            ProductText.description_html,
            ProductText.contents,
            ProductText.materials,
        )
        .where(ProductText.product_id == Product.id)
        .order_by(case((ProductText.language == language, 0), (ProductText.language == FALLBACK, 1), else_=2))
        .limit(1)
        .correlate(Product)
    )


def sellables(
    session: Session, market: MarketFacts, language: str, *, ids: Several[int] = (), skus: Several[str] = ()
) -> dict[int, Sellable]:
    """Return variants by id, found by ids or SKUs; what is not sold is there too, without a price."""
    which = {"market": market.code, "ids": list(ids), "skus": list(skus)}
    rows = session.execute(_of_variants(language), which).all()
    chosen = {row.Product.id for row in rows if row.Variant.choices}
    labels = choice_names(session, chosen, language) if chosen else {}
    return {row.Variant.id: _sellable((*row,), market, language, labels) for row in rows}


@cache
def _of_variants(language: str) -> Select[Variant, Product, Price, Media, str]:
    """Select variants with all that a line shows; put together once, which takes longer than running it."""
    words = best_text(language).subquery("words").lateral()
    is_wanted = Variant.id.in_(bindparam("ids", expanding=True)) | Variant.sku.in_(
        bindparam("skus", expanding=True)
    )
    return (
        select(Variant, Product, Price, Media, words.c.title)
        .join(Product, Product.id == Variant.product_id)
        .join(words, onclause=Product.id.is_not(None))
        .outerjoin(Price, (Price.variant_id == Variant.id) & (Price.market_code == bindparam("market")))
        .outerjoin(Media, Media.id == func.coalesce(Variant.media_id, first_media()))
        .where(is_wanted)
    )


def first_media() -> ColumnElement[int | None]:
    """Return the id of a product's first picture that has a file, as a subquery on Product."""
    return (
        select(Media.id)
        .where(Media.product_id == Product.id, Media.digest != "")
        .order_by(Media.position, Media.id)
        .limit(1)
        .correlate(Product)
        .scalar_subquery()
    )


def _sellable(
    found: tuple[Variant, Product, Price | None, Media | None, str],
    market: MarketFacts,
    language: str,
    labels: dict[tuple[int, str], str],
) -> Sellable:
    variant, product, price, media, title = found
    is_sold = product.status is ProductStatus.PUBLISHED and variant.withdrawn_at is None and price is not None
    now, before = (price.amount, price.compare_at) if price is not None and is_sold else (None, None)
    return Sellable(
        variant_id=variant.id,
        product_id=product.id,
        sku=variant.sku,
        handle=product.handle,
        title=title,
        choice=", ".join(labels.get((product.id, choice), "") for choice in variant.choices),
        price=Money(now, market.currency) if now is not None else None,
        compare_at=Money(before, market.currency) if before is not None else None,
        tax_class=product.tax_class,
        weight_grams=variant.weight_grams,
        requires_shipping=variant.requires_shipping and not product.is_digital,
        hs_code=product.hs_code,
        origin=product.origin,
        picture=picture(media, language),
    )


def choice_names(session: Session, product_ids: Several[int], language: str) -> dict[tuple[int, str], str]:
    """Return the name of each choice of some products by (product id, `color=blue`)."""
    rows = session.execute(
        select(Option.product_id, Option.code, OptionValue.code.label("value"), OptionValue.names)
        .join(OptionValue, OptionValue.option_id == Option.id)
        .where(Option.product_id.in_(product_ids))
    )
    return {(row.product_id, f"{row.code}={row.value}"): in_language(row.names, language) for row in rows}


def picture(media: Media | None, language: str) -> Picture | None:
    """Return a picture as pages need it; None where there is none, or its file is missing."""
    if media is None or not media.digest:
        return None
    return Picture(
        media.digest,
        media.kind,
        media.width,
        media.height,
        tuple(media.widths),
        in_language(media.alt, language),
    )


def variant_of(session: Session, sku: str) -> Variant:
    """Return a variant by its SKU. Raises NotFoundError."""
    found = session.scalar(select(Variant).where(Variant.sku == sku))
    if found is None:
        raise NotFoundError("There is no such SKU.")
    return found


def title_of(session: Session, variant: Variant) -> tuple[str, str]:
    """Return what a variant is called and its choices, in English."""
    title = session.scalar(
        select(ProductText.title).where(
            ProductText.product_id == variant.product_id, ProductText.language == FALLBACK
        )
    )
    labels = choice_names(session, {variant.product_id}, FALLBACK)
    choice = ", ".join(labels.get((variant.product_id, one), "") for one in variant.choices)
    return title or variant.sku, choice
