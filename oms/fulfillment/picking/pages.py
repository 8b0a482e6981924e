"""What the pages of picking show, in words; nobody is named on them."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from oms.fulfillment.picking.queries import PickLine, Waiting
from oms.inventory.models import Warehouse
from oms.web import filters


@dataclass(frozen=True, slots=True)
class Mark:
    """A state as word and shape."""

    word: str
    kind: str


@dataclass(frozen=True, slots=True)
class View:
    """A warehouse to look at, with what waits in it."""

    label: str
    url: str
    count: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Line:
    """Goods to take, in the order of the shelves."""

    sku: str
    name: str
    choice: str
    quantity: str
    taken: str
    state: Mark


@dataclass(frozen=True, slots=True)
class Walk:
    """A pick list under way."""

    number: str
    sentence: str
    scan_url: str
    all_url: str
    done_url: str
    print_url: str
    is_done: bool
    told: tuple[str, str] | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A fulfillment order that waits."""

    part: int
    number: str
    placed: str
    goods: str
    to: str
    is_late: bool


def views(warehouses: Sequence[Warehouse], counts: dict[int, int], current: int, endpoint: str) -> list[View]:
    """Return the warehouses with what waits in each."""
    return [
        View(
            house.name,
            url_for(endpoint, at=house.code),
            filters.number(counts.get(house.id, 0)),
            house.id == current,
        )
        for house in warehouses
    ]


def number(pick_list_id: int) -> str:
    """Return how a pick list is called aloud."""
    return f"W-{pick_list_id}"


def walk(pick_list_id: int, lines: Sequence[PickLine], told: tuple[str, str] | None = None) -> Walk:
    """Return a pick list in words."""
    return Walk(
        number=number(pick_list_id),
        sentence=sentence(lines),
        scan_url=url_for("oms.picking.take", number=pick_list_id),
        all_url=url_for("oms.picking.take_all", number=pick_list_id),
        done_url=url_for("oms.picking.finish", number=pick_list_id),
        print_url=url_for("oms.picking.paper", number=pick_list_id),
        is_done=all(line.picked == line.quantity for line in lines),
        told=told,
        lines=tuple(_line(line) for line in lines),
    )


def sentence(lines: Sequence[PickLine]) -> str:
    """Return how much there is to take, and for how many orders."""
    units = sum(line.quantity for line in lines)
    orders = len({order for line in lines for order in line.orders})
    goods = ngettext("%(num)s piece", "%(num)s pieces", units)
    return str(ngettext("%(goods)s for %(num)s order", "%(goods)s for %(num)s orders", orders, goods=goods))


def _line(line: PickLine) -> Line:
    is_taken = line.picked == line.quantity
    return Line(
        line.sku,
        line.title,
        line.choices,
        filters.number(line.quantity),
        filters.number(line.picked),
        Mark(_("taken"), "done") if is_taken else Mark(_("open"), "todo"),
    )


def rows(found: Sequence[Waiting]) -> list[Row]:
    """Return what waits, in words."""
    return [
        Row(
            one.part_id,
            one.number,
            filters.moment(one.placed_at),
            filters.number(one.units),
            destination(one.country, one.postcode_prefix),
            one.is_late,
        )
        for one in found
    ]


def destination(country: str, postcode_prefix: str) -> str:
    """Return where something goes, as coarsely as a list may say it."""
    return f"{country}·{postcode_prefix}" if postcode_prefix else country
