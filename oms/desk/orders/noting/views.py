"""Writing a note on an order."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.desk.orders.noting import actions
from oms.desk.orders.noting.forms import NoteForm
from oms.kernel.db import reading, transaction
from oms.kernel.errors import NotFoundError
from oms.orders import queries as orders
from oms.web.permissions import Permission
from oms.web.security import actor, permit
from oms.web.taking import takes

blueprint = Blueprint("noting", __name__)


@blueprint.post("/orders/<number>/note")
@permit(Permission.ORDERS_CHANGE)
@takes(NoteForm)
def note(number: str) -> ResponseReturnValue:
    """Keep a note, sealed; what is empty or too long is refused in words."""
    form = NoteForm()
    with reading() as session:
        found = orders.by_number(session, number)
        if found is None:
            raise NotFoundError("There is no order of this number.")
        keys = actions.prepare(session, found) if form.validate_on_submit() else None
    if keys is None:
        flash(next(iter(form.note.errors), _("Write something first.")), "bad")
    else:
        with transaction() as session:
            actions.note(session, found, str(form.note.data).strip(), keys, by=actor())
        flash(_("It is noted."), "good")
    return redirect(url_for("oms.orders.order", number=found.number), 303)
