"""Counting what each way to narrow a list would leave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    cast,
    func,
    literal,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import Session

from oms.catalog.browse.asked import Asked, Facet, FacetChoice
from oms.catalog.models import Category, Option, OptionValue, in_language

Rule = ColumnElement[bool]


def step(offers: CTE, asked: Asked) -> ColumnElement[int]:
    """Return the number of the price step that an offer stands on, from 1."""
    return func.width_bucket(offers.c.amount, cast(array(asked.steps), ARRAY(Integer)))


def all_but(rules: Mapping[str, Rule], name: str = "") -> Rule:
    """Return all rules but one as a single condition."""
    return and_(true(), *(rule for key, rule in rules.items() if key != name))


def facets(session: Session, asked: Asked, offers: CTE, rules: Mapping[str, Rule]) -> tuple[Facet, ...]:
    """Return the ways to narrow a list that would leave something, each with its counts."""
    counted = _counts(session, asked, offers, rules)
    labels = _labels(session, counted.get("", {}), asked.language)
    found = [
        Facet("category", "", _categories(session, asked, counted.get("category", {}))),
        *_options(asked, counted.get("", {}), labels),
        Facet("price", "", _ticked(counted.get("price", {}), tuple(map(str, asked.prices)))),
        Facet("stock", "", _ticked(counted.get("stock", {}), ("true",) if asked.in_stock else ())),
    ]
    return tuple(facet for facet in found if _is_useful(facet))


def _is_useful(facet: Facet) -> bool:
    return len(facet.choices) > 1 or facet.name == "stock" or any(c.is_selected for c in facet.choices)


@dataclass(frozen=True, slots=True)
class _Count:
    """How many products a box would leave, and one of them, which tells what the box is called."""

    products: int
    sample: int


def _counts(
    session: Session, asked: Asked, offers: CTE, rules: Mapping[str, Rule]
) -> dict[str, dict[str, _Count]]:
    """Count the products behind each box: every other facet holds, the facet's own does not."""

    def counted(kind: str, value: ColumnElement[Any], rule: Rule) -> Select[Any, Any, Any, Any]:
        each = select(value.label("value"), offers.c.product_id).where(rule).distinct().subquery()
        found = (literal(kind), cast(each.c.value, String), func.count(), func.min(each.c.product_id))
        return select(*found).group_by(each.c.value)

    choice = func.unnest(offers.c.choices)
    parts = [
        counted("category", offers.c.category, all_but(rules, "category") & offers.c.category.is_not(None)),
        counted("price", step(offers, asked), all_but(rules, "price")),
        counted("stock", offers.c.is_available, all_but(rules, "stock") & offers.c.is_available),
        counted("", choice, all_but(rules)),
        *(counted(f"choice:{code}", choice, all_but(rules, f"choice:{code}")) for code in asked.choices),
    ]
    counts: dict[str, dict[str, _Count]] = {}
    for kind, value, products, sample in session.execute(union_all(*parts)):
        counts.setdefault(kind, {})[value] = _Count(products, sample)
    for code in asked.choices:
        own = counts.pop(f"choice:{code}", {})
        counts.setdefault("", {}).update({c: count for c, count in own.items() if c.startswith(f"{code}=")})
    return counts


def _labels(
    session: Session, choices: Mapping[str, _Count], language: str
) -> dict[str, tuple[str, str, str]]:
    """Return option name, value name and swatch by choice, as the first product that has it says."""
    samples = {count.sample for count in choices.values()}
    rows = session.execute(
        select(Option.code, Option.names, OptionValue.code, OptionValue.names, OptionValue.swatch)
        .join(OptionValue, OptionValue.option_id == Option.id)
        .where(Option.product_id.in_(samples))
        .order_by(Option.id.desc())
    )
    return {
        f"{code}={value}": (in_language(names, language), in_language(words, language), swatch)
        for code, names, value, words, swatch in rows
    }


def _options(
    asked: Asked, counts: Mapping[str, _Count], labels: Mapping[str, tuple[str, str, str]]
) -> list[Facet]:
    facets: dict[str, list[FacetChoice]] = {}
    names: dict[str, str] = {}
    for choice, count in counts.items():
        code, value = choice.split("=", 1)
        names[code], label, swatch = labels.get(choice, (code, value, ""))
        is_selected = value in asked.choices.get(code, ())
        facets.setdefault(code, []).append(FacetChoice(value, label, count.products, is_selected, swatch))
    return [Facet(code, names[code], _sorted(choices)) for code, choices in sorted(facets.items())]


def _categories(session: Session, asked: Asked, counts: Mapping[str, _Count]) -> tuple[FacetChoice, ...]:
    rows = session.execute(
        select(Category.slug, Category.names).where(Category.slug.in_(counts)).order_by(Category.position)
    )
    return tuple(
        FacetChoice(slug, in_language(names, asked.language), counts[slug].products, slug in asked.categories)
        for slug, names in rows
    )


def _ticked(counts: Mapping[str, _Count], selected: Sequence[str]) -> tuple[FacetChoice, ...]:
    return tuple(
        FacetChoice(value, "", count.products, value in selected) for value, count in sorted(counts.items())
    )


def _sorted(choices: list[FacetChoice]) -> tuple[FacetChoice, ...]:
    return tuple(sorted(choices, key=lambda choice: (-choice.count, choice.label)))
