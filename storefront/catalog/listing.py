"""A list's address read, and its facets, sorts and pages in the words of the page."""

import re
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from oms.catalog.browse.asked import MOST_PAGES, Asked, Facet, FacetChoice, Listing, Sort
from oms.catalog.queries import MarketFacts
from oms.kernel.money import Money
from oms.web.filters import money, number
from oms.web.pagination import Numbered, Pages, links, page_number

OPTION = "o."
# Every parameter that changes a list; a cached page knows no other.
PARAMETERS = ("page", "sort", "category", "price", "stock", f"{OPTION}*")
_MOST_VALUES = 20
_CODE = re.compile(r"[^\s=&\x00-\x1f]{1,60}")


def asked(market: MarketFacts, language: str, **scope: Any) -> Asked:  # noqa: ANN401 - the fields of Asked
    """Return what the address asks for; what cannot be is as if it were not there."""
    values: MultiDict[str, str] = request.args
    choices = {
        name.removeprefix(OPTION): picked
        for name in list(values)[:_MOST_VALUES]
        if name.startswith(OPTION) and _CODE.fullmatch(name.removeprefix(OPTION))
        if (picked := tuple(v for v in values.getlist(name)[:_MOST_VALUES] if _CODE.fullmatch(v)))
    }
    steps = tuple(int(v) for v in values.getlist("price")[:_MOST_VALUES] if v in {"1", "2", "3", "4", "5"})
    return Asked(
        market,
        language,
        categories=tuple(v for v in values.getlist("category")[:_MOST_VALUES] if _CODE.fullmatch(v)),
        choices=choices,
        prices=steps,
        in_stock=values.get("stock") == "true",
        sort=_sort(values.get("sort", "")),
        page=min(page_number(), MOST_PAGES),
        **scope,
    )


def _sort(word: str) -> Sort:
    return Sort(word) if word in set(Sort) else Sort.BEST


def sorts(*, best: str) -> list[tuple[str, str]]:
    """Return the orders to choose from; `best` is what the list's own order is called."""
    return [
        (Sort.BEST, best),
        (Sort.NEWEST, _("Newest")),
        (Sort.PRICE, _("Price, low first")),
        (Sort.PRICE_DOWN, _("Price, high first")),
        (Sort.NAME, _("Name")),
    ]


def count_words(total: int) -> str:
    """Return how many products a list holds, in words."""
    return str(ngettext("%(shown)s product", "%(shown)s products", total, shown=number(total)))


def kept() -> list[tuple[str, str]]:
    """Return what the sort form keeps: everything but sort and page."""
    return [(k, v) for k, v in request.args.items(multi=True) if k not in {"sort", "page"}]


def is_narrowed(wanted: Asked) -> bool:
    """Say whether any facet is chosen."""
    return bool(wanted.categories or wanted.choices or wanted.prices or wanted.in_stock)


def facets(found: Listing, wanted: Asked) -> list[dict[str, Any]]:
    """Return the groups of boxes as `components/facets.html` takes them."""
    return [_facet(facet, wanted) for facet in found.facets]


def _facet(facet: Facet, wanted: Asked) -> dict[str, Any]:
    own = {"category": _("Kind"), "price": _("Price"), "stock": _("Stock")}
    name = facet.name if facet.name in own else f"{OPTION}{facet.name}"
    return {
        "name": name,
        "label": own.get(facet.name) or facet.label,
        "choices": [
            {
                "value": choice.value,
                "label": _label(facet, choice, wanted),
                "count": number(choice.count),
                "selected": choice.is_selected,
            }
            for choice in facet.choices
        ],
    }


def _label(facet: Facet, choice: FacetChoice, wanted: Asked) -> str:
    if facet.name == "stock":
        return str(_("Ready to send"))
    if facet.name != "price":
        return choice.label
    steps, step = wanted.steps, int(choice.value)
    low, high = (
        money(Money(steps[at], wanted.market.currency)) if at < len(steps) else "" for at in (step - 1, step)
    )
    if not high:
        return str(_("%(low)s and more", low=low))
    return str(_("below %(high)s", high=high) if step == 1 else _("%(low)s to %(high)s", low=low, high=high))


def pages(found: Listing, wanted: Asked) -> Pages:
    """Return the links to the pages of a list; none where one page holds everything."""
    return links(Numbered((), found.page, wanted.per_page, found.total))
