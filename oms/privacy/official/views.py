"""The desk's routes of official requests: write one down, agree, refuse, take once, review."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError
from oms.privacy import pages
from oms.privacy.official import actions, queries
from oms.privacy.official.forms import WANTED, GagForm, OfficialForm, RefusalForm
from oms.privacy.official.models import OfficialRequest, OfficialUnit
from oms.privacy.official.states import Instrument, OfficialState, Why
from oms.staff import queries as staff
from oms.web.fields import show_error
from oms.web.filters import day, moment
from oms.web.permissions import Permission
from oms.web.security import actor, permit
from oms.web.taking import takes

blueprint = Blueprint("official", __name__)
_KINDS = {OfficialState.DISCLOSED: "done", OfficialState.REFUSED: "gone", OfficialState.LAPSED: "gone"}


@blueprint.route("/privacy/official", methods=["GET", "POST"])
@permit(Permission.PRIVACY)
@takes(OfficialForm)
def index() -> ResponseReturnValue:
    """List what authorities ask for, and take another request."""
    form = OfficialForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                row = actions.write(session, form.to_request(), by=actor())
        except BadInputError as error:
            show_error(form, error)
        else:
            return redirect(url_for(".official", number=row.number), 303)
    with reading() as session:
        found = queries.listed(session)
    entry = {
        "title": _("An authority asks"),
        "form": form,
        "url": url_for(".index"),
        "yes": _("Write it down"),
        "note": _("Two others have to agree. Only what the instrument covers is ever opened."),
        "wanted": WANTED,
    }
    shown = pages.sheet(
        _("Official requests"),
        tables=[_table(found)],
        forms=[entry],
    )
    return shown, 422 if form.errors else 200


def _table(found: Sequence[OfficialRequest]) -> dict[str, Any]:
    rows = [
        [
            (one.number, url_for(".official", number=one.number)),
            (one.kind, ""),
            (_(one.state), ""),
            (moment(one.written_at), ""),
        ]
        for one in found
    ]
    heads = [_("Number"), _("Instrument"), _("State"), _("Written down")]
    return pages.table(_("So far"), heads, rows)


@blueprint.get("/privacy/official/<number>")
@permit(Permission.PRIVACY)
def official(number: str) -> str:
    """Show one request: its instrument and scope, who agreed, and what can be done."""
    with reading() as session:
        found = queries.by_number(session, number)
        units = queries.units_of(session, found.id)
        names = {str(one.id): one.desk_name for one in staff.members(session)}
    is_open = found.state in {OfficialState.WRITTEN, OfficialState.APPROVED}
    is_quiet = is_open or any(one.fields and one.told_at is None for one in units)
    return pages.sheet(
        _("Official request %(number)s", number=number),
        back=url_for(".index"),
        chip={"word": _(found.state), "kind": _KINDS.get(found.state, "waiting")},
        facts=[(what, told) for what, told in _facts(found, units, names) if told],
        forms=[*([_refusal(number)] if is_open else []), *([_gag(found)] if is_quiet else [])],
        steps=_steps(found),
    )


def _facts(
    found: OfficialRequest, units: Sequence[OfficialUnit], names: Mapping[str, str]
) -> list[tuple[str, str]]:
    about = ", ".join(pages.unit_words(one.unit) for one in units)
    given = [one for one in units if one.fields]
    told, labels = sum(1 for one in given if one.told_at), queries.fields()
    agreed = filter(None, [found.approver1, found.approver2])
    return [
        (_("Instrument"), f"{found.kind} {found.instrument}"),
        (_("Authority"), found.authority or _("none named")),
        (_("Issued on"), _day(found.issued_on)),
        (_("Ends on"), _day(found.expires_on)),
        (_("Orders"), about or _("none")),
        (_("Fields"), ", ".join(_(labels[name]) for name in found.fields if name in labels) or _("none")),
        (_("Written down by"), names.get(found.written_by, found.written_by)),
        (_("Agreed"), ", ".join(names.get(one, one) for one in agreed) or _("nobody")),
        (_("Can be taken until"), moment(found.ends_at) if found.ends_at else _("not yet")),
        (_("Taken"), moment(found.given_at) if found.given_at else _("no")),
        (_("Told"), _("%(count)s of %(all)s", count=told, all=len(given)) if found.given_at else ""),
        (_("Nobody may be told until"), day(found.gag_until) if found.gag_until else ""),
        (_("Refused because"), _(found.ground) if found.ground else ""),
        (_("Review by"), moment(found.review_by) if found.review_by else ""),
        (_("Reviewed by"), names.get(found.reviewed_by, found.reviewed_by)),
    ]


def _day(when: Any) -> str:  # noqa: ANN401 - a date, or none
    return day(when) if when else str(_("none"))


def _refusal(number: str) -> dict[str, Any]:
    url = url_for(".refuse", number=number)
    note = _("The authority hears it from you. Nothing goes out.")
    form = RefusalForm(formdata=None)
    return {"title": _("Refuse"), "form": form, "url": url, "yes": _("Refuse"), "note": note}


def _gag(found: OfficialRequest) -> dict[str, Any]:
    url = url_for(".keep_quiet", number=found.number)
    note = _("At most a year; then a court has to say so again. Left empty, the person is told.")
    form = GagForm(formdata=None, gag_until=found.gag_until)
    return {"title": _("Silence"), "form": form, "url": url, "yes": _("Save"), "note": note}


def _steps(found: OfficialRequest) -> list[dict[str, Any]]:
    wanted: list[tuple[str, str]] = []
    if found.state is OfficialState.WRITTEN and actor().id not in {found.written_by, found.approver1}:
        wanted.append((_("Agree"), ".approve"))
    if found.state is OfficialState.APPROVED:
        wanted.append((_("Take it, once"), ".take"))
    is_urgent = found.kind is Instrument.EMERGENCY and not found.reviewed_by
    if is_urgent and found.state is OfficialState.DISCLOSED:
        wanted.append((_("I have reviewed it"), ".review"))
    return [{"label": label, "url": url_for(to, number=found.number), "kind": ""} for label, to in wanted]


@blueprint.post("/privacy/official/<number>/approve")
@permit(Permission.PRIVACY)
def approve(number: str) -> ResponseReturnValue:
    """Agree: the second who does lets it be taken."""
    with transaction() as session:
        actions.approve(session, queries.by_number(session, number, is_locked=True), by=actor())
    flash(_("Noted."), "good")
    return redirect(url_for(".official", number=number), 303)


@blueprint.post("/privacy/official/<number>/refuse")
@permit(Permission.PRIVACY)
@takes(RefusalForm)
def refuse(number: str) -> ResponseReturnValue:
    """Refuse on a coded ground."""
    form = RefusalForm()
    if form.validate_on_submit():
        with transaction() as session:
            row = queries.by_number(session, number, is_locked=True)
            actions.refuse(session, row, Why(str(form.why.data)), by=actor())
        flash(_("Refused."), "good")
    return redirect(url_for(".official", number=number), 303)


@blueprint.post("/privacy/official/<number>/silence")
@permit(Permission.PRIVACY)
@takes(GagForm)
def keep_quiet(number: str) -> ResponseReturnValue:
    """Note until when nobody may be told, or that they may be."""
    form = GagForm()
    if not form.validate_on_submit():
        flash(_("This is no day."), "bad")
        return redirect(url_for(".official", number=number), 303)
    with transaction() as session:
        row = queries.by_number(session, number, is_locked=True)
        actions.keep_quiet(session, row, form.gag_until.data, by=actor())
    flash(_("Noted."), "good")
    return redirect(url_for(".official", number=number), 303)


@blueprint.post("/privacy/official/<number>/take")
@permit(Permission.PRIVACY)
def take(number: str) -> ResponseReturnValue:
    """Hand the covered fields out as a file, once; nothing of it stays here."""
    with transaction() as session:
        content = actions.take(session, queries.by_number(session, number, is_locked=True), by=actor())
    named = {"Content-Disposition": f'attachment; filename="official-{number}.json"'}
    return Response(content, mimetype="application/json", headers=named)


@blueprint.post("/privacy/official/<number>/review")
@permit(Permission.PRIVACY)
def review(number: str) -> ResponseReturnValue:
    """Note that an emergency was looked at afterwards, by somebody else."""
    with transaction() as session:
        actions.review(session, queries.by_number(session, number, is_locked=True), by=actor())
    flash(_("Noted."), "good")
    return redirect(url_for(".official", number=number), 303)
