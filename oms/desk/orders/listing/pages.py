"""The list of orders from its address: saved views, filters, the way back and on. All is in the link."""

from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from oms.catalog.queries import MarketFacts, markets
from oms.channels.queries import codes
from oms.desk.orders import pages, queries
from oms.desk.orders.queries import OWN, SIZE, Listed, Wanted
from oms.desk.orders.sending import pages as words
from oms.desk.orders.sending import queries as sending
from oms.web.pagination import asked_piece, keyset_of, url_with
from oms.web.permissions import Permission
from oms.web.security import signed_in

_LONGEST = 40


def wanted() -> Wanted:
    """Return what the address narrows the list to; words that it does not know find nothing."""
    asked = {
        name: request.args.get(name, "")[:_LONGEST]
        for name in ("state", "market", "channel", "country", "placed")
    }
    numbers = tuple(n for n in request.args.get("only", "").split(",") if n)
    return Wanted(
        stage=asked["state"],
        market=asked["market"],
        country=asked["country"].upper(),
        channel=asked["channel"],
        on_hold=request.args.get("hold") == "1",
        days=int(asked["placed"]) if asked["placed"] in {"1", "7", "30", "365"} else 0,
        numbers=numbers,
        is_oldest_first=request.args.get("sort") == "oldest",
    )


def context(session: Session, waiting: dict[str, int]) -> dict[str, Any]:
    """Return what the list's template takes, for the address of this request."""
    chosen, asked = wanted(), asked_piece()
    found = queries.listed(session, chosen, asked.key, is_backwards=asked.is_backwards)
    piece = keyset_of(found, SIZE, lambda one: one.key, asked=asked)
    return {
        "views": _views(chosen, waiting),
        "q": "",
        "filters": _filters(chosen, markets(session), codes(session)),
        "sorts": _sorts(chosen),
        "orders": _rows(session, piece.rows),
        "bulk": _bulk(),
        "bulk_url": url_for("oms.many.preview"),
        "pages": {
            "summary": "",
            "before": url_with(before=piece.before, after=None) if piece.before else "",
            "after": url_with(after=piece.after, before=None) if piece.after else "",
            "numbers": (),
        },
    }


def _rows(session: Session, found: Sequence[Listed]) -> list[dict[str, Any]]:
    ids = [one.id for one in found]
    held, origins = queries.held(session, ids), queries.origins(session, ids)
    stages = sending.stages(session, ids)
    return [
        pages.row(
            one,
            is_held=one.id in held,
            origin=origins.get(one.id, []),
            stage=words.stage(stages[one.id]) if one.id in stages else None,
        )
        for one in found
    ]


def _views(chosen: Wanted, waiting: dict[str, int]) -> list[dict[str, Any]]:
    held = waiting.get("held", 0)
    known: list[tuple[str, dict[str, Any], str, bool]] = [
        (_("All"), {}, "", not chosen.stage and not chosen.on_hold),
        (_("To send"), {"state": "to_send"}, "", chosen.stage == "to_send" and not chosen.on_hold),
        (_("Shipped"), {"state": "shipped"}, "", chosen.stage == "shipped"),
        (_("Held"), {"hold": "1"}, str(held) if held else "", chosen.on_hold),
        (_("Delivered"), {"state": "delivered"}, "", chosen.stage == "delivered"),
        (_("Closed"), {"state": "closed"}, "", chosen.stage == "closed"),
        (_("Cancelled"), {"state": "cancelled"}, "", chosen.stage == "cancelled"),
    ]
    return [
        {"label": label, "url": url_for("oms.orders.index", **query), "count": count, "is_current": is_here}
        for label, query, count, is_here in known
    ]


def _filters(chosen: Wanted, known: Sequence[MarketFacts], channels: Sequence[str]) -> list[dict[str, Any]]:
    countries = sorted({country for market in known for country in market.countries})
    sold = [("", _("everywhere")), (OWN, _("our shop")), *((code, code) for code in channels)]
    listed: list[tuple[str, str, list[tuple[str, str]], str]] = [
        ("state", _("State"), _states(), chosen.stage),
        ("market", _("Market"), [("", _("all")), *((m.code, m.name("en")) for m in known)], chosen.market),
        *([("channel", _("Sold at"), sold, chosen.channel)] if channels else []),
        ("country", _("Country"), [("", _("all")), *((c, c) for c in countries)], chosen.country),
        ("hold", _("Held"), [("", _("either")), ("1", _("held"))], "1" if chosen.on_hold else ""),
        ("placed", _("Placed"), _spans(), str(chosen.days or "")),
    ]
    return [
        {"name": name, "label": label, "options": options, "selected": selected}
        for name, label, options, selected in listed
    ]


def _states() -> list[tuple[str, str]]:
    return [
        ("", _("all")),
        ("to_send", _("to send")),
        ("to_pick", _("to pick")),
        ("in_work", _("being packed")),
        ("shipped", _("shipped")),
        ("delivered", _("delivered")),
        ("closed", _("closed")),
        ("cancelled", _("cancelled")),
    ]


def _spans() -> list[tuple[str, str]]:
    return [
        ("", _("at any time")),
        ("1", _("in the last day")),
        ("7", _("in the last 7 days")),
        ("30", _("in the last 30 days")),
        ("365", _("in the last year")),
    ]


def _sorts(chosen: Wanted) -> dict[str, tuple[str, str]]:
    turned = url_with(sort=None if chosen.is_oldest_first else "oldest", after=None, before=None)
    direction = "ascending" if chosen.is_oldest_first else "descending"
    return {"number": ("", ""), "placed": (turned, direction), "total": ("", "")}


def _bulk() -> list[dict[str, str]]:
    if not signed_in().may(Permission.ORDERS_CHANGE):
        return []
    return [
        {"value": "hold", "label": _("Hold")},
        {"value": "lift", "label": _("Let go on")},
        {"value": "cancel", "label": _("Cancel")},
    ]
