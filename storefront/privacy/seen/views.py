"""The route of what changed in the notice since the person at this browser last saw it; it writes nothing."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.kernel.db import reading
from oms.web import frame
from storefront.account import codes
from storefront.privacy.seen import pages
from storefront.privacy.views import own_units

blueprint = Blueprint("seen", __name__)


@blueprint.get("/your-data/notice")
def changed() -> ResponseReturnValue:
    """Show side by side what the notice told them then and tells now; guests prove their mailbox first."""
    units = own_units()
    if units is None:
        return codes.going("/account/prove?next=/your-data/notice")
    with reading() as session:
        values = pages.changed(session, units)
    shown = frame.page(_("What changed since you last saw it"), robots="noindex")
    return render_template("store/legal/changes.html", page=shown, **values)
