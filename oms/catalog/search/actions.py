"""Writing search entries anew."""

from collections.abc import Sequence
from html import unescape

import nh3
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from oms.catalog.models import (
    FALLBACK,
    Category,
    Market,
    Option,
    OptionValue,
    Product,
    ProductText,
    Variant,
    Words,
    in_language,
)
from oms.catalog.search.words import CONFIGURATIONS, MOST_CHARACTERS, parted, vector

_WRITE = text("""
    INSERT INTO search_entries (product_id, language, document)
    VALUES (
        :product_id, :language,
        setweight(CAST(:title AS tsvector), 'A')
        || setweight(CAST(:skus AS tsvector), 'A')
        || setweight(to_tsvector(CAST(:dictionary AS regconfig), :title_words), 'A')
        || setweight(CAST(:heading AS tsvector), 'B')
        || setweight(to_tsvector(CAST(:dictionary AS regconfig), :heading_words), 'B')
        || setweight(CAST(:body AS tsvector), 'C')
        || setweight(to_tsvector(CAST(:dictionary AS regconfig), :body_words), 'C')
    )
    ON CONFLICT (product_id, language) DO UPDATE SET document = excluded.document
""")


def index(session: Session, product_ids: Sequence[int]) -> int:
    """Write the entries of products in every language of the markets; return how many were written.

    A product without words in a language is found there by those that it has.
    """
    if not product_ids:
        return 0
    languages = {FALLBACK} | {code for spoken in session.scalars(select(Market.languages)) for code in spoken}
    texts = _texts(session, product_ids)
    labels = _labels(session, product_ids)
    skus = _skus(session, product_ids)
    rows = [
        {"product_id": number, **entry}
        for number in product_ids
        for language in sorted(languages)
        if (entry := _entry(texts.get(number, {}), labels.get(number, []), skus.get(number, []), language))
    ]
    if rows:
        session.execute(_WRITE, rows)
    return len(rows)


def _texts(session: Session, product_ids: Sequence[int]) -> dict[int, dict[str, ProductText]]:
    found: dict[int, dict[str, ProductText]] = {}
    for row in session.scalars(select(ProductText).where(ProductText.product_id.in_(product_ids))):
        found.setdefault(row.product_id, {})[row.language] = row
    return found


def _labels(session: Session, product_ids: Sequence[int]) -> dict[int, list[Words]]:
    values = (
        select(Option.product_id, OptionValue.names)
        .join(OptionValue)
        .where(Option.product_id.in_(product_ids))
    )
    categories = (
        select(Product.id, Category.names)
        .join(Category, Category.id == Product.category_id)
        .where(Product.id.in_(product_ids))
    )
    kinds = select(Product.id, Product.kind, Product.tags, Product.vendor).where(Product.id.in_(product_ids))
    found: dict[int, list[Words]] = {}
    for number, names in [*session.execute(values), *session.execute(categories)]:
        found.setdefault(number, []).append(names)
    for number, kind, tags, vendor in session.execute(kinds):
        found.setdefault(number, []).append({FALLBACK: " ".join([kind, *tags, vendor])})
    return found


def _skus(session: Session, product_ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    chosen = select(Variant.product_id, Variant.sku).where(
        Variant.product_id.in_(product_ids), Variant.withdrawn_at.is_(None)
    )
    for number, sku in session.execute(chosen):
        found.setdefault(number, []).append(sku)
    return found


def _entry(
    texts: dict[str, ProductText], labels: list[Words], skus: list[str], language: str
) -> dict[str, str] | None:
    words_of = texts.get(language) or texts.get(FALLBACK) or next(iter(texts.values()), None)
    if words_of is None:
        return None
    names = " ".join(in_language(words, language) for words in labels)
    body = " ".join([_plain(words_of.description_html), words_of.contents, words_of.materials])
    heading = f"{words_of.subtitle} {names}"
    return {
        "language": language,
        "dictionary": CONFIGURATIONS.get(words_of.language, "simple"),
        "title": vector(words_of.title, is_whole=True),
        "skus": " ".join(f"'{_lexeme(sku)}':1" for sku in skus),
        "heading": vector(heading, is_whole=True),
        "body": vector(body, is_whole=False),
        "title_words": parted(words_of.title),
        "heading_words": parted(heading),
        "body_words": parted(body),
    }


def _lexeme(sku: str) -> str:
    return "".join(c for c in sku.casefold() if c not in "'\\")


def _plain(html: str) -> str:
    return unescape(nh3.clean(html[:MOST_CHARACTERS].replace("<", " <"), tags=set()))
