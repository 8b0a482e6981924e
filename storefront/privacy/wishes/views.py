"""The address in optional mails that stops them, for people and for their mail programs (RFC 8058)."""

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.kernel.audit import Actor, ActorKind
from oms.kernel.config import Settings
from oms.kernel.db import transaction
from oms.privacy.wishes import actions
from oms.privacy.wishes.actions import Said
from oms.privacy.wishes.queries import read_token
from oms.privacy.wishes.states import Choice, WishWay, wording
from oms.web import security
from oms.web.frame import page
from oms.web.limits import limiter
from oms.web.markets import place

blueprint = Blueprint("unsubscribe", __name__)
# Whoever holds the link of a mail; it names nobody.
_READER = Actor(ActorKind.GUEST, "link")


@blueprint.route("/unsubscribe/<token>", methods=["GET", "POST"])
@limiter.exempt
@security.from_outside
def unsubscribe(token: str) -> ResponseReturnValue:
    """Ask on a page, which never acts; stop the mails when that is posted, by a person or a mail program.

    Needs no login and no token of a form, and no limit by address: one mail provider posts for many readers.
    """
    settings: Settings = current_app.extensions["settings"]
    unit, purpose, channel = read_token(token, settings.secret_key)
    is_done = request.method == "POST"
    if is_done:
        # RFC 8058, 3.1: what a mail program posts; the button of the page posts nothing.
        way = WishWay.PROGRAM if request.form.get("List-Unsubscribe") == "One-Click" else WishWay.LINK
        with transaction() as session:
            said = Said(Choice.WITHDRAWN, channel, purpose, place().language, way)
            actions.say(session, [unit], said, by=_READER)
    title, why = wording(purpose, channel, place().language)
    shown = page(_("Mails you could do without"), robots="noindex")
    url = f"{request.script_root}/your-data/"
    return render_template(
        "store/privacy/unsubscribe.html",
        page=shown,
        is_done=is_done,
        title=title,
        why=why,
        action=request.full_path,
        wishes_url=url,
    )
