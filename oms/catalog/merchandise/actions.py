"""Markets and their texts, categories, collections and relations, by hand."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from oms.catalog.actions import touch
from oms.catalog.models import (
    Category,
    Collection,
    CollectionProduct,
    Market,
    MarketText,
    Product,
    ProductRelation,
)
from oms.catalog.writing import clean_html
from oms.kernel.errors import NotFoundError


def put_labels(session: Session, kind: type[Category] | type[Collection], slug: str, **fields: Any) -> int:  # noqa: ANN401 - the columns of the kind
    """Create a category or collection, or change its words and place; return its id."""
    statement = insert(kind).values(slug=slug, **fields)
    session.execute(statement.on_conflict_do_update(index_elements=["slug"], set_=fields))
    touch(session)
    return session.execute(select(kind.id).where(kind.slug == slug)).scalar_one()


def put_market(session: Session, code: str, **fields: Any) -> None:  # noqa: ANN401 - the columns of a market
    """Open a market, or change it."""
    row = {"code": code, **fields}
    session.execute(insert(Market).values(row).on_conflict_do_update(index_elements=["code"], set_=row))
    touch(session)


def put_market_text(session: Session, key: tuple[str, str, str], *, title: str, body_html: str) -> None:
    """Say something in a market about a topic in a language: the key names the three, HTML is cleaned."""
    market, topic, language = key
    words = {"title": title, "body_html": clean_html(body_html)}
    row = {"market_code": market, "topic": topic, "language": language, **words}
    session.execute(
        insert(MarketText)
        .values(row)
        .on_conflict_do_update(index_elements=["market_code", "topic", "language"], set_=words)
    )
    touch(session)


def fill_collection(session: Session, collection_id: int, handles: Sequence[str]) -> int:
    """Put products into a collection in this order, and take all others out; return how many are in."""
    session.execute(delete(CollectionProduct).where(CollectionProduct.collection_id == collection_id))
    ids = _ids(session, handles)
    rows = [
        {"collection_id": collection_id, "product_id": number, "position": place}
        for place, number in enumerate(ids)
    ]
    if rows:
        session.execute(insert(CollectionProduct), rows)
    touch(session)
    return len(rows)


def relate(session: Session, handle: str, others: Sequence[str]) -> int:
    """Say which products go well with one, in this order; return how many of them there are."""
    (product_id,) = _ids(session, [handle]) or (None,)
    if product_id is None:
        raise NotFoundError("There is no such product.")
    session.execute(delete(ProductRelation).where(ProductRelation.product_id == product_id))
    ids = [number for number in _ids(session, others) if number != product_id]
    rows = [
        {"product_id": product_id, "related_id": number, "position": place}
        for place, number in enumerate(ids)
    ]
    if rows:
        session.execute(insert(ProductRelation), rows)
    touch(session)
    return len(rows)


def _ids(session: Session, handles: Sequence[str]) -> list[int]:
    rows = session.execute(select(Product.handle, Product.id).where(Product.handle.in_(handles)))
    found = {row.handle: row.id for row in rows}
    return [found[handle] for handle in dict.fromkeys(handles) if handle in found]
