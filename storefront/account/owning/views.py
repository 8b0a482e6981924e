"""Was it you? Shown to whoever has the link of the mail; nothing happens before one of two buttons."""

from flask import Blueprint, current_app, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.buyers.upkeep import actions as upkeep
from oms.kernel.db import reading, transaction
from oms.signins import actions, pages, queries
from oms.signins.models import SignIn
from oms.signins.states import Answer
from oms.staff.entry import actions as desk
from oms.web.frame import flashed, page
from oms.web.limits import limiter

blueprint = Blueprint("owning", __name__)


@blueprint.get("/account/not-me/<word>")
@limiter.limit("60 per minute")
def ask(word: str) -> ResponseReturnValue:
    """Show the sign-in that the mail told of; it changes nothing."""
    found, root = _found(word), request.script_root
    return render_template(
        "store/account/not_me.html",
        page=page(_("Was it you?"), robots="noindex"),
        flashes=flashed(),
        found=pages.entry(found),
        is_open=found.answer is Answer.NONE,
        is_staff=found.person.startswith("staff:"),
        mine_url=f"{root}/account/not-me/{word}/mine",
        not_mine_url=f"{root}/account/not-me/{word}/not-mine",
        sign_in_url=f"{root}/account/sign-in",
    )


@blueprint.post("/account/not-me/<word>/mine")
@limiter.limit("30 per minute")
def mine(word: str) -> ResponseReturnValue:
    """Note that it was its person: the place is known from now on."""
    found = _found(word)
    with transaction() as database:
        actions.answer(database, found.id, Answer.MINE)
    flash(_("Thank you. We know this place now."), "good")
    return redirect(f"{request.script_root}/account/not-me/{word}", 303)


@blueprint.post("/account/not-me/<word>/not-mine")
@limiter.limit("30 per minute")
def not_mine(word: str) -> ResponseReturnValue:
    """End every session of the account in one step, and let go of its password."""
    found = _found(word)
    sort, _colon, number = found.person.partition(":")
    disown = desk.disown if sort == "staff" else upkeep.disown
    with transaction() as database:
        disown(database, int(number), found.id)
    flash(_("Done. Nobody is signed in to this account any more."), "good")
    return redirect(f"{request.script_root}/account/not-me/{word}", 303)


def _found(word: str) -> SignIn:
    with reading() as database:
        return queries.by_word(database, word, str(current_app.secret_key))
