"""The desk's routes of locks: decide, and lift once its person was told."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.kernel.db import reading, transaction
from oms.privacy import pages
from oms.privacy import queries as requests
from oms.privacy.asking import actions as asking
from oms.privacy.locking import actions
from oms.privacy.locking.forms import DecisionForm, decision_form
from oms.privacy.minors import queries as minors
from oms.privacy.states import Outcome
from oms.web.frame import flashed, page
from oms.web.permissions import Permission
from oms.web.security import actor, permit
from oms.web.taking import takes

blueprint = Blueprint("locking", __name__)


@blueprint.post("/privacy/<number>/decide")
@permit(Permission.PRIVACY)
@takes(DecisionForm)
def decide(number: str) -> ResponseReturnValue:
    """Say what becomes of what somebody disputes; the mailbox hears of it before anything is lifted."""
    with reading() as session:
        form = decision_form(requests.by_number(session, number).kind)()
    if form.validate_on_submit():
        with transaction() as session:
            found = requests.by_number(session, number)
            minors.require_none(session, found)
            outcome, why = Outcome(str(form.outcome.data)), str(form.why.data)
            actions.decide(session, found, outcome, why, by=actor())
        flash(_("Noted. Its person is told first; then it can be lifted."), "good")
        return _back(number)
    with reading() as session:
        values = pages.detail(session, requests.by_number(session, number), decision=form)
    shown = page(_("Request"), robots="noindex", back=url_for("oms.privacy.index"))
    return render_template("desk/privacy/request.html", page=shown, flashes=flashed(), **values), 422


@blueprint.post("/privacy/<number>/lift")
@permit(Permission.PRIVACY)
def lift(number: str) -> ResponseReturnValue:
    """Lift what a request locked: its data is used again, and the request is answered."""
    with transaction() as session:
        found = requests.by_number(session, number)
        minors.require_none(session, found)
        session.refresh(found, with_for_update=True)
        actions.lift(session, found, by=actor())
        asking.answer(session, found, by=actor())
    actions.unlock(found.id)
    flash(_("Lifted. It is used again from now on."), "good")
    return _back(number)


def _back(number: str) -> ResponseReturnValue:
    return redirect(url_for("oms.privacy.request_page", number=number), 303)
