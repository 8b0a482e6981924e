"""What the cart's page may send."""

from typing import Any

from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from oms.carts.actions import MOST_UNITS
from oms.web.forms import Form


class AddForm(Form):
    """A SKU and how many of it."""

    asks = "basket"
    sku = StringField(validators=[InputRequired(), Length(max=200)])
    quantity = IntegerField(default=1, validators=[InputRequired(), NumberRange(1, MOST_UNITS)])


class LineForm(Form):
    """How many of a line from now on; none takes it out, as does the button."""

    asks = "line"
    also = frozenset({"remove"})
    quantity = IntegerField(validators=[InputRequired(), NumberRange(0, MOST_UNITS)])


class EstimateForm(Form):
    """A country and a postcode; nothing else is asked, and neither is kept."""

    asks = "estimate"
    country = StringField(validators=[InputRequired(), Length(2, 2)])
    postcode = StringField(validators=[Length(max=12)])

    def given(self) -> tuple[str, str]:
        """Return country and postcode as typed."""
        return _text(self.country.data).upper(), _text(self.postcode.data)


def _text(value: Any) -> str:  # noqa: ANN401 - WTForms data
    return str(value or "")
