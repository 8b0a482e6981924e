"""The one choice before an erasure, and the answer to what somebody may be written to about."""

from wtforms import StringField
from wtforms.validators import AnyOf, InputRequired, Optional

from oms.privacy.states import CHANNELS, Way
from oms.privacy.wishes.states import Choice, WishPurpose
from oms.web.forms import Form


class EraseForm(Form):
    """What happens to an order that is still open; not asked where there is none."""

    way = StringField(validators=[Optional(), AnyOf([Way.NOW.value, Way.LATER.value])])


class WishForm(Form):
    """One answer: two buttons of one size, nothing ticked beforehand."""

    purpose = StringField(validators=[InputRequired(), AnyOf([WishPurpose.NEWS.value])])
    channel = StringField(validators=[InputRequired(), AnyOf([channel.value for channel in CHANNELS])])
    choice = StringField(validators=[InputRequired(), AnyOf([choice.value for choice in Choice])])
