"""The desk's routes of requests in words: write one down, read it, answer, refuse, review."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError
from oms.privacy import pages
from oms.privacy import queries as requests
from oms.privacy.asking import actions, queries
from oms.privacy.asking.forms import DenialForm, EntryForm
from oms.privacy.erasure import actions as erasure
from oms.privacy.minors import queries as minors
from oms.privacy.models import PrivacyRequest
from oms.privacy.parcels import actions as parcels
from oms.privacy.states import RequestKind
from oms.web.fields import show_error
from oms.web.frame import flashed, page
from oms.web.permissions import Permission
from oms.web.security import actor, permit
from oms.web.taking import takes

blueprint = Blueprint("asking", __name__)
_TO_ANSWER = "To answer this request"


@blueprint.route("/privacy/new", methods=["GET", "POST"])
@permit(Permission.PRIVACY)
@takes(EntryForm)
def write_down() -> ResponseReturnValue:
    """Write down a request that came by phone or letter; its mailbox proves itself as any other."""
    form = EntryForm()
    if form.validate_on_submit():
        try:
            return _received(form)
        except BadInputError as error:
            show_error(form, error)
    told = {
        "title": _("A request by phone or letter"),
        "form": form,
        "url": url_for(".write_down"),
        "yes": _("Write it down"),
        "note": _("Copy no document. Whoever asks proves the mailbox, and one fact of an order."),
    }
    shown = pages.sheet(_("Write down a request"), back=url_for("oms.privacy.index"), forms=[told])
    return shown, 422 if form.errors else 200


def _received(form: EntryForm) -> ResponseReturnValue:
    claim = form.claim()
    keys = parcels.prepare(claim)
    with transaction() as session:
        found = parcels.receive(session, form.to_request(), claim, keys, by=actor())
    flash(_("Written down. The mailbox is asked to prove itself; ask for no document."), "good")
    return _back(found.number)


@blueprint.post("/privacy/<number>/words")
@permit(Permission.PRIVACY)
def read_words(number: str) -> ResponseReturnValue:
    """Show what somebody wrote, for two minutes; the look is on record, and its person can see it."""
    with transaction() as session:
        found = requests.by_number(session, number)
        told = queries.words(session, found, by=actor().because(_TO_ANSWER))
        values = pages.detail(session, found, words=told or _("Nothing."))
    shown = page(_("Request"), robots="noindex", back=url_for("oms.privacy.index"))
    return render_template("desk/privacy/request.html", page=shown, flashes=flashed(), **values)


@blueprint.post("/privacy/<number>/answered")
@permit(Permission.PRIVACY)
def answered(number: str) -> ResponseReturnValue:
    """Note that all was done that was asked for; the mailbox hears of it."""
    with transaction() as session:
        actions.answer(session, _held(session, number), by=actor())
    flash(_("Noted. The mailbox hears of it."), "good")
    return _back(number)


@blueprint.post("/privacy/<number>/refuse")
@permit(Permission.PRIVACY)
@takes(DenialForm)
def refuse(number: str) -> ResponseReturnValue:
    """Refuse, whole or in part, on a coded ground; bad faith waits for somebody else."""
    form = DenialForm()
    is_good = form.validate_on_submit()
    if is_good:
        try:
            with transaction() as session:
                refusal = actions.refuse(session, _held(session, number), form.to_request(), by=actor())
        except BadInputError as error:
            show_error(form, error)
        else:
            flash(_("Somebody else has to review it.") if refusal.is_pending else _("Refused."), "good")
            return _back(number)
    with reading() as session:
        values = pages.detail(session, requests.by_number(session, number), denial=form)
    shown = page(_("Request"), robots="noindex", back=url_for("oms.privacy.index"))
    return render_template("desk/privacy/request.html", page=shown, flashes=flashed(), **values), 422


@blueprint.post("/privacy/<number>/review/<verdict>")
@permit(Permission.PRIVACY)
def review(number: str, verdict: str) -> ResponseReturnValue:
    """Agree to what somebody else proposed, or throw it out; an erasure then goes on by itself."""
    if verdict not in {"yes", "no"}:
        abort(404)
    with transaction() as session:
        found = _held(session, number)
        actions.review(session, found, agrees=verdict == "yes", by=actor())
    if found.kind is RequestKind.ERASURE:
        erasure.carry_out(found.id)
    return _back(number)


def _held(session: Session, number: str) -> PrivacyRequest:
    found = requests.by_number(session, number)
    minors.require_none(session, found)
    session.refresh(found, with_for_update=True)
    return found


def _back(number: str) -> ResponseReturnValue:
    return redirect(url_for("oms.privacy.request_page", number=number), 303)
