"""The route of having one's data locked: chosen, locked in the same moment, decided at the desk."""

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from oms.kernel.db import reading, transaction
from oms.kernel.register import OWNED
from oms.privacy.access import queries
from oms.privacy.locking import actions
from oms.web.frame import flashed, page
from oms.web.limits import limiter
from oms.web.markets import place
from oms.web.security import actor
from oms.web.taking import takes
from storefront.account import codes
from storefront.privacy.locking import pages
from storefront.privacy.locking.forms import LockForm
from storefront.privacy.views import own_units

blueprint = Blueprint("locking", __name__)


@blueprint.route("/your-data/lock", methods=["GET", "POST"])
@limiter.limit("20 per hour", methods=["POST"])
@takes(LockForm)
def lock() -> ResponseReturnValue:
    """Lock one field of the person at this browser, or its record; from then on it is only kept."""
    units = own_units()
    if units is None:
        return codes.going("/account/prove?next=/your-data/lock")
    form = LockForm(data={"what": request.args.get("what", "")})
    form.what.choices = _choices(units)
    if form.validate_on_submit():
        here, wanted = place(), actions.prepare(form.to_request())
        with transaction() as session:
            made = actions.ask(session, wanted, here.market, here.language, by=actor())
        flash(_("Locked. We decide your request %(number)s and tell you first.", number=made.number), "good")
        return codes.going("/your-data/")
    shown = render_template(
        "store/privacy/lock.html",
        page=page(_("Lock your data"), robots="noindex"),
        flashes=flashed(),
        form=form,
        back_url=f"{request.script_root}/your-data/",
    )
    return shown, 422 if form.errors else 200


def _choices(units: list[str]) -> list[SelectChoice]:
    with reading() as session:
        mine = queries.insight(session, units, by=actor())
    to_send = {order.unit for order in mine.orders if order.delivered_at is None}
    found = {
        f"{one.unit}/{one.kind.name}.{field.name}": pages.choice(one, field, is_to_send=one.unit in to_send)
        for one in mine.known
        if one.kind.unit in OWNED and not one.is_locked
        for field, _value in one.given()
        if field.name not in one.apart
    }
    return [SelectChoice(value, words) for value, words in found.items()]
