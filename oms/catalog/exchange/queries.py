"""The catalog of one market and language as rows of a Shopify product CSV."""

import csv
import io
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from oms.catalog.exchange import columns as c
from oms.catalog.exchange.formulas import made_harmless
from oms.catalog.media.models import Media
from oms.catalog.models import Option, Product, ProductText, Variant, in_language
from oms.catalog.queries import MarketFacts
from oms.catalog.states import ProductStatus
from oms.kernel.money import Money

Cells = dict[str, str]


def as_csv(session: Session, market: MarketFacts, language: str) -> Iterator[str]:
    """Yield the lines of the file, header first; importing them into the same market changes nothing."""
    products = _products(session)
    foreign = _foreign_columns(products)
    header = [*c.USED, *sorted({*foreign, *c.USUAL} - set(c.USED))]
    yield _line(header)
    for product in products:
        for cells in _rows(session, product, market, language):
            yield _line([made_harmless(cells.get(name, "")) for name in header])


def _line(cells: list[str]) -> str:
    held = io.StringIO(newline="")
    csv.writer(held, lineterminator="\r\n").writerow(cells)
    return held.getvalue()


def _products(session: Session) -> list[Product]:
    return list(
        session.scalars(
            select(Product)
            .options(
                selectinload(Product.texts),
                selectinload(Product.options).selectinload(Option.values),
                selectinload(Product.variants).selectinload(Variant.prices),
            )
            .order_by(Product.id)
        )
    )


def _foreign_columns(products: list[Product]) -> set[str]:
    found = {name for product in products for name in product.foreign_fields}
    return found | {name for product in products for v in product.variants for name in v.foreign_fields}


def _rows(session: Session, product: Product, market: MarketFacts, language: str) -> list[Cells]:
    media = session.scalars(
        select(Media).where(Media.product_id == product.id).order_by(Media.position, Media.id)
    ).all()
    sources = {picture.id: picture.source for picture in media}
    sold = [variant for variant in product.variants if variant.withdrawn_at is None]
    count = max(len(sold), len(media), 1)
    rows: list[Cells] = [{c.HANDLE: product.handle} for _ in range(count)]
    rows[0] |= _head(product, language)
    for cells, variant in zip(rows, sold, strict=False):
        cells.update(_variant(product, variant, market, language))
        cells[c.VARIANT_IMAGE] = sources.get(variant.media_id or 0, "")
    for place, (cells, picture) in enumerate(zip(rows, media, strict=False), start=1):
        cells[c.IMAGE] = picture.source
        cells[c.IMAGE_POSITION] = str(place)
        cells[c.IMAGE_ALT] = in_language(picture.alt, language)
    return rows


def _text(product: Product, language: str) -> ProductText | None:
    texts = {text.language: text for text in product.texts}
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), None)


def _head(product: Product, language: str) -> Cells:
    text = _text(product, language)
    is_published = product.status is ProductStatus.PUBLISHED
    cells = {
        **{name: cell for name, cell in c.USUAL.items() if not c.is_variant_column(name)},
        **{str(name): str(value) for name, value in product.foreign_fields.items()},
        c.TITLE: text.title if text else "",
        c.BODY: text.description_html if text else "",
        c.VENDOR: product.vendor,
        c.TYPE: product.kind,
        c.TAGS: ", ".join(product.tags),
        c.PUBLISHED: "true" if is_published else "false",
        c.STATUS: "active" if is_published else "draft",
    }
    names = [in_language(option.names, language) for option in product.options]
    cells |= dict(zip(c.OPTION_NAMES, names or ["Title"], strict=False))
    return cells


def _variant(product: Product, variant: Variant, market: MarketFacts, language: str) -> Cells:
    names = {
        f"{option.code}={value.code}": in_language(value.names, language)
        for option in product.options
        for value in option.values
    }
    chosen = [names.get(choice, "") for choice in variant.choices] or ["Default Title"]
    price = next((price for price in variant.prices if price.market_code == market.code), None)

    def written(amount: int | None) -> str:
        return "" if amount is None else str(Money(amount, market.currency).decimal())

    return {
        **{name: cell for name, cell in c.USUAL.items() if c.is_variant_column(name)},
        **{str(name): str(value) for name, value in variant.foreign_fields.items()},
        **dict(zip(c.OPTION_VALUES, chosen, strict=False)),
        c.SKU: variant.sku,
        c.GRAMS: str(variant.weight_grams),
        c.PRICE: written(price.amount) if price else "",
        c.COMPARE_AT: written(price.compare_at) if price else "",
        c.SHIPPING: "true" if variant.requires_shipping else "false",
        c.BARCODE: variant.barcode,
    }
