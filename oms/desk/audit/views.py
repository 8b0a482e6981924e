"""Pages of the audit: its entries, and proving that none was changed."""

from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.desk.audit import queries
from oms.desk.audit.queries import SIZE, Entry, Wanted
from oms.desk.orders.pages import Chip, who
from oms.kernel import audit
from oms.kernel.audit import ActorKind, Verdict
from oms.kernel.db import Role, reading, transaction
from oms.staff import queries as staff
from oms.web import filters
from oms.web.frame import flashed, page
from oms.web.pagination import asked_piece, keyset_of, url_with
from oms.web.permissions import Permission
from oms.web.security import permit, signed_in

blueprint = Blueprint("audit", __name__)


@blueprint.get("/audit")
@permit(Permission.AUDIT_READ)
def index() -> ResponseReturnValue:
    """List who did what, the newest first."""
    asked = asked_piece()
    wanted = Wanted(request.args.get("verb", "")[:80], request.args.get("by", "")[:20])
    with reading() as session:
        found = queries.entries(session, wanted, asked.key, is_backwards=asked.is_backwards)
        verbs = queries.verbs(session)
        names = {str(one.id): one.desk_name for one in staff.members(session)}
    piece = keyset_of(found, SIZE, lambda one: str(one.id), asked=asked)
    return render_template(
        "desk/audit/list.html",
        page=page(_("Audit"), robots="noindex"),
        flashes=flashed(),
        chain=_chain(),
        verify_url=url_for(".verify"),
        filters=_filters(wanted, verbs),
        entries=[_entry(one, names) for one in piece.rows],
        pages={
            "summary": "",
            "before": url_with(before=piece.before, after=None) if piece.before else "",
            "after": url_with(after=piece.after, before=None) if piece.after else "",
            "numbers": (),
        },
    )


@blueprint.post("/audit/verify")
@permit(Permission.AUDIT_READ)
def verify() -> ResponseReturnValue:
    """Link what is new, then walk the whole chain and say what holds."""
    with transaction(Role.AUDIT) as session:
        audit.chain(session)
    with reading() as session:
        verdict = audit.verify(session, _anchors())
    current_app.extensions["audit verdict"] = verdict
    if verdict.is_whole:
        told = _("All %(links)s links hold.", links=filters.number(verdict.links))
        flash(told, "good")
    else:
        flash(_("Somebody changed the trail. Keep both databases as they are."), "bad")
    return redirect(url_for(".index"), 303)


def _anchors() -> Path | None:
    found: Path = current_app.extensions["settings"].state_dir / "anchors"
    return found if found.exists() else None


def _chain() -> dict[str, Any]:
    verdict: Verdict | None = current_app.extensions.get("audit verdict")
    if verdict is None:
        return {
            "state": Chip(_("not walked yet"), "waiting"),
            "sentence": _("Verify to walk the whole chain."),
        }
    if verdict.is_whole:
        sentence = _(
            "%(links)s links hold; %(rest)s entries are not linked yet.",
            links=filters.number(verdict.links),
            rest=filters.number(verdict.unchained),
        )
        return {"state": Chip(_("whole"), "done"), "sentence": sentence}
    return {"state": Chip(_("broken"), "wrong"), "sentence": "; ".join(verdict.broken[:5])}


def _entry(found: Entry, names: dict[str, str]) -> dict[str, str]:
    number = found.about.partition("order:")[2]
    may_see = signed_in().may(Permission.ORDERS_READ)
    why = found.reason or found.purpose
    return {
        "when": filters.moment(found.at),
        "who": who(found.actor_kind, found.actor_id, names),
        "did": f"{found.verb} {', '.join(found.fields)}".strip(),
        "about": found.about,
        "url": url_for("oms.orders.order", number=number) if number and may_see else "",
        "why": why,
    }


def _filters(wanted: Wanted, verbs: list[str]) -> list[dict[str, Any]]:
    kinds = [("", _("anybody")), *((kind.value, _(kind.value)) for kind in ActorKind)]
    listed = [
        ("verb", _("Did"), [("", _("anything")), *((verb, verb) for verb in verbs)], wanted.verb),
        ("by", _("Who"), kinds, wanted.kind),
    ]
    return [
        {"name": name, "label": label, "options": options, "selected": selected}
        for name, label, options, selected in listed
    ]
