"""The routes of the inbox, for whoever proved an account or a mailbox; opening it marks nothing as read."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.kernel.db import transaction
from oms.kernel.errors import NotFoundError
from oms.notifications.inbox import actions, queries
from oms.privacy.breaches import actions as telling
from oms.privacy.breaches import queries as breaches
from oms.web.frame import flashed, page
from oms.web.limits import limiter
from oms.web.security import actor
from oms.web.taking import takes
from storefront.account import codes
from storefront.privacy.inbox import pages
from storefront.privacy.inbox.forms import ReadForm
from storefront.privacy.views import own_units

blueprint = Blueprint("inbox", __name__)


@blueprint.get("/your-data/messages")
def messages() -> ResponseReturnValue:
    """Show what the shop wrote; that a notice of a breach was shown here is its evidence.

    So it is shown to those too who have no inbox: who asked, stands for a child, or lost a mailbox.
    """
    units = own_units()
    if units is None:
        return codes.going("/account/prove?next=/your-data/messages")
    with transaction() as database:
        found = queries.letters(database, units, by=actor())
        written = [one.thing.partition(".")[0] for one in found if one.topic == "breach"]
        unwritten = breaches.on_page(database, units, *written)
        telling.note_seen(database, units)
    return render_template(
        "store/privacy/messages.html",
        page=page(_("Messages"), robots="noindex"),
        flashes=flashed(),
        **pages.inbox(found, unwritten),
    )


@blueprint.post("/your-data/messages/read")
@limiter.limit("300 per hour")
@takes(ReadForm)
def read() -> ResponseReturnValue:
    """Mark one letter of the person at this browser as read."""
    units = own_units()
    if units is None:
        return codes.going("/account/prove?next=/your-data/messages")
    form = ReadForm()
    if form.validate_on_submit():
        with transaction() as database:
            if not actions.note_read(database, units, form.letter.data):
                raise NotFoundError
    return codes.going("/your-data/messages")
