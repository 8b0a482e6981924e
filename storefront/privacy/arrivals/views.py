"""The page on which a buyer brings along what another shop knows of them."""

from flask import Blueprint, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from oms.kernel.errors import BadInputError
from oms.privacy.arrivals import actions, queries
from oms.web.fields import show_error
from oms.web.frame import flashed, page
from oms.web.limits import limiter
from oms.web.taking import takes
from storefront.account import access, codes
from storefront.privacy.arrivals.forms import BringForm
from storefront.privacy.pages import at

blueprint = Blueprint("arrivals", __name__)


@blueprint.route("/your-data/bring", methods=["GET", "POST"])
@limiter.limit("10 per hour", methods=["POST"])
@takes(BringForm)
def bring() -> ResponseReturnValue:
    """Take a copy of another shop into the account that is signed in; nobody else's account is asked for."""
    if not access.is_fresh():
        return codes.going("/account/sign-in?next=/your-data/bring")
    form = BringForm()
    if form.validate_on_submit():
        try:
            new = _brought(form.file.data.read(queries.MOST_BYTES + 1))
        except BadInputError as error:
            show_error(form, error)
        else:
            flash(ngettext("%(num)s thing is new here.", "%(num)s things are new here.", new), "good")
            return codes.going("/your-data/")
    shown = page(_("Bring your data along"), robots="noindex")
    told = render_template(
        "store/privacy/bring.html", page=shown, flashes=flashed(), form=form, back_url=at("/your-data/")
    )
    return told, 422 if form.errors else 200


def _brought(content: bytes) -> int:
    buyer = access.account().buyer
    return actions.bring(buyer, queries.read(content), by=buyer.actor)
