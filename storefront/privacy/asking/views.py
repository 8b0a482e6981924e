"""The routes of asking in words and of proving that one may: unknown mailboxes are treated as known ones."""

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.buyers.states import CodePurpose
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError, IllegalMoveError, NotFoundError
from oms.privacy.asking import actions, queries
from oms.privacy.erasure import actions as erasure
from oms.privacy.erasure import queries as erasing
from oms.privacy.models import PrivacyRequest
from oms.privacy.parcels import actions as parcels
from oms.privacy.parcels import queries as parcel
from oms.privacy.states import RequestKind, RequestState
from oms.web import proofs
from oms.web.fields import show_error
from oms.web.frame import flashed, page
from oms.web.limits import limiter
from oms.web.markets import place
from oms.web.security import actor
from oms.web.taking import takes
from storefront.account import codes
from storefront.privacy.asking.forms import KIND_NAMES, AskForm, FactForm

blueprint = Blueprint("asking", __name__)


@blueprint.route("/your-data/ask", methods=["GET", "POST"])
@limiter.limit("10 per hour", methods=["POST"])
@takes(AskForm)
def ask() -> ResponseReturnValue:
    """Take a request in words; the mailbox hears of it within a minute, and proves itself."""
    form = AskForm()
    if form.validate_on_submit():
        try:
            return _received(form)
        except BadInputError as error:
            show_error(form, error)
    shown = render_template(
        "store/privacy/ask.html",
        page=page(_("Ask about your data"), robots="noindex"),
        flashes=flashed(),
        form=form,
        own_url=f"{request.script_root}/your-data/",
    )
    return shown, 422 if form.errors else 200


def _received(form: AskForm) -> ResponseReturnValue:
    claim, here = form.claim(), place()
    keys = parcels.prepare(claim)
    with transaction() as session:
        parcels.receive(session, form.to_request(here.market, here.language), claim, keys, by=actor())
    flash(_("We have written to this mailbox. Open the page in the mail to go on."), "good")
    return codes.going("/your-data/ask")


@blueprint.get("/your-data/requests/<ref>/prove")
def proof(ref: str) -> ResponseReturnValue:
    """Show how a request is proven: first the mailbox, then a fact of an order where harm could be done."""
    return _proof(_waiting(ref), FactForm())


@blueprint.post("/your-data/requests/<ref>/code")
@limiter.limit("10 per hour")
def send_code(ref: str) -> ResponseReturnValue:
    """Send a code to the mailbox that asked, and to no other."""
    found = _waiting(ref)
    with reading() as session:
        mailbox = queries.mailbox(session, found)
    if not mailbox:
        raise NotFoundError("This request is too old. Ask anew.")
    path = f"/your-data/requests/{ref}/prove"
    return codes.begin(mailbox, CodePurpose.YOUR_DATA, onward=path, back=path)


@blueprint.post("/your-data/requests/<ref>/prove")
@limiter.limit("20 per hour")
@takes(FactForm)
def prove(ref: str) -> ResponseReturnValue:
    """Go on with a proven request; what it asks for is done at once where it can be."""
    form, found = FactForm(), _waiting(ref)
    if parcel.has_claim(found):
        with transaction() as session:
            theirs = session.get_one(PrivacyRequest, found.id, with_for_update=True)
            parcels.prove(session, theirs, proofs.proven())
        return codes.going(f"/your-data/requests/{ref}")
    is_good = form.validate_on_submit()
    with transaction() as session:
        theirs = session.get_one(PrivacyRequest, found.id, with_for_update=True)
        is_proven = is_good and actions.verify(session, theirs, proofs.proven(), form.postcode.data or "")
    if not is_proven:
        form.postcode.errors = [_("This is not the postcode of a delivery to you.")]
        return _proof(found, form), 422
    if theirs.kind is RequestKind.ERASURE:
        erasure.carry_out(theirs.id)
    if theirs.kind is RequestKind.ACCESS:
        return codes.going("/your-data/")
    return codes.going(f"/your-data/requests/{ref}")


def _waiting(ref: str) -> PrivacyRequest:
    with reading() as session:
        found = erasing.by_ref(session, ref)
    if found.state is not RequestState.RECEIVED or not found.contact_unit:
        raise IllegalMoveError("This request is proven already.")
    return found


def _proof(found: PrivacyRequest, form: FactForm) -> str:
    units = proofs.proven()
    is_mine = found.contact_unit in units
    with reading() as session:
        asks_fact = is_mine and not parcel.has_claim(found)
        asks_fact = asks_fact and queries.needs_fact(session, found.kind, units)
    path = f"{request.script_root}/your-data/requests/{found.ref}"
    return render_template(
        "store/privacy/proof.html",
        page=page(_("Your request"), robots="noindex"),
        flashes=flashed(),
        what=str(KIND_NAMES[found.kind]),
        number=found.number,
        is_mine=is_mine,
        form=form if asks_fact else None,
        code_url=f"{path}/code",
        go_url=f"{path}/prove",
        withdraw_url=f"{path}/withdraw",
    )
