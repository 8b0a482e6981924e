"""The routes about children: say that one is, and answer as a guardian. Nothing shows before a proof."""

from flask import Blueprint, flash, render_template, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.buyers.states import CodePurpose
from oms.kernel import clock, vault
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError, IllegalMoveError, NotFoundError
from oms.privacy.minors import actions, queries, runs
from oms.privacy.minors.actions import GUARDIAN, THEMSELVES, Suspicion
from oms.privacy.minors.models import MinorCase
from oms.privacy.minors.states import Signal
from oms.web import proofs
from oms.web.fields import show_error
from oms.web.frame import flashed, page
from oms.web.limits import limiter
from oms.web.markets import place
from oms.web.taking import takes
from storefront.account import access, codes
from storefront.privacy import pages as rooms
from storefront.privacy.minors import pages
from storefront.privacy.minors.forms import YES, AnswerForm, GuardianForm
from storefront.privacy.views import CHILD, units_here

blueprint = Blueprint("minors", __name__)
_OVER = "There is no such page, or it is over."


@blueprint.route("/your-data/minor", methods=["GET", "POST"])
@limiter.limit("10 per hour", methods=["POST"])
@takes(GuardianForm)
def say() -> ResponseReturnValue:
    """Restrict at once what somebody gave who says that they are a child, and ask their guardian.

    Who is signed in proves the mailbox once more, as for deleting: a guardian may say that it is deleted.
    """
    units = units_here()
    if units is None or (access.buyer_id() and not access.is_fresh()):
        door = "sign-in" if access.buyer_id() else "prove"
        return codes.going(f"/account/{door}?next=/your-data/minor")
    form = GuardianForm()
    if form.validate_on_submit():
        try:
            _restrict(units, form)
            flash(_("Locked. Nothing is used and nothing is sent from now on."), "good")
            return codes.going("/your-data/")
        except (BadInputError, NotFoundError, IllegalMoveError) as error:
            show_error(form, BadInputError(error.message, field="email"))
    with reading() as database:
        found = queries.open_case(database, units, is_own=True)
    shown = render_template(
        "store/privacy/minor.html",
        page=page(_("I am a child"), robots="noindex"),
        flashes=flashed(),
        sentences=rooms.child(found, is_guardian=False)["sentences"],
        form=form,
        until=pages.last_day(actions.ends(clock.now())),
        delete_url=rooms.at("/your-data/delete"),
        back_url=rooms.at("/your-data/"),
    )
    return shown, 422 if form.errors else 200


def _restrict(units: list[str], form: GuardianForm) -> None:
    here, email, before = place(), form.email.data or "", ""
    with transaction() as database:
        proven = tuple(proofs.proven())
        seen = Suspicion(tuple(units), Signal.SELF, here.market, here.language, proven)
        case = actions.suspect(database, seen, by=THEMSELVES)
    if email:
        keys = actions.prepare()
        with transaction() as database:
            theirs = database.get_one(MinorCase, case.id, with_for_update=True)
            before = actions.ask_guardian(database, theirs, email, keys, by=THEMSELVES)
    if before:
        vault.destroy_unit(before)


@blueprint.get("/your-data/child/<ref>")
def child(ref: str) -> str:
    """Show a guardian's page: before the proof of their mailbox, nothing of the child."""
    with reading() as database:
        found = queries.by_ref(database, ref)
        units = queries.guarded(database, ref, proofs.proven("guardian"))
    return render_template(
        "store/privacy/child.html",
        page=page(_("A question to you as a guardian"), robots="noindex"),
        flashes=flashed(),
        **pages.child(found, units, is_proven=_is_guardian(found)),
    )


def _is_guardian(found: MinorCase) -> bool:
    return found.guardian_unit in proofs.proven("guardian")


@blueprint.post("/your-data/child/<ref>/code")
@limiter.limit("10 per hour")
def send_code(ref: str) -> ResponseReturnValue:
    """Send a code to the guardian's mailbox, and to no other."""
    with reading() as database:
        mailbox = queries.guardian_mailbox(database, queries.by_ref(database, ref))
    if not mailbox:
        raise NotFoundError(_OVER)
    path = f"/your-data/child/{ref}"
    return codes.begin(mailbox, CodePurpose.GUARDIAN, onward=path, back=path)


@blueprint.post("/your-data/child/<ref>/answer")
@limiter.limit("10 per hour")
@takes(AnswerForm)
def answer(ref: str) -> ResponseReturnValue:
    """Take a guardian's yes or no: lifted with a mail to the child, or everything erased now.

    Only of one whom the child named who proved their data, or whom staff accepted.
    """
    form = AnswerForm()
    is_good = form.validate_on_submit()
    with transaction() as database:
        found = queries.by_ref(database, ref, is_locked=True)
        if not is_good or not _is_guardian(found):
            raise NotFoundError(_OVER)
        queries.require_answer(found)
        if form.answer.data == YES:
            actions.resolve(database, found, "the guardian says yes", by=GUARDIAN)
    if form.answer.data == YES:
        flash(_("Thank you. It is used again as soon as the child was told."), "good")
        return codes.going(f"/your-data/child/{ref}")
    is_done = runs.erase(found.id, "the guardian says no", by=GUARDIAN)
    session.pop(CHILD, None)
    flash(_("Everything we knew about the child is deleted.") if is_done else pages.going_on(), "good")
    return codes.going("/your-data/")


@blueprint.post("/your-data/child/<ref>/look")
def look(ref: str) -> ResponseReturnValue:
    """Open the rooms of the child's data to its guardian: see, copy, delete. To be named is not enough."""
    with reading() as database:
        if queries.guarded(database, ref, proofs.proven("guardian")) is None:
            raise NotFoundError(_OVER)
    session[CHILD] = ref
    return codes.going("/your-data/")


@blueprint.post("/your-data/child/leave")
def leave() -> ResponseReturnValue:
    """Lead a guardian back to their own data."""
    session.pop(CHILD, None)
    return codes.going("/your-data/")
