"""The start of a day at the desk."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, current_app, jsonify, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from oms.desk import queries as queues
from oms.desk.home import queries
from oms.desk.home.queries import Day, Wait
from oms.kernel import clock
from oms.kernel.db import reading
from oms.kernel.errors import RefusedError
from oms.privacy.clocks import queries as clocks
from oms.privacy.clocks.queries import Alarm
from oms.web import doctor, filters
from oms.web.doctor import Finding, Health
from oms.web.errors import wants_json
from oms.web.frame import flashed, page
from oms.web.permissions import Permission
from oms.web.security import actor, permit, signed_in

blueprint = Blueprint("home", __name__)
# Walking the books takes time; a minute old is new enough for a page that many open.
_FRESH = timedelta(minutes=1)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_MARKS = {
    Health.WELL: ("holds", "done"),
    Health.NOTE: ("to know", "waiting"),
    Health.ILL: ("to mend", "wrong"),
}


@blueprint.get("/")
@permit(Permission.HOME)
def index() -> ResponseReturnValue:
    """Show what waits, today's figures, and to who runs the machine whether the books are in order.

    To a script (`Accept: application/json`) the books alone, as `flask doctor --json` prints them.
    """
    if wants_json():
        return _twin()
    now = clock.now()
    with reading() as session:
        waits = queues.waiting(session)
        today = queries.day(session, now.replace(hour=0, minute=0, second=0, microsecond=0))
        pressing = clocks.pressing(session, now)
        mine = queries.waits_for(session, actor().id, now)
    checked, findings = _findings() if signed_in().may(Permission.OPERATIONS) else (now, [])
    return render_template(
        "desk/home/index.html",
        page=page(_("Overview"), robots="noindex"),
        flashes=flashed(),
        waiting=_waiting(waits, {"privacy": _pressing(pressing)}) + _for_me(mine, now),
        checks=[_check(finding) for finding in findings if finding.health is not Health.WELL],
        holding=[_check(finding) for finding in findings if finding.health is Health.WELL],
        checked=_("Checked on %(moment)s", moment=filters.moment(checked)),
        figures=_figures(today),
        figures_note=_("Since midnight UTC, from orders and refunds."),
    )


def _twin() -> ResponseReturnValue:
    if not signed_in().may(Permission.OPERATIONS):
        raise RefusedError("The books are for who runs the machine.")
    checked, findings = _findings()
    return jsonify({"checked": checked.isoformat(), **doctor.told(findings)})


def _waiting(waits: dict[str, int], notes: dict[str, str]) -> list[dict[str, Any]]:
    me = signed_in()
    known: list[tuple[str, str, str, dict[str, Any], Permission]] = [
        (_("to pick"), "to pick", "oms.picking.index", {}, Permission.WAREHOUSE),
        (_("to pack"), "to pack", "oms.packing.index", {}, Permission.WAREHOUSE),
        (_("held"), "held", "oms.orders.index", {"hold": "1"}, Permission.ORDERS_READ),
        (_("sold out"), "sold out", "oms.stock.index", {"state": "out"}, Permission.STOCK_READ),
        (_("to order"), "to order", "oms.replenish.index", {}, Permission.STOCK_READ),
        (_("withdrawals"), "returns", "oms.returns.index", {}, Permission.ORDERS_READ),
        (_("people to answer"), "privacy", "oms.privacy.index", {}, Permission.PRIVACY),
        (_("failed effects"), "failed", "oms.outbox.index", {}, Permission.OPERATIONS),
    ]
    return [
        {
            "label": label,
            "count": filters.number(waits.get(queue, 0)),
            "url": url_for(endpoint, **query),
            "note": notes.get(queue, ""),
            "is_wanted": bool(notes.get(queue)) or (queue == "failed" and waits.get(queue, 0) > 0),
        }
        for label, queue, endpoint, query, permission in known
        if me.may(permission) and endpoint in current_app.view_functions
    ]


def _for_me(waits: dict[str, Wait], now: datetime) -> list[dict[str, Any]]:
    """Return the queues in which only what this person may act on is counted, with how long is left."""
    me = signed_in()
    known = [
        (_("suspected children"), "children", "oms.minors.index", Permission.PRIVACY),
        (_("official requests"), "official", "oms.official.index", Permission.PRIVACY),
        (_("lists of people"), "exports", "oms.exports.index", Permission.REVEAL),
    ]
    return [
        {
            "label": label,
            "count": filters.number(waits[queue].count),
            "url": url_for(endpoint),
            "note": _left(waits[queue].first_ends, now),
            "is_wanted": _is_urgent(waits[queue].first_ends, now),
        }
        for label, queue, endpoint, permission in known
        if me.may(permission)
    ]


def _is_urgent(ends: datetime | None, now: datetime) -> bool:
    return ends is not None and ends - now < _DAY


def _left(ends: datetime | None, now: datetime) -> str:
    """Return in words, rounded down, how long the first of a queue has; empty where no clock runs."""
    if ends is None:
        return ""
    left = ends - now
    if left <= timedelta():
        return str(_("late"))
    if left < _HOUR:
        return str(_("first: less than an hour left"))
    if left < 2 * _DAY:
        return str(ngettext("first: %(num)s hour left", "first: %(num)s hours left", left // _HOUR))
    return str(ngettext("first: %(num)s day left", "first: %(num)s days left", left // _DAY))


def _pressing(found: dict[Alarm, int]) -> str:
    """Return in words how many answers press; empty where none does."""
    words = {Alarm.SOON: _("business day 3"), Alarm.NOW: _("business day 5"), Alarm.LATE: _("late")}
    return ", ".join(f"{words[alarm]}: {filters.number(count)}" for alarm, count in found.items())


def _findings() -> tuple[datetime, list[Finding]]:
    kept: tuple[datetime, list[Finding]] | None = current_app.extensions.get("desk findings")
    if kept is None or kept[0] < clock.now() - _FRESH:
        kept = (clock.now(), doctor.examine())
        current_app.extensions["desk findings"] = kept
    return kept


def _check(finding: Finding) -> dict[str, Any]:
    word, kind = _MARKS[finding.health]
    return {"name": finding.name, "figure": finding.figure, "state": {"word": _(word), "kind": kind}}


def _figures(today: Day) -> list[tuple[str, str]]:
    me = signed_in()
    if not me.may(Permission.ORDERS_READ):
        return []
    rows = [(_("Orders"), filters.number(today.orders)), (_("Goods"), filters.number(today.units))]
    if me.may(Permission.FINANCE_READ):
        rows += [(_("Sold, %(currency)s", currency=m.currency), filters.money(m)) for m in today.sold]
        rows += [(_("Back, %(currency)s", currency=m.currency), filters.money(m)) for m in today.back]
    return rows
