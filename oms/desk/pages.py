"""What stands around every page of the desk: the queues of the rail, the search, who is signed in."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, has_request_context, request, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import SQLAlchemyError

from oms.desk import queries
from oms.kernel.db import reading
from oms.web import filters
from oms.web.frame import home
from oms.web.permissions import Permission
from oms.web.security import Person


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the rail: its words, its endpoint, who may see it, and the queue whose count it shows."""

    label: Any
    endpoint: str
    permission: Permission
    queue: str = ""


@dataclass(frozen=True, slots=True)
class Queue:
    """A line of the rail; `count` is empty for pages that are no queue."""

    label: str
    url: str
    is_current: bool
    count: str = ""
    is_wanted: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Pages of the rail under one heading."""

    title: str
    links: tuple[Queue, ...]


# Heading and pages in order; a page whose feature is not there yet is left out.
RAIL = (
    (
        _l("Today"),
        (
            Place(_l("Overview"), "oms.home.index", Permission.HOME),
            Place(_l("Orders"), "oms.orders.index", Permission.ORDERS_READ, "held"),
            Place(_l("Returns"), "oms.returns.index", Permission.ORDERS_READ, "returns"),
            Place(_l("Doubtful orders"), "oms.risk.index", Permission.RISK, "doubtful"),
            Place(_l("Stock"), "oms.stock.index", Permission.STOCK_READ, "sold out"),
            Place(_l("To order"), "oms.replenish.index", Permission.STOCK_READ, "to order"),
            Place(_l("Channels"), "oms.channels.index", Permission.CATALOG_READ, "channels"),
            Place(_l("Money"), "oms.money.index", Permission.FINANCE_READ),
        ),
    ),
    (
        _l("Warehouse"),
        (
            Place(_l("To pick"), "oms.picking.index", Permission.WAREHOUSE, "to pick"),
            Place(_l("To pack"), "oms.packing.index", Permission.WAREHOUSE, "to pack"),
            Place(_l("Shipments"), "oms.shipments.index", Permission.WAREHOUSE),
        ),
    ),
    (
        _l("House"),
        (
            Place(_l("Failed work"), "oms.outbox.index", Permission.OPERATIONS, "failed"),
            Place(_l("Privacy"), "oms.privacy.index", Permission.PRIVACY, "privacy"),
            Place(_l("Audit"), "oms.audit.index", Permission.AUDIT_READ),
            Place(_l("Settings"), "oms.settings.index", Permission.SETTINGS),
            Place(_l("Staff"), "oms.staff.members", Permission.STAFF_MANAGE),
            Place(_l("Your account"), "oms.staff.you", Permission.HOME),
        ),
    ),
)


def surroundings() -> dict[str, Any]:
    """Return what the desk's layout asks of every page; nothing for who is not signed in."""
    # Asked of what the guard has loaded, so that an error page asks the database for nothing.
    found = g.get("person") if has_request_context() else None
    if found is None:
        return {}
    root = request.script_root
    nav = {
        "home": home(),
        "search": f"{root}/search",
        "palette": f"{root}/palette",
        "sign_out": url_for("oms.entry.sign_out"),
    }
    return {"nav": nav, "queues": _queues(found), "staff": found}


def _queues(found: Person) -> list[Group]:
    counts = _counts()
    groups = [Group(str(title), tuple(_links(places, found, counts))) for title, places in RAIL]
    return [group for group in groups if group.links]


def _counts() -> dict[str, int]:
    try:
        with reading() as session:
            return queries.waiting(session)
    except SQLAlchemyError:
        # The page that tells of a database at rest has a rail, too.
        return {}


def _here() -> str:
    """Return the address of the rail's page under which this page lies; the longest one wins."""
    path, listed = request.script_root + request.path, (place for _title, places in RAIL for place in places)
    known = (url_for(one.endpoint) for one in listed if one.endpoint in current_app.view_functions)
    return max((url for url in known if path == url or path.startswith(f"{url}/")), key=len, default="")


def _links(places: tuple[Place, ...], found: Person, counts: dict[str, int]) -> list[Queue]:
    here, views = _here(), current_app.view_functions
    allowed = [place for place in places if place.endpoint in views and found.may(place.permission)]
    shown = [(place, url_for(place.endpoint)) for place in allowed]
    return [
        Queue(
            str(place.label),
            url,
            url == here,
            filters.number(counts[place.queue]) if counts.get(place.queue) else "",
            is_wanted=place.queue == "failed" and counts.get(place.queue, 0) > 0,
        )
        for place, url in shown
    ]


def install(app: Flask) -> None:
    """Put the surroundings around every page of an application."""
    app.context_processor(surroundings)
