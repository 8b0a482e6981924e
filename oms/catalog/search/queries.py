"""What a shopper typed, as a condition on search entries."""

from difflib import get_close_matches

from sqlalchemy import ColumnElement, Select, cast, func, select
from sqlalchemy.dialects.postgresql import REGCONFIG, TSQUERY
from sqlalchemy.orm import Session

from oms.catalog.models import Product, ProductText
from oms.catalog.search.models import SearchEntry
from oms.catalog.search.words import CONFIGURATIONS, Word, words
from oms.catalog.states import ProductStatus

_MOST_CHARACTERS = 120
_MOST_WORDS = 12
_MOST_TITLES = 3000
_SHORTEST = 3
_ALIKE = 0.75


def wanted(typed: str, language: str) -> ColumnElement[object] | None:
    """Return the tsquery of what was typed: all words, each by its beginning; None where there is no word.

    A word counts by its stem in the language, or plainly as it stands in titles and SKUs; Chinese and
    Japanese count anywhere within a run of characters.
    """
    found = list(words(typed[:_MOST_CHARACTERS]))[:_MOST_WORDS]
    if not found:
        return None
    query: ColumnElement[object] = cast(_all(found), TSQUERY)
    if language in CONFIGURATIONS and any(not word.is_unparted for word in found):
        plain = " & ".join(f"{word.text}:*" for word in found if not word.is_unparted)
        stems: ColumnElement[object] = func.to_tsquery(cast(CONFIGURATIONS[language], REGCONFIG), plain)
        rest = [word for word in found if word.is_unparted]
        query = query.op("||")(stems.op("&&")(cast(_all(rest), TSQUERY)) if rest else stems)
    if "-" in typed.strip() and " " not in typed.strip():
        query = query.op("||")(cast(_sku(typed), TSQUERY))
    return query


def _all(found: list[Word]) -> str:
    return " & ".join(word.wanted() for word in found)


def _sku(typed: str) -> str:
    clean = "".join(c for c in typed.strip()[:_MOST_CHARACTERS].casefold() if c.isalnum() or c in "-._/")
    return f"'{clean}':*"


def likely(session: Session, typed: str, language: str) -> str:
    """Return what was typed with unknown words replaced by the nearest of the titles; nothing if none is."""
    known = {
        word.text
        for title in session.scalars(_titles(language))
        for word in words(title)
        if not word.is_unparted and len(word.text) >= _SHORTEST
    }
    found = list(words(typed[:_MOST_CHARACTERS]))[:_MOST_WORDS]
    if not found or any(word.is_unparted for word in found):
        return ""
    near = [_nearest(word.text, known) for word in found]
    return " ".join(near) if all(near) and near != [word.text for word in found] else ""


def _titles(language: str) -> Select[str]:
    return (
        select(ProductText.title)
        .join(Product, Product.id == ProductText.product_id)
        .where(ProductText.language == language, Product.status == ProductStatus.PUBLISHED)
        .order_by(Product.id.desc())
        .limit(_MOST_TITLES)
    )


def _nearest(word: str, known: set[str]) -> str:
    return word if word in known else next(iter(get_close_matches(word, sorted(known), 1, _ALIKE)), "")


def relevance(query: ColumnElement[object]) -> ColumnElement[float]:
    """Return how well an entry answers: words in the title weigh most, then labels, then the description."""
    return func.ts_rank_cd(SearchEntry.document, query)
