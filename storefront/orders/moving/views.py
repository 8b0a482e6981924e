"""The routes for guests whose mailbox is gone: whatever is typed, the answers are the same."""

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.buyers.states import CodePurpose
from oms.kernel.audit import Actor, ActorKind
from oms.kernel.config import Settings
from oms.kernel.db import transaction
from oms.kernel.errors import NotFoundError
from oms.privacy.moving import actions
from oms.privacy.moving.queries import read_stop_token
from oms.web import proofs
from oms.web.frame import page
from oms.web.limits import limiter
from oms.web.markets import place
from oms.web.taking import takes
from storefront.account import codes
from storefront.orders.moving.forms import MoveForm

blueprint = Blueprint("moving", __name__)
ASKED = "5 per minute;10 per hour"
# Whoever holds the link of a mail; it names nobody.
_READER = Actor(ActorKind.GUEST, "link")


@blueprint.route("/orders/locked-out", methods=["GET", "POST"])
@limiter.limit(ASKED, methods=["POST"])
@takes(MoveForm)
def ask() -> ResponseReturnValue:
    """Take a wish for another mailbox, and have that one prove itself; nothing is compared here."""
    form = MoveForm()
    if form.validate_on_submit():
        keys = actions.prepare()
        with transaction() as session:
            actions.ask(session, form.to_claim(), place(), keys)
        onward = f"/orders/locked-out/{keys.unit.partition(':')[2]}"
        return codes.begin(str(form.email.data), CodePurpose.MOVE, onward=onward, back="/orders/locked-out")
    shown = _shown(form=form)
    return shown, 422 if form.errors else 200


def _shown(**values: object) -> str:
    """Return the page in one of its steps: the form, a button, or one sentence of the end."""
    given = {"form": None, "yes": "", "sentences": [], **values}
    shown = page(_("I have lost this mailbox"), robots="noindex")
    return render_template(
        "store/orders/locked_out.html", page=shown, action=f"{request.script_root}{request.path}", **given
    )


@blueprint.route("/orders/locked-out/<ref>", methods=["GET", "POST"])
@limiter.limit(ASKED, methods=["POST"])
def confirm(ref: str) -> str:
    """Let the proven mailbox say yes; from then on the old one can stop it, and time runs."""
    unit = f"move:{ref}"
    if not proofs.is_proven(unit):
        raise NotFoundError("There is no such request, or its proof is too old. Ask anew.")
    if request.method == "POST":
        with transaction() as session:
            actions.take_up(session, unit)
        return _shown(
            sentences=[
                _("Thank you. If what you typed fits an order, we write to its old mailbox now."),
                _("It has three days to stop this. Then somebody looks at it, and we write to you."),
            ]
        )
    return _shown(
        sentences=[_("This mailbox is yours. Shall we ask for it to become the mailbox of the order?")],
        yes=_("Ask for it"),
    )


@blueprint.route("/orders/locked-out/stop/<token>", methods=["GET", "POST"])
@limiter.limit(ASKED, methods=["POST"])
def stop(token: str) -> str:
    """Ask on a page, which never acts; stop the move when that is posted from the old mailbox's mail."""
    settings: Settings = current_app.extensions["settings"]
    unit = read_stop_token(token, settings.secret_key)
    if request.method != "POST":
        return _shown(
            sentences=[_("Somebody asked for another mailbox for your order. Was it not you?")],
            yes=_("Stop it"),
        )
    with transaction() as session:
        is_stopped = actions.stop(session, unit, by=_READER)
    told = (
        _("Stopped. Your order keeps this mailbox.")
        if is_stopped
        else _("There is nothing left to stop. If your order has changed, write to us.")
    )
    return _shown(sentences=[told])
