"""The desk's pages of privacy requests: what people asked for, by when an answer is owed, whom to tell."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.kernel.db import reading, transaction
from oms.privacy import actions, pages, queries
from oms.privacy.asking.grounds import BECAUSE
from oms.web.frame import flashed, page
from oms.web.permissions import Permission
from oms.web.security import actor, permit

blueprint = Blueprint("privacy", __name__)
_ALL_ON_ONE = {"summary": "", "before": "", "after": "", "numbers": ()}


@blueprint.get("/privacy")
@permit(Permission.PRIVACY)
def index() -> ResponseReturnValue:
    """List requests under way, or those that are done."""
    are_open = request.args.get("view") != "done"
    kind, source = request.args.get("kind", ""), request.args.get("source", "")
    with reading() as session:
        under_way = queries.requests(session, are_open=True)
        found = under_way if are_open else queries.requests(session, are_open=False)
        found = [one for one in found if kind in ("", one.kind) and source in ("", one.source)]
        rows = [pages.row(session, one) for one in found]
        retention, given = pages.clock_pane(session), queries.grounds(session)
    return render_template(
        "desk/privacy/requests.html",
        page=page(_("Privacy"), robots="noindex"),
        flashes=flashed(),
        views=pages.views(are_open=are_open, waiting=len(under_way)),
        filters=pages.filters(kind, source),
        new_url=url_for("oms.asking.write_down"),
        rooms=_rooms(),
        requests=rows,
        retention=retention,
        grounds=[(_(BECAUSE[because]), str(count)) for because, count in given],
        retention_note=_("Keys go by their own day. Nothing here needs a hand."),
        pages=_ALL_ON_ONE,
    )


def _rooms() -> list[dict[str, str]]:
    known = [
        (_("Breaches"), "oms.breaches.index"),
        (_("Lost mailboxes"), "oms.moving.index"),
        (_("Suspected children"), "oms.minors.index"),
        (_("Official requests"), "oms.official.index"),
        (_("Looks at people"), "oms.watching.index"),
        (_("Sign-ins"), "oms.watching.sign_ins"),
        (_("Lists of people"), "oms.exports.index"),
        (_("Where data lies"), "oms.places.index"),
        (_("Certificates"), "oms.evidence.index"),
        (_("The privacy notice"), "oms.notice.edit"),
    ]
    return [{"label": label, "url": url_for(endpoint)} for label, endpoint in known]


@blueprint.get("/privacy/<number>")
@permit(Permission.PRIVACY)
def request_page(number: str) -> ResponseReturnValue:
    """Show one request: what goes, what stays, whom to tell."""
    with reading() as session:
        values = pages.detail(session, queries.by_number(session, number))
    shown = page(_("Request"), robots="noindex", back=url_for(".index"))
    return render_template("desk/privacy/request.html", page=shown, flashes=flashed(), **values)


@blueprint.post("/privacy/<number>/told/<recipient>")
@permit(Permission.PRIVACY)
def note_told(number: str, recipient: str) -> ResponseReturnValue:
    """Note that a recipient was told to delete it too."""
    with transaction() as session:
        actions.note_told(session, queries.by_number(session, number), recipient, by=actor())
    flash(_("Noted."), "good")
    return redirect(url_for(".request_page", number=number), 303)
