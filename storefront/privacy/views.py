"""The routes of a person's own data: see it, say what may be written. Guests prove their mailbox first."""

from dataclasses import replace

from flask import Blueprint, current_app, flash, jsonify, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.fulfillment import queries as sending
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.orders.states import OrderState
from oms.privacy.access import queries
from oms.privacy.breaches import actions as telling
from oms.privacy.breaches import queries as breaches
from oms.privacy.erasure import queries as erasure
from oms.privacy.schema.queries import schema
from oms.privacy.states import CHANNELS
from oms.privacy.wishes import actions as wishing
from oms.web import proofs
from oms.web.frame import flashed, page
from oms.web.security import actor
from storefront.account import access, codes
from storefront.privacy import pages
from storefront.privacy.forms import WishesForm

blueprint = Blueprint("privacy", __name__)


def own_units() -> list[str] | None:
    """Return the units of the person at this browser; None when it has proven no mailbox and no account."""
    if not access.buyer_id() and not proofs.is_live():
        return None
    return access.units(*codes.SORTS)


@blueprint.get("/your-data/")
def your_data() -> ResponseReturnValue:
    """Show the six rooms: what we know, who we told, when it goes, correct, copy, delete."""
    units = own_units()
    if units is None:
        return codes.going("/account/prove?next=/your-data/")
    with transaction() as session:
        leaked = breaches.on_page(session, units)
        telling.note_seen(session, units)
    with reading() as session:
        found = queries.insight(session, units, by=actor())
        asked = erasure.requests_about(session, units)
        open_orders = [o for o in found.orders if o.state is OrderState.PLACED and not o.is_digital]
        correctable = [o.number for o in open_orders if sending.can_correct_address(session, o.id)]
    stopped = {row.channel for row in found.objections}
    wishes = WishesForm(data={channel.value: channel not in stopped for channel in CHANNELS})
    return render_template(
        "store/privacy/your_data.html",
        page=page(_("Your data"), robots="noindex"),
        flashes=flashed(),
        breaches=pages.breaches(leaked),
        **pages.rooms(found, asked, correctable),
        **pages.wishes(wishes if units else None),
    )


@blueprint.post("/your-data/wishes")
def save_wishes() -> ResponseReturnValue:
    """Stop the messages that a person could do without, or let them come again, on each channel."""
    units = own_units()
    if units is None:
        return codes.going("/account/prove?next=/your-data/")
    form = WishesForm()
    if form.validate_on_submit():
        by = replace(actor(), id="self")
        with transaction() as session:
            for channel in CHANNELS:
                change = wishing.take_back if form[channel.value].data else wishing.object_to
                change(session, units, channel, by=by)
        flash(_("Saved. It holds from this moment on."), "good")
    return codes.going("/your-data/#correct")


@blueprint.get("/your-data/schema.json")
def copy_schema() -> ResponseReturnValue:
    """Say how to read the copy."""
    return jsonify(schema(_schema_url()))


def _schema_url() -> str:
    """Return one address for the schema, in whatever market and language the copy was taken."""
    settings: Settings = current_app.extensions["settings"]
    return f"{settings.public_url.rstrip('/')}/your-data/schema.json"
