"""What a shopper asked a list for, and what the list answers."""

from dataclasses import dataclass, field
from enum import StrEnum

from oms.catalog.queries import MarketFacts, Picture
from oms.kernel.money import Money, exponent

PER_PAGE = 24
MOST_PAGES = 400


class Sort(StrEnum):
    """The orders of a list; `best` is the collection's own order, or relevance in a search."""

    BEST = "best"
    NEWEST = "newest"
    PRICE = "price"
    PRICE_DOWN = "price-down"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Asked:
    """A list: where (collection, category, beside a product, search, everywhere), narrowed and sorted how.

    `choices` holds values by option code; `prices` numbers of price steps; `page` counts from 1.
    """

    market: MarketFacts
    language: str
    collection_id: int | None = None
    category_ids: tuple[int, ...] = ()
    related_to: int | None = None
    typed: str | None = None
    categories: tuple[str, ...] = ()
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)
    prices: tuple[int, ...] = ()
    in_stock: bool = False
    sort: Sort = Sort.BEST
    page: int = 1
    per_page: int = PER_PAGE

    @property
    def steps(self) -> tuple[int, ...]:
        """Return where the price steps begin, in minor units: 0, 10, 25, 50, 100 euros or the like."""
        unit = 10 ** max(exponent(self.market.currency), 2)
        return (0, 10 * unit, 25 * unit, 50 * unit, 100 * unit)


@dataclass(frozen=True, slots=True)
class Card:
    """A product in a list. `price` is its lowest; `is_from` says that others cost more."""

    product_id: int
    handle: str
    title: str
    subtitle: str
    price: Money
    is_from: bool
    compare_at: Money | None
    is_available: bool
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class FacetChoice:
    """One box to tick: how many products it would leave, whether it is ticked."""

    value: str
    label: str
    count: int
    is_selected: bool
    swatch: str = ""


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to narrow a list. The labels of `price` and `stock` are the page's own words."""

    name: str
    label: str
    choices: tuple[FacetChoice, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list, and how it can be narrowed."""

    cards: tuple[Card, ...]
    total: int
    page: int
    pages: int
    facets: tuple[Facet, ...]
