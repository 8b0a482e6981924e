"""Booking stock by hand: goods that came or came back, a count, a correction, goods that are lost."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from oms.inventory.models import Warehouse
from oms.inventory.states import MovementKind
from oms.web.forms import Form

MOST = 1_000_000
KINDS = {
    MovementKind.RECEIPT: _l("Goods came: add so many"),
    MovementKind.RESTOCK: _l("Came back from an order"),
    MovementKind.COUNT: _l("Counted: there are so many"),
    MovementKind.ADJUSTMENT: _l("Correct by so many, with a minus for fewer"),
    MovementKind.WRITE_OFF: _l("Lost or broken: take so many away"),
}
# The same and those that orders make, as the ledger says them.
MOVED = {
    MovementKind.RECEIPT: _l("receipt"),
    MovementKind.SHIPMENT: _l("shipment"),
    MovementKind.RESTOCK: _l("came back"),
    MovementKind.TRANSFER: _l("transfer"),
    MovementKind.ADJUSTMENT: _l("adjustment"),
    MovementKind.COUNT: _l("count"),
    MovementKind.WRITE_OFF: _l("write-off"),
    MovementKind.ALLOCATION: _l("allocation"),
    MovementKind.RELEASE: _l("release"),
}


class BookingForm(Form):
    """One movement of one SKU."""

    warehouse = SelectField(_l("Warehouse"), coerce=int)
    kind = SelectField(
        _l("What happened"), choices=[SelectChoice(k.value, words) for k, words in KINDS.items()]
    )
    quantity = IntegerField(
        _l("How many"),
        [InputRequired(_l("Type a number.")), NumberRange(-MOST, MOST, _l("That is too much."))],
    )
    order = StringField(
        _l("Order number"),
        [Length(max=20, message=_l("This is longer than any order number."))],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    note = StringField(_l("Note"), [Length(max=200, message=_l("Take at most 200 characters."))])


def booking_form(warehouses: Sequence[Warehouse]) -> BookingForm:
    """Return the form with the warehouses there are."""
    form = BookingForm()
    form.warehouse.choices = [SelectChoice(w.id, w.name) for w in warehouses]
    return form
