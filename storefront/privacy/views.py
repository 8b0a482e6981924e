"""The routes of a person's own data: see it, say what may be written. Guests prove their mailbox first."""

from dataclasses import replace

from flask import Blueprint, current_app, flash, jsonify, render_template, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.privacy.access import queries
from oms.privacy.erasure import queries as erasure
from oms.privacy.locking import queries as locks
from oms.privacy.minors import queries as minors
from oms.privacy.schema.queries import schema
from oms.privacy.states import Channel
from oms.privacy.wishes import actions as wishing
from oms.privacy.wishes.actions import Said
from oms.privacy.wishes.states import Choice, WishPurpose
from oms.web import proofs
from oms.web.frame import flashed, page
from oms.web.markets import place
from oms.web.security import actor
from oms.web.taking import takes
from storefront.account import access, codes
from storefront.orders.correctable import correctable
from storefront.privacy import pages
from storefront.privacy.forms import WishForm
from storefront.privacy.inbox import pages as inbox
from storefront.privacy.locking import pages as locking
from storefront.privacy.seen import pages as seen
from storefront.privacy.wishes import pages as writing

blueprint = Blueprint("privacy", __name__)


CHILD = "child"


def own_units() -> list[str] | None:
    """Return the units of the person at this browser; None when it has proven no mailbox and no account.

    Those of a child alone, for a guardian who asked for them and has proven their own mailbox.
    """
    units = _of_child()
    return units if units is not None else units_here()


def units_here() -> list[str] | None:
    """Return the units of the person at this browser alone, whomever they may act for; None as above."""
    if not access.buyer_id() and not proofs.is_live():
        return None
    return access.units(*codes.SORTS)


def _of_child() -> list[str] | None:
    ref = session.get(CHILD)
    if not ref:
        return None
    with reading() as database:
        return minors.guarded(database, ref, proofs.proven("guardian"))


@blueprint.get("/your-data/")
def your_data() -> ResponseReturnValue:
    """Show the six rooms: what we know, who we told, when it goes, correct, copy, delete."""
    units = own_units()
    if units is None:
        return codes.going("/account/prove?next=/your-data/")
    is_guardian = _of_child() is not None
    with reading() as database:
        found = queries.insight(database, units, by=actor())
        asked = erasure.requests_about(database, units)
        can = {one.number: correctable(database, one) for one in found.orders}
        decided = locks.told(database, units)
        letters = inbox.door(database, units)
        changed = seen.door(database, units)
        suspected = minors.open_case(database, units, is_own=True)
    return render_template(
        "store/privacy/your_data.html",
        page=page(_("Your data"), robots="noindex"),
        flashes=flashed(),
        decided=locking.decided(decided),
        inbox=letters,
        changed=changed,
        child=pages.child(suspected, is_guardian=is_guardian),
        **pages.rooms(found, asked, {} if is_guardian else can),
        **writing.wishes(found),
    )


@blueprint.post("/your-data/wishes")
@takes(WishForm)
def save_wishes() -> ResponseReturnValue:
    """Write one yes or no: messages that a person could do without stop, or come again, on one channel."""
    units = own_units()
    if units is None:
        return codes.going("/account/prove?next=/your-data/")
    form = WishForm()
    if form.validate_on_submit():
        said = Said(
            Choice(form.choice.data),
            Channel(form.channel.data),
            WishPurpose(form.purpose.data),
            place().language,
        )
        with transaction() as database:
            wishing.say(database, units, said, by=replace(actor(), id="self"))
        flash(_("Saved. It holds from this moment on."), "good")
    return codes.going("/your-data/#wishes")


@blueprint.get("/your-data/schema.json")
def copy_schema() -> ResponseReturnValue:
    """Say how to read the copy."""
    return jsonify(schema(_schema_url()))


def _schema_url() -> str:
    """Return one address for the schema, in whatever market and language the copy was taken."""
    settings: Settings = current_app.extensions["settings"]
    return f"{settings.public_url.rstrip('/')}/your-data/schema.json"
