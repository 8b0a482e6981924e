"""Which letter was read."""

from wtforms import IntegerField
from wtforms.validators import InputRequired

from oms.web.forms import Form


class ReadForm(Form):
    """The number of one letter."""

    asks = "letter"
    letter = IntegerField(validators=[InputRequired()])
