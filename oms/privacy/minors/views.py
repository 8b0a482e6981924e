"""The desk's routes of suspected children: report one, have a guardian asked, end it, erase."""

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from oms.kernel import vault
from oms.kernel.audit import ActorKind
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError, NotFoundError
from oms.orders import queries as orders
from oms.privacy import pages
from oms.privacy.minors import actions, ages, queries, runs
from oms.privacy.minors.actions import Suspicion
from oms.privacy.minors.forms import AcceptForm, FindingForm, GuardianForm, ReportForm
from oms.privacy.minors.models import MinorCase, MinorEvent
from oms.privacy.minors.states import OPEN, Evidence, MinorState, Signal, Standing
from oms.staff import queries as staff
from oms.web.fields import show_error
from oms.web.filters import moment
from oms.web.forms import Form
from oms.web.permissions import Permission
from oms.web.security import actor, permit
from oms.web.taking import takes

blueprint = Blueprint("minors", __name__)
_KINDS = {
    MinorState.RESOLVED: "done",
    MinorState.ERASED: "gone",
    MinorState.GUARDIAN_ASKED: "moving",
}


@blueprint.route("/privacy/minors", methods=["GET", "POST"])
@permit(Permission.PRIVACY)
@takes(ReportForm)
def index() -> ResponseReturnValue:
    """List suspicions, and take a report of staff: everything of that person is restricted at once."""
    form = ReportForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                case = actions.suspect(session, _report(session, form), by=actor())
                number = queries.number_of(session, case)
        except (BadInputError, NotFoundError) as error:
            show_error(form, BadInputError(error.message, field="number"))
        else:
            flash(_("Restricted. Nothing is sent, and nothing is used."), "good")
            return redirect(url_for(".case", number=number), 303)
    with reading() as session:
        rows = [_row(case, number) for case, number in queries.listed(session)]
    heads = [_("Number"), _("State"), _("Since"), _("Country, age"), _("Erased after")]
    report = {
        "title": _("Somebody may be a child"),
        "form": form,
        "url": url_for(".index"),
        "yes": _("Restrict now"),
        "note": _("Ask nobody for a birth date or a document. Everything of this buyer is locked at once."),
    }
    shown = pages.sheet(
        _("Suspected children"),
        tables=[pages.table(_("Suspected children"), heads, rows)],
        forms=[report],
    )
    return shown, 422 if form.errors else 200


def _report(session: Session, form: ReportForm) -> Suspicion:
    order = orders.by_number(session, str(form.number.data))
    if order is None:
        raise NotFoundError("There is no order of this number. Look for a mistyped letter.")
    return Suspicion((order.unit,), Signal(str(form.signal.data)), order.market_code, order.language)


def _row(case: MinorCase, number: str) -> list[tuple[str, str]]:
    return [
        (number, url_for(".case", number=number)),
        (_word(case), ""),
        (moment(case.suspected_at), ""),
        (f"{case.country or '?'}, {case.age}", ""),
        (moment(case.erase_after) if case.state in OPEN else "", ""),
    ]


def _word(case: MinorCase) -> str:
    words = {
        MinorState.SUSPECTED: _("suspected"),
        MinorState.RESTRICTED: _("restricted, no guardian asked"),
        MinorState.GUARDIAN_ASKED: _("guardian asked"),
        MinorState.RESOLVED: _("resolved"),
        MinorState.ERASED: _("erased"),
    }
    return str(words[case.state])


@blueprint.get("/privacy/minors/<number>")
@permit(Permission.PRIVACY)
def case(number: str) -> ResponseReturnValue:
    """Show one suspicion: since when, on what, until when a guardian may answer, and each move."""
    return _shown(number)


def _shown(number: str, wrong: Form | None = None) -> str:
    with reading() as session:
        found = queries.by_number(session, number)
        units, events = queries.units_of(session, found.id), queries.events_of(session, found.id)
        names = {str(one.id): one.desk_name for one in staff.members(session)}
    is_open = found.state in OPEN and found.erasure_id is None
    moves = [
        [(moment(one.at), ""), (_word_of(one.state), ""), (_who(one, names), ""), (one.why, "")]
        for one in events
    ]
    return pages.sheet(
        _("Suspected child %(number)s", number=number),
        back=url_for(".index"),
        chip={"word": _word(found), "kind": _KINDS.get(found.state, "waiting")},
        sentences=[_("Nothing of this person is used or sent until this is over.")] if is_open else [],
        facts=[
            (_("How we know"), found.signal),
            (_("About"), ", ".join(pages.unit_words(unit) for unit in units) or _("nobody any more")),
            (_("Age of a child there"), f"{found.age} ({ages.of(found.country).source})"),
            (_("Guardian"), _asked(found)),
            (_("Erased without an answer after"), moment(found.erase_after)),
        ],
        tables=[pages.table(_("What happened"), [_("When"), _("State"), _("By"), _("Why")], moves)],
        forms=_forms(number, found, wrong) if is_open else [],
        steps=_steps(number) if is_open else [],
    )


def _asked(found: MinorCase) -> str:
    if not found.asked:
        return str(_("nobody asked yet"))
    return str(ngettext("asked once", "asked %(num)s times", found.asked))


def _who(one: MinorEvent, names: dict[str, str]) -> str:
    if one.by_kind == ActorKind.STAFF:
        return names.get(one.by_id, one.by_id)
    words = {"self": _("the person themself"), "guardian": _("the guardian")}
    return str(words.get(one.by_id) or _("by itself"))


def _word_of(state: MinorState) -> str:
    return str(_(state.replace("_", " ")))


def _forms(number: str, found: MinorCase, wrong: Form | None) -> list[dict[str, Any]]:
    asking = wrong if isinstance(wrong, GuardianForm) else GuardianForm(formdata=None)
    shown = [
        {
            "title": _("End it"),
            "form": FindingForm(formdata=None),
            "url": url_for(".resolve", number=number),
            "yes": _("End it, and lift"),
            "note": _("Its person is told first; then everything is used again."),
        }
    ]
    if found.standing in {Standing.CLAIMED, Standing.NAMED}:
        shown.insert(0, _acceptance(number))
    if found.asked < actions.MOST_ASKED and found.standing is not Standing.ACCEPTED:
        ask = {
            "title": _("Ask a guardian"),
            "form": asking,
            "url": url_for(".ask", number=number),
            "yes": _("Write to them"),
            "note": _("They prove the mailbox by a code. They see nothing before you have accepted them."),
        }
        shown.insert(0, ask)
    return shown


def _acceptance(number: str) -> dict[str, Any]:
    return {
        "title": _("Accept the guardian"),
        "form": AcceptForm(formdata=None),
        "url": url_for(".accept", number=number),
        "yes": _("This is the guardian"),
        "note": _("From then on they see, copy and delete everything above. Keep nothing that they showed."),
    }


def _steps(number: str) -> list[dict[str, Any]]:
    return [{"label": _("Erase it now"), "url": url_for(".erase", number=number), "kind": ""}]


@blueprint.post("/privacy/minors/<number>/guardian")
@permit(Permission.PRIVACY)
@takes(GuardianForm)
def ask(number: str) -> ResponseReturnValue:
    """Have a guardian asked at the mailbox that staff were given."""
    form = GuardianForm()
    if form.validate_on_submit():
        keys = actions.prepare()
        try:
            with transaction() as session:
                found = queries.by_number(session, number, is_locked=True)
                before = actions.ask_guardian(session, found, str(form.email.data), keys, by=actor())
        except BadInputError as error:
            show_error(form, error)
        else:
            if before:
                vault.destroy_unit(before)
            flash(_("We have written to them."), "good")
            return redirect(url_for(".case", number=number), 303)
    return _shown(number, form), 422


@blueprint.post("/privacy/minors/<number>/accept")
@permit(Permission.PRIVACY)
@takes(AcceptForm)
def accept(number: str) -> ResponseReturnValue:
    """Take whoever was asked as the guardian, on evidence that was seen and is not kept."""
    form = AcceptForm()
    if not form.validate_on_submit():
        return _shown(number, form), 422
    with transaction() as session:
        found = queries.by_number(session, number, is_locked=True)
        actions.accept_guardian(session, found, Evidence(str(form.seen.data)), by=actor())
    flash(_("Noted. They hear of it, and may answer now."), "good")
    return redirect(url_for(".case", number=number), 303)


@blueprint.post("/privacy/minors/<number>/resolve")
@permit(Permission.PRIVACY)
@takes(FindingForm)
def resolve(number: str) -> ResponseReturnValue:
    """End a suspicion on what was found."""
    form = FindingForm()
    if not form.validate_on_submit():
        return _shown(number, form), 422
    with transaction() as session:
        found = queries.by_number(session, number, is_locked=True)
        actions.resolve(session, found, str(form.finding.data), by=actor())
    runs.forget_guardians()
    flash(_("Noted. Its person is told first; then everything is lifted."), "good")
    return redirect(url_for(".case", number=number), 303)


@blueprint.post("/privacy/minors/<number>/erase")
@permit(Permission.PRIVACY)
def erase(number: str) -> ResponseReturnValue:
    """Erase everything of this person now."""
    with reading() as session:
        case_id = queries.by_number(session, number).id
    is_done = runs.erase(case_id, "erased at the desk", by=actor())
    flash(_("Everything is erased.") if is_done else _("It is being erased."), "good")
    return redirect(url_for(".case", number=number), 303)
