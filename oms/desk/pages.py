"""What stands around every page of the desk: the queues of the rail, the search, who is signed in."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, has_request_context, request, url_for
from flask_babel import lazy_gettext as _l

from oms.web.frame import home
from oms.web.permissions import Permission
from oms.web.security import Person


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the rail: its words, its endpoint, and who may see it."""

    label: Any
    endpoint: str
    permission: Permission


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
        _l("House"),
        (
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
        "search": f"{root}/orders",
        "palette": f"{root}/palette",
        "sign_out": url_for("oms.entry.sign_out"),
    }
    return {"nav": nav, "queues": _queues(found), "staff": found}


def _queues(found: Person) -> list[Group]:
    groups = [Group(str(title), tuple(_links(places, found))) for title, places in RAIL]
    return [group for group in groups if group.links]


def _links(places: tuple[Place, ...], found: Person) -> list[Queue]:
    return [
        Queue(str(place.label), url_for(place.endpoint), request.endpoint == place.endpoint)
        for place in places
        if place.endpoint in current_app.view_functions and found.may(place.permission)
    ]


def install(app: Flask) -> None:
    """Put the surroundings around every page of an application."""
    app.context_processor(surroundings)
