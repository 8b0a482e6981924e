"""The routes of deleting: first the plan, then the yes, then the certificate at an address of its own."""

from flask import Blueprint, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError
from oms.privacy.copies import actions as copies
from oms.privacy.erasure import actions, queries
from oms.privacy.erasure.actions import Wish
from oms.privacy.erasure.queries import Plan
from oms.privacy.locking import actions as locking
from oms.privacy.states import RequestState, Way
from oms.web import frame, sessions
from oms.web.fields import show_error
from oms.web.limits import limiter
from oms.web.markets import place
from oms.web.taking import takes
from storefront.account import access, codes
from storefront.privacy.erasure import pages
from storefront.privacy.forms import EraseForm
from storefront.privacy.views import own_units

blueprint = Blueprint("erasure", __name__)


@blueprint.route("/your-data/delete", methods=["GET", "POST"])
@limiter.limit("10 per hour", methods=["POST"])
@takes(EraseForm)
def delete() -> ResponseReturnValue:
    """Show what deleting would do; with the yes, do it. Who is signed in proves the mailbox once more."""
    units = own_units()
    if units is None or (access.buyer_id() and not access.is_fresh()):
        door = "sign-in" if access.buyer_id() else "prove"
        return codes.going(f"/account/{door}?next=/your-data/delete")
    with reading() as session:
        planned = queries.plan(session, units)
    if not planned.goes:
        flash(_("There is nothing left to delete."), "")
        return codes.going("/your-data/")
    form = EraseForm()
    if form.validate_on_submit():
        way = Way(form.way.data) if form.way.data else planned.ways[0]
        try:
            here, why = place(), form.ground()
            return _erased(Wish(tuple(units), way, here.market, here.language, why))
        except BadInputError as error:
            show_error(form, error)
    return _plan(form, planned)


def _erased(wish: Wish) -> ResponseReturnValue:
    with transaction() as session:
        request = actions.open_request(session, wish)
    if actions.carry_out(request.id):
        sessions.sign_out()
    return codes.going(f"/your-data/requests/{request.ref}")


def _plan(form: EraseForm, planned: Plan) -> ResponseReturnValue:
    shown = render_template(
        "store/privacy/plan.html",
        page=frame.page(_("Delete your data"), robots="noindex"),
        form=form,
        **pages.plan(planned),
    )
    return shown, 422 if form.errors else 200


@blueprint.get("/your-data/requests/<ref>")
def request_page(ref: str) -> ResponseReturnValue:
    """Show a request under way, or its certificate; it names nobody."""
    with reading() as session:
        found = queries.by_ref(session, ref)
        if found.state is RequestState.RECEIVED:
            return codes.going(f"/your-data/requests/{ref}/prove")
        if found.certificate is None:
            template, title, values = "request", _("Your request"), pages.request_page(session, found)
        else:
            template, title, values = "certificate", _("Certificate"), pages.certificate(session, found)
    shown = frame.page(title, robots="noindex")
    return render_template(f"store/privacy/{template}.html", page=shown, flashes=frame.flashed(), **values)


@blueprint.post("/your-data/requests/<ref>/withdraw")
def withdraw(ref: str) -> ResponseReturnValue:
    """Take a request back; what has gone already stays gone."""
    with transaction() as session:
        found = queries.by_ref(session, ref)
        actions.withdraw(session, found)
        copies.give_up(session, found.id)
    copies.sweep_given_up()
    locking.unlock(found.id)
    flash(_("The request is taken back."), "good")
    return codes.going(f"/your-data/requests/{ref}")
