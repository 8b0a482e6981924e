"""The demo shop's goods: into the catalog with their drawings, into the warehouses with their stock."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.catalog.actions import Outcome, note_availability, put_product
from oms.catalog.media.folder import MediaFolder
from oms.catalog.merchandise.actions import fill_collection, relate
from oms.catalog.models import Collection, CollectionProduct, Market, Variant
from oms.catalog.requests import (
    OptionRequest,
    PriceRequest,
    ProductRequest,
    TextRequest,
    ValueRequest,
    VariantRequest,
)
from oms.finance.models import UnitCost
from oms.inventory import actions as inventory
from oms.inventory.actions import Move
from oms.inventory.models import StockMovement, Warehouse
from oms.inventory.queries import available
from oms.inventory.states import MovementKind
from oms.kernel.audit import SYSTEM
from oms.local.demo.shapes import LANGUAGES, DemoOption, DemoProduct, DemoVariant, Words

_DRAWING_SIZE = (400, 500)
# Before anything was sold in the demo shop.
_OPENED = datetime(2020, 1, 1, tzinfo=UTC)


def words(given: Words) -> dict[str, str]:
    """Return a text by language, as the catalog keeps it."""
    return {language: given.of(language) for language in LANGUAGES}


def put_on_shelf(session: Session, product: DemoProduct, folder: MediaFolder) -> bool:
    """Put one product with its drawings into the catalog; return whether that changed anything."""
    pictures = tuple(
        folder.keep_drawing(picture.file_name, picture.svg, words(picture.alt), _DRAWING_SIZE)
        for picture in product.pictures
    )
    request = ProductRequest(
        handle=product.handle,
        texts={language: _text(product, language) for language in LANGUAGES},
        options=tuple(_option(option) for option in product.options),
        variants=tuple(_variant(product, variant) for variant in product.variants),
        pictures=pictures,
        is_published=product.is_published,
        tax_class=product.tax_class,
        hs_code=product.customs.hs_code,
        origin=product.customs.origin,
        category=product.category,
        is_digital=product.is_digital,
    )
    return put_product(session, request).outcome is not Outcome.UNCHANGED


def _text(product: DemoProduct, language: str) -> TextRequest:
    text = product.text
    return TextRequest(
        title=text.title.of(language),
        subtitle=text.subtitle.of(language),
        description_html=f"<p>{text.description.of(language)}</p>",
        contents=text.box.of(language),
        materials=text.materials.of(language),
    )


def _option(option: DemoOption) -> OptionRequest:
    values = tuple(
        ValueRequest(value.code.lower(), words(value.name), value.swatch or "") for value in option.values
    )
    return OptionRequest(option.code, words(option.name), values)


def _variant(product: DemoProduct, variant: DemoVariant) -> VariantRequest:
    chosen = zip(product.options, variant.values, strict=True)
    return VariantRequest(
        sku=variant.sku,
        choices=tuple(f"{option.code}={value.lower()}" for option, value in chosen),
        prices={market: PriceRequest(amount) for market, amount in variant.prices.items()},
        weight_grams=variant.weight_grams,
        requires_shipping=not product.is_digital,
        picture=variant.picture,
    )


def arrange(session: Session, products: Iterable[DemoProduct]) -> None:
    """Fill the collections in the order of the shelf, and say what goes well with what."""
    shown = [product for product in products if product.is_published]
    for row in session.execute(select(Collection.slug, Collection.id)).all():
        fill_collection(session, row.id, [p.handle for p in shown if row.slug in p.collections])
    for product in shown:
        relate(session, product.handle, product.related)


def fill_warehouses(session: Session, products: Sequence[DemoProduct]) -> int:
    """Receive the opening stock once; what has ever moved is left alone. Return how many units came in."""
    places = {row.code: row.id for row in session.execute(select(Warehouse.code, Warehouse.id))}
    numbers = {row.sku: row.id for row in session.execute(select(Variant.sku, Variant.id))}
    moved = set(session.scalars(select(StockMovement.variant_id).distinct()))
    received = [
        Move(numbers[variant.sku], places[code], MovementKind.RECEIPT, units)
        for product in products
        for variant in product.variants
        for code, units in variant.stock.items()
        if units and numbers[variant.sku] not in moved
    ]
    inventory.move(session, received, by=SYSTEM)
    counted = {numbers[v.sku] for p in products for v in p.variants if v.stock}
    note_availability(session, {n: left > 0 for n, left in available(session, counted).items()})
    return sum(move.quantity for move in received)


def state_costs(session: Session, products: Iterable[DemoProduct]) -> int:
    """State once what goods cost the demo shop: two fifths of their lowest price, a download nothing.

    Return how many costs were stated; of a variant that has one nothing is.
    """
    currencies = {row.code: row.currency for row in session.execute(select(Market.code, Market.currency))}
    numbers = {row.sku: row.id for row in session.execute(select(Variant.sku, Variant.id))}
    known = set(session.scalars(select(UnitCost.variant_id).distinct()))
    stated = [
        UnitCost(variant_id=numbers[variant.sku], currency=currency, amount=amount, valid_from=_OPENED)
        for product in products
        for variant in product.variants
        if numbers[variant.sku] not in known
        for currency, amount in _costs(variant, currencies).items()
    ]
    session.add_all(stated)
    return len(stated)


def _costs(variant: DemoVariant, currencies: Mapping[str, str]) -> dict[str, int]:
    prices: dict[str, int] = {}
    for market, price in variant.prices.items():
        lowest = prices.get(currencies[market], price)
        prices[currencies[market]] = min(lowest, price)
    return {currency: price * 2 // 5 if variant.stock else 0 for currency, price in prices.items()}


def is_arranged(session: Session) -> bool:
    """Say whether any collection holds anything already."""
    return session.scalar(select(CollectionProduct.product_id).limit(1)) is not None
