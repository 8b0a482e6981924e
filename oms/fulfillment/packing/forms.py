"""What a packer types about a box: its weight and how it travels; later perhaps a tracking number."""

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from oms.fulfillment.packing.actions import HEAVIEST, Box
from oms.orders.models import Order
from oms.shipping.carriers.known import CARRIERS
from oms.web.forms import Form


class BoxForm(Form):
    """Weight in grams and a service of a carrier."""

    weight = IntegerField(
        _l("Weight, grams"),
        [
            InputRequired(_l("Put the box on the scale and type its grams.")),
            NumberRange(1, HEAVIEST, _l("Type 1 to 30000 grams.")),
        ],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    service = SelectField(_l("How it travels"))

    def offer(self, order: Order, *, has_phone: bool) -> None:
        """Offer what this order can travel with: a service that calls first only where there is a number."""
        self.service.choices = [
            SelectChoice(f"{carrier.code}/{service.code}", service.name)
            for carrier in CARRIERS.values()
            for service in carrier.services
            if (service.code == "pickup") == order.is_pickup and (has_phone or not service.needs_phone)
        ]

    def to_request(self) -> Box:
        """Return what `close_box` takes."""
        carrier, _, service = str(self.service.data).partition("/")
        return Box(self.weight.data, carrier, service)


class TrackingForm(Form):
    """The number on the receipt of the counter."""

    tracking = StringField(
        _l("Tracking number"),
        [InputRequired(_l("Type the number on the receipt.")), Length(max=60)],
        render_kw={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"},
    )
