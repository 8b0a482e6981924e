"""The route of objecting: one button, and it holds from the next message on (GDPR, article 21)."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.kernel.db import transaction
from oms.privacy.asking import actions
from oms.web.limits import limiter
from oms.web.markets import place
from oms.web.security import actor
from storefront.account import codes
from storefront.privacy.views import own_units

blueprint = Blueprint("objecting", __name__)


@blueprint.post("/your-data/object")
@limiter.limit("20 per hour")
def object_to() -> ResponseReturnValue:
    """Take the objection of the person at this browser, and lead to the page of the request."""
    units = own_units()
    if units is None:
        return codes.going("/account/prove?next=/your-data/")
    here = place()
    with transaction() as session:
        made = actions.object_from_page(session, units, here.market, here.language, by=actor())
    flash(_("Stopped. We decide your request %(number)s and write to you.", number=made.number), "good")
    return codes.going(f"/your-data/requests/{made.ref}")
