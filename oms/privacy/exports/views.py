"""The desk's pages of exports: ask with a reason, agree to somebody else's, take one's own once."""

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.kernel import clock
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError
from oms.privacy import pages
from oms.privacy.exports import actions, queries
from oms.privacy.exports.forms import ExportForm
from oms.privacy.exports.models import Export
from oms.privacy.exports.states import ExportKind, ExportState
from oms.staff import queries as staff
from oms.web.fields import show_error
from oms.web.filters import moment, number
from oms.web.permissions import Permission
from oms.web.security import actor, permit, signed_in
from oms.web.taking import takes

blueprint = Blueprint("exports", __name__)


@blueprint.route("/privacy/exports", methods=["GET", "POST"])
@permit(Permission.REVEAL)
@takes(ExportForm)
def index() -> ResponseReturnValue:
    """List exports, and ask for one: nothing is opened before somebody else agrees."""
    form = ExportForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                export = actions.ask(session, form.to_request(), by=actor())
        except BadInputError as error:
            show_error(form, error)
        else:
            flash(_("Asked. Somebody else has to agree within three days."), "good")
            return redirect(url_for(".export", ref=export.number), 303)
    with reading() as session:
        found = queries.listed(session)
        names = {str(one.id): one.desk_name for one in staff.members(session)}
    shown = pages.sheet(
        _("Lists of people"),
        back=_back(),
        sentences=[_("Whoever is in a list can see that it was taken, and why. Labels need no list.")],
        tables=[_table(found, names)],
        forms=[{"title": _("Ask for a list"), "form": form, "url": "", "yes": _("Ask"), "note": ""}],
    )
    return shown, 422 if form.errors else 200


def _table(found: list[Export], names: dict[str, str]) -> dict[str, Any]:
    rows = [
        [
            (one.number, url_for(".export", ref=one.number) if one.ends_at > clock.now() else ""),
            (names.get(one.asked_by, one.asked_by), ""),
            (number(one.people), ""),
            (word(one.state), ""),
            (moment(one.asked_at), ""),
        ]
        for one in found
    ]
    return pages.table(_("Lists"), [_("Number"), _("Asked by"), _("Orders"), _("State"), _("Asked")], rows)


def _back() -> str:
    sees_requests = signed_in().may(Permission.PRIVACY)
    return url_for("oms.privacy.index" if sees_requests else "oms.orders.index")


def word(state: ExportState) -> str:
    """Return how far an export is, in words."""
    words = {
        ExportState.ASKED: _("waits for a second person"),
        ExportState.AGREED: _("agreed, being written"),
        ExportState.READY: _("ready, for one day"),
        ExportState.TAKEN: _("taken"),
        ExportState.REFUSED: _("refused"),
        ExportState.DROPPED: _("given up"),
    }
    return str(words[state])


@blueprint.get("/privacy/exports/<ref>")
@permit(Permission.REVEAL)
def export(ref: str) -> ResponseReturnValue:
    """Show one export: who asks for what of which orders and why, and what can be done about it."""
    with reading() as session:
        found = queries.by_number(session, ref)
        units = queries.units_of(session, found.id)
        names = {str(one.id): one.desk_name for one in staff.members(session)}
    told = {
        ExportKind.ADDRESSES: _("name and address, without phone"),
        ExportKind.MAILBOXES: _("e-mail address"),
    }
    facts = [
        (_("State"), word(found.state)),
        (_("Asked by"), names.get(found.asked_by, found.asked_by)),
        (_("Why"), found.reason or _("kept in the audit")),
        (_("What it tells"), told[found.kind]),
        (_("Decided by"), names.get(found.decided_by, found.decided_by) or _("nobody yet")),
        (_("Until"), moment(found.ends_at)),
    ]
    rows = [[(one, url_for("oms.orders.order", number=one))] for one in (u.partition(":")[2] for u in units)]
    is_mine = found.asked_by == actor().id
    note = [_("Somebody else has to agree.")] if is_mine and found.state is ExportState.ASKED else []
    return pages.sheet(
        _("List %(number)s", number=found.number),
        back=url_for(".index"),
        sentences=note,
        facts=facts,
        tables=[pages.table(_("Orders in it"), [_("Order")], rows)] if rows else [],
        steps=_steps(found, is_mine=is_mine),
    )


def _steps(found: Export, *, is_mine: bool) -> list[dict[str, Any]]:
    wanted: list[tuple[str, str, str]] = []
    if found.state is ExportState.ASKED:
        wanted += [] if is_mine else [(_("Agree"), "yes", "primary")]
        wanted.append((_("Take it back") if is_mine else _("Refuse"), "no", ""))
    steps = [
        {"label": label, "url": url_for(".decide", ref=found.number, verdict=verdict), "kind": kind}
        for label, verdict, kind in wanted
    ]
    if found.state is ExportState.READY and is_mine:
        label = _("Take the file, once")
        steps.append({"label": label, "url": url_for(".take", ref=found.number), "kind": "primary"})
    return steps


@blueprint.post("/privacy/exports/<ref>/take")
@permit(Permission.REVEAL)
def take(ref: str) -> ResponseReturnValue:
    """Give the file to who asked for it, once."""
    content = actions.take(ref, by=actor())
    headers = {"Content-Disposition": f'attachment; filename="{actions.FILE}"', "Cache-Control": "no-store"}
    return Response(content, mimetype="text/csv", headers=headers)


@blueprint.post("/privacy/exports/<ref>/<verdict>")
@permit(Permission.REVEAL)
def decide(ref: str, verdict: str) -> ResponseReturnValue:
    """Agree to somebody else's wish, refuse it, or take one's own back."""
    deed = {"yes": actions.agree, "no": actions.refuse}.get(verdict)
    if deed is None:
        abort(404)
    with transaction() as session:
        deed(session, queries.by_number(session, ref, is_locked=True), by=actor())
    flash(_("Noted."), "good")
    return redirect(url_for(".export", ref=ref), 303)
