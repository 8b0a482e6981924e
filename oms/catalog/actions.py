"""What staff do to the catalog. Each bumps the catalog's version when a page would look different."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import column, select, update, values
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, selectinload

from oms.catalog import writing
from oms.catalog.media.models import Media
from oms.catalog.models import CatalogVersion, Category, Option, Price, Product, Variant
from oms.catalog.queries import MARKETS
from oms.catalog.requests import PriceRequest, ProductRequest, VariantRequest
from oms.catalog.search.actions import index
from oms.catalog.states import ProductStatus
from oms.kernel import audit, clock
from oms.kernel.audit import Actor
from oms.kernel.errors import BadInputError, ConflictError, NotFoundError


class Outcome(StrEnum):
    """What became of a request."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Put:
    """What `put_product` did; `made_skus` are those of variants that came without one."""

    product_id: int
    outcome: Outcome
    made_skus: tuple[str, ...]


def touch(session: Session) -> None:
    """Make every cached page old. Call it last: the row is held until the transaction ends."""
    session.info.pop(MARKETS, None)
    statement = insert(CatalogVersion).values(id=1, number=1)
    session.execute(
        statement.on_conflict_do_update(index_elements=["id"], set_={"number": CatalogVersion.number + 1})
    )


def put_product(session: Session, request: ProductRequest) -> Put:
    """Create a product or bring it to what is requested; repeating it changes nothing.

    Raises BadInputError for a request that cannot be (field and reason), ConflictError for a SKU that
    belongs to another product.
    """
    session.flush()
    product = _loaded(session, request.handle)
    is_new = product is None
    if product is None:
        product = Product(
            handle=request.handle, status=ProductStatus.DRAFT, texts=[], options=[], variants=[]
        )
        session.add(product)
    writing.lay_facts(product, request, _category_id(session, request.category))
    writing.lay_texts(product, request.texts)
    writing.lay_options(product, request.options)
    _follow(product, is_published=request.is_published)
    is_changed = _flush(session)
    pictures = _put_pictures(session, product, request)
    is_changed = _flush(session) or is_changed
    made = _put_variants(session, product, request.variants, pictures)
    is_changed = _flush(session) or is_changed
    if is_changed:
        index(session, [product.id])
        touch(session)
    outcome = Outcome.CREATED if is_new else Outcome.UPDATED if is_changed else Outcome.UNCHANGED
    return Put(product.id, outcome, made)


def _loaded(session: Session, handle: str) -> Product | None:
    return session.scalar(
        select(Product)
        .where(Product.handle == handle)
        .options(
            selectinload(Product.texts),
            selectinload(Product.options).selectinload(Option.values),
            selectinload(Product.variants).selectinload(Variant.prices),
        )
        .with_for_update(of=Product)
    )


def _follow(product: Product, *, is_published: bool) -> None:
    if is_published and product.status is not ProductStatus.PUBLISHED:
        product.publish(clock.now())
    elif not is_published and product.status is ProductStatus.PUBLISHED:
        product.unpublish()


def _flush(session: Session) -> bool:
    is_changed = bool(session.new or session.deleted) or any(
        session.is_modified(row) for row in session.dirty
    )
    session.flush()
    return is_changed


def _category_id(session: Session, category_slug: str | None) -> int | None:
    if not category_slug:
        return None
    found = session.scalar(select(Category.id).where(Category.slug == category_slug))
    if found is None:
        raise BadInputError(f"There is no category {category_slug}. Make it first.", field="category")
    return found


def _put_pictures(session: Session, product: Product, request: ProductRequest) -> dict[str, int]:
    have = session.scalars(select(Media).where(Media.product_id == product.id)).all()
    laid = writing.lay_pictures(product, have, request.pictures)
    session.add_all(laid)
    for media in have:
        if media not in laid and request.pictures:
            media.position = len(laid) + have.index(media)
    if any(media.id is None for media in laid):
        session.flush()
    return {media.source: media.id for media in [*have, *laid]}


def _put_variants(
    session: Session, product: Product, requests: Sequence[VariantRequest], pictures: dict[str, int]
) -> tuple[str, ...]:
    made: list[str] = []
    claimed: list[str] = []
    laid: list[Variant] = []
    for position, request in enumerate(requests):
        variant = writing.find_variant(product, request)
        if variant in laid:
            what = request.sku or ", ".join(request.choices)
            raise ConflictError(f"{product.handle} has {what} twice. Give one another SKU and choices.")
        if variant is None:
            variant = Variant(prices=[], product_id=product.id, sku="")
            product.variants.append(variant)
        wanted = request.sku or variant.sku or writing.made_sku(product.handle, request.choices)
        if variant.sku != wanted:
            variant.sku = wanted
            claimed.append(wanted)
            made += [] if request.sku else [wanted]
        if request.picture is not None:
            variant.media_id = pictures.get(request.picture)
        writing.lay_variant(variant, request, position)
        laid.append(variant)
    _refuse_taken(session, product, claimed)
    return tuple(made)


def _refuse_taken(session: Session, product: Product, claimed: Sequence[str]) -> None:
    """Raise ConflictError for a SKU that another variant has already."""
    twice = next((sku for sku in claimed if [v.sku for v in product.variants].count(sku) > 1), "")
    if twice:
        raise ConflictError(f"Two variants of {product.handle} have the SKU {twice}. Give one another.")
    with session.no_autoflush:
        row = session.execute(
            select(Variant.sku, Product.handle)
            .join(Product)
            .where(Variant.sku.in_(claimed), Product.id != product.id)
            .limit(1)
        ).first()
    if row is not None:
        raise ConflictError(f"The SKU {row.sku} belongs to {row.handle} already. Give another one.")


def publish(session: Session, product_id: int, *, by: Actor) -> None:
    """Show a product to shoppers. Raises NotFoundError, or IllegalMoveError when it is shown already."""
    _product(session, product_id).publish(clock.now())
    _note(session, by, "catalog.publish", f"product:{product_id}")


def unpublish(session: Session, product_id: int, *, by: Actor) -> None:
    """Take a product from the shop. Raises NotFoundError, or IllegalMoveError when it is a draft already."""
    _product(session, product_id).unpublish()
    _note(session, by, "catalog.unpublish", f"product:{product_id}")


def _note(session: Session, by: Actor, verb: str, about: str, *fields: str) -> None:
    """Write a change into the trail, then make the pages old."""
    session.flush()
    audit.record(session, by, verb, about, fields=fields)
    touch(session)


def _product(session: Session, product_id: int) -> Product:
    product = session.get(Product, product_id, with_for_update=True)
    if product is None:
        raise NotFoundError("There is no such product.")
    return product


def set_price(
    session: Session, variant_id: int, market_code: str, wanted: PriceRequest, *, by: Actor
) -> bool:
    """Set a price in minor units of the market's currency; return whether it changed anything.

    Raises BadInputError for a price of nothing, or an earlier price that was not higher.
    """
    if wanted.amount <= 0:
        raise BadInputError(
            "A price is more than nothing. To stop selling, withdraw the variant.", field="amount"
        )
    if wanted.compare_at is not None and wanted.compare_at <= wanted.amount:
        raise BadInputError("The earlier price must be higher than the price.", field="compare_at")
    new = {"amount": wanted.amount, "compare_at": wanted.compare_at}
    statement = insert(Price).values(variant_id=variant_id, market_code=market_code, **new)
    changed = session.execute(
        statement.on_conflict_do_update(
            index_elements=["variant_id", "market_code"],
            set_=new,
            where=(Price.amount != wanted.amount) | Price.compare_at.is_distinct_from(wanted.compare_at),
        ).returning(Price.variant_id)
    ).all()
    if changed:
        _note(session, by, "catalog.set_price", f"variant:{variant_id}", market_code)
    return bool(changed)


def withdraw_variant(session: Session, variant_id: int, *, by: Actor) -> bool:
    """Sell a variant no longer; orders keep naming it. Return whether it was sold until now."""
    gone = (
        session.execute(
            update(Variant)
            .where(Variant.id == variant_id, Variant.withdrawn_at.is_(None))
            .values(withdrawn_at=clock.now())
            .returning(Variant.product_id)
        )
        .scalars()
        .all()
    )
    if gone:
        index(session, gone)
        _note(session, by, "catalog.withdraw", f"variant:{variant_id}")
    return bool(gone)


def note_availability(session: Session, now_available: Mapping[int, bool]) -> bool:
    """Note for lists which variants can be had, as stock says; return whether that was news.

    Call it from a reaction to stock crossing zero, not under the row locks of an order.
    """
    if not now_available:
        return False
    said = values(
        column("id", Variant.id.type), column("can_be_had", Variant.is_available.type), name="said"
    ).data(sorted(now_available.items()))
    news = session.execute(
        update(Variant)
        .where(Variant.id == said.c.id, Variant.is_available != said.c.can_be_had)
        .values(is_available=said.c.can_be_had)
        .returning(Variant.id)
    ).all()
    if news:
        touch(session)
    return bool(news)
