"""The address in optional mails that stops them, for people and for their mail programs (RFC 8058)."""

from dataclasses import replace

from flask import Blueprint, current_app, flash, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.kernel.audit import Actor, ActorKind
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError
from oms.privacy.states import Channel
from oms.privacy.wishes import actions, queries
from oms.privacy.wishes.actions import Said
from oms.privacy.wishes.queries import read_token
from oms.privacy.wishes.states import Choice, WishPurpose, WishWay, wording
from oms.web import security
from oms.web.frame import page
from oms.web.limits import limiter
from oms.web.markets import place
from oms.web.taking import takes
from storefront.account import access
from storefront.privacy.forms import StopForm
from storefront.privacy.pages import asks_not_to_sell
from storefront.privacy.wishes.pages import stops

blueprint = Blueprint("unsubscribe", __name__)
# Whoever holds the link of a mail; it names nobody.
_READER = Actor(ActorKind.GUEST, "link")
_OF_A_PERSON = frozenset({"account", "checkout", "orders", "privacy"})


@blueprint.before_app_request
def hear_signal() -> None:
    """Keep Global Privacy Control with the account of whoever is signed in, once for each session.

    On the pages of a person alone: those that are the same for everybody know neither session nor header.
    """
    if request.blueprint not in _OF_A_PERSON or not asks_not_to_sell() or not access.buyer_id():
        return
    who = session.get("person")
    if session.get("gpc") == who:
        return
    units = access.units("order", "account")
    with transaction() as database:
        has_ended = actions.hear(database, units, place().language, by=replace(security.actor(), id="self"))
    session["gpc"] = who
    if has_ended:
        flash(_("Your browser sends Global Privacy Control. What you had allowed before is off now."), "")


@blueprint.route("/unsubscribe/<token>", methods=["GET", "POST"])
@limiter.exempt
@security.from_outside
@takes(StopForm)
def unsubscribe(token: str) -> ResponseReturnValue:
    """Ask on a page, which never acts; stop what is posted, for a person or their mail program.

    What the mail program posts stops the kind of the mail, on the channel it came by, and nothing else; a
    button of the page may name another. Needs no login and no token of a form, and no limit by address: one
    mail provider posts for many readers. Only a no is taken here: a yes wants the mailbox proven.
    """
    settings: Settings = current_app.extensions["settings"]
    unit, purpose, channel = read_token(token, settings.secret_key)
    is_done = request.method == "POST"
    if is_done:
        purpose, channel = _chosen(purpose, channel)
        _stop(unit, purpose, channel)
    with reading() as database:
        said = queries.ledger(database, [unit])
    title, why = wording(purpose, channel, place().language)
    return render_template(
        "store/privacy/unsubscribe.html",
        page=page(_("Messages you could do without"), robots="noindex"),
        is_done=is_done,
        title=title,
        why=why,
        action=request.full_path,
        stops=stops(said),
        wishes_url=f"{request.script_root}/your-data/",
    )


def _chosen(purpose: WishPurpose, channel: Channel) -> tuple[WishPurpose, Channel]:
    """Return what a button of the page names; else what the link itself is for."""
    if not {"purpose", "channel"} & request.form.keys():
        return purpose, channel
    form = StopForm()
    if not form.validate():
        raise BadInputError(_("This is not a message that can be stopped."), field="channel")
    return WishPurpose(form.purpose.data), Channel(form.channel.data)


def _stop(unit: str, purpose: WishPurpose, channel: Channel) -> None:
    # RFC 8058, 3.1: what a mail program posts; the buttons of the page do not.
    way = WishWay.PROGRAM if request.form.get("List-Unsubscribe") == "One-Click" else WishWay.LINK
    with transaction() as database:
        said = Said(Choice.WITHDRAWN, channel, purpose, place().language, way)
        actions.say(database, [unit], said, by=_READER)
