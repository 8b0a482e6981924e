"""The breach desk: what leaked, who is affected, the notice, the two clocks, and how far telling has come."""

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.kernel import clock
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError
from oms.privacy import pages
from oms.privacy.breaches import actions, queries
from oms.privacy.breaches.forms import LeakForm, NoticeForm, ReportForm
from oms.privacy.breaches.models import Breach
from oms.privacy.breaches.states import GAP, BreachState
from oms.web.fields import show_error
from oms.web.filters import moment
from oms.web.forms import Form
from oms.web.permissions import Permission
from oms.web.security import actor, permit
from oms.web.taking import takes

blueprint = Blueprint("breaches", __name__)


@blueprint.route("/privacy/breaches", methods=["GET", "POST"])
@permit(Permission.PRIVACY)
@takes(LeakForm)
def index() -> ResponseReturnValue:
    """List breaches, and open one: its people are found at once, and both clocks run."""
    form = LeakForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                breach = actions.open_breach(session, form.to_request(), by=actor())
        except BadInputError as error:
            show_error(form, error)
        else:
            return redirect(url_for(".breach", number=breach.number), 303)
    with reading() as session:
        found = queries.breaches(session)
    rows = [
        [
            (one.number, url_for(".breach", number=one.number)),
            (str(one.state), ""),
            (moment(one.found_at), ""),
        ]
        for one in found
    ]
    listed = pages.table(_("Breaches"), [_("Number"), _("State"), _("Found")], rows)
    shown = pages.sheet(_("Breaches"), tables=[listed], forms=[_new(form)])
    return shown, 422 if form.errors else 200


def _new(form: LeakForm) -> dict[str, Any]:
    names = ", ".join(queries.tables())
    return {
        "title": _("Something leaked"),
        "form": form,
        "url": "",
        "yes": _("Find people"),
        "note": _("Tables that lead to people: %(names)s.", names=names),
    }


@blueprint.route("/privacy/breaches/<number>", methods=["GET", "POST"])
@permit(Permission.PRIVACY)
@takes(NoticeForm)
def breach(number: str) -> ResponseReturnValue:
    """Show a breach, and take the five parts of its notice."""
    form = NoticeForm()
    if form.validate_on_submit():
        with transaction() as session:
            found = queries.by_number(session, number)
            actions.write_notice(session, found, {f.name: f.data or "" for f in form}, by=actor())
        flash(_("Saved."), "good")
        return redirect(url_for(".breach", number=number), 303)
    return _shown(number, form), 422 if form.errors else 200


def _shown(number: str, typed: Form) -> str:
    """Return the page of a breach; what was typed and cannot be kept stands in its fields."""
    with reading() as session:
        found = queries.by_number(session, number)
        counts = queries.counts(session, found.id)
    return pages.sheet(
        _("Breach %(number)s", number=number),
        back=url_for(".index"),
        facts=[*_facts(found), *((_("People: %(how)s", how=r), str(n)) for r, n in counts.items())],
        tables=_written(found),
        forms=_forms(found, typed),
        steps=_steps(found),
    )


def _forms(found: Breach, typed: Form) -> list[dict[str, Any]]:
    """Return what is still to be written: the notice for people, the report for the authority."""
    notice, report = (
        typed if typed.errors and isinstance(typed, kind) else kind(formdata=None, data=kept)
        for kind, kept in ((NoticeForm, found.parts), (ReportForm, found.report))
    )
    wanted: list[tuple[bool, str, Form, str, list[str]]] = [
        (found.state is BreachState.OPEN, _("The notice, in five parts"), notice, ".breach", found.missing()),
        (
            found.authority_told_at is None,
            _("The report to the authority"),
            report,
            ".write_report",
            found.unreported(),
        ),
    ]
    return [
        {
            "title": title,
            "form": form,
            "url": url_for(where, number=found.number),
            "yes": _("Save"),
            "wanted": [part.name for part in form],
            "note": _missing(form, empty),
        }
        for is_wanted, title, form, where, empty in wanted
        if is_wanted
    ]


def _missing(form: Form, empty: list[str]) -> str:
    told = [_("Missing: %(parts)s.", parts=_labels(form, empty) or _("nothing"))]
    if empty:
        told.append(_("Put your own words where %(gap)s stands.", gap=GAP))
    return " ".join(told)


def _written(found: Breach) -> list[dict[str, Any]]:
    """Return what people and the authority were told, word by word, once nobody can change it."""
    wanted: list[tuple[bool, str, Form, dict[str, str]]] = [
        (
            found.state is not BreachState.OPEN,
            _("What people were told"),
            NoticeForm(formdata=None),
            found.parts,
        ),
        (
            found.authority_told_at is not None,
            _("What the authority was told"),
            ReportForm(formdata=None),
            found.report,
        ),
    ]
    return [
        pages.table(
            title,
            [_("Part"), _("Words")],
            [[(str(f.label.text), ""), (told[f.name], "")] for f in form if f.name in told],
        )
        for is_told, title, form, told in wanted
        if is_told
    ]


def _labels(form: Form, parts: list[str]) -> str:
    """Return some parts as their fields are labelled."""
    return ", ".join(str(form[part].label.text) for part in parts)


@blueprint.post("/privacy/breaches/<number>/report")
@permit(Permission.PRIVACY)
@takes(ReportForm)
def write_report(number: str) -> ResponseReturnValue:
    """Keep what the authority will be told."""
    form = ReportForm()
    if not form.validate_on_submit():
        return _shown(number, form), 422
    with transaction() as session:
        found = queries.by_number(session, number)
        actions.write_report(session, found, {f.name: f.data or "" for f in form}, by=actor())
    flash(_("Saved."), "good")
    return redirect(url_for(".breach", number=number), 303)


def _facts(found: Breach) -> list[tuple[str, str]]:
    return [
        (_("What leaked"), f"{found.leak} {found.named}".strip()),
        (_("From, until"), f"{moment(found.since)}, {moment(found.until)}"),
        (_("Authority (72 hours)"), _clock(found.authority_told_at is not None, found, "authority")),
        (_("Platforms (24 hours)"), _clock(found.platform_told_at is not None, found, "platform")),
    ]


def _clock(is_told: bool, found: Breach, whom: str) -> str:  # noqa: FBT001 - read beside its name
    limit = found.found_at + (queries.AUTHORITY if whom == "authority" else queries.PLATFORM)
    if is_told:
        return str(_("told"))
    left = limit - clock.now()
    hours = int(left.total_seconds() // 3600)
    return str(_("by %(when)s, %(hours)s hours left", when=moment(limit), hours=hours))


def _steps(found: Breach) -> list[dict[str, str]]:
    wanted: list[tuple[str, str, dict[str, Any]]] = []
    if found.state is BreachState.OPEN:
        wanted.append((_("Send the notice"), ".send", {}))
    if found.authority_told_at is None:
        wanted.append((_("The authority was told"), ".note_told", {"whom": "authority"}))
    if found.platform_told_at is None:
        wanted.append((_("The platforms were told"), ".note_told", {"whom": "platform"}))
    return [
        {"label": label, "url": url_for(where, number=found.number, **more), "kind": ""}
        for label, where, more in wanted
    ]


@blueprint.post("/privacy/breaches/<number>/send")
@permit(Permission.PRIVACY)
def send(number: str) -> ResponseReturnValue:
    """Have everybody told; refused while a part of the notice is empty."""
    with transaction() as session:
        actions.send(session, queries.by_number(session, number), by=actor())
    flash(_("Everybody is being told."), "good")
    return redirect(url_for(".breach", number=number), 303)


@blueprint.post("/privacy/breaches/<number>/told/<whom>")
@permit(Permission.PRIVACY)
def note_told(number: str, whom: str) -> ResponseReturnValue:
    """Note that the authority or the platforms were told, and when."""
    with transaction() as session:
        actions.note_told(session, queries.by_number(session, number), whom, by=actor())
    return redirect(url_for(".breach", number=number), 303)
