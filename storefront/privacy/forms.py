"""The one choice before an erasure, and the answer to what somebody may be written to about."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import AnyOf, InputRequired, Optional

from oms.privacy.asking.grounds import BECAUSE
from oms.privacy.states import CHANNELS, Because, Way
from oms.privacy.wishes.states import Choice, WishPurpose
from oms.web.fields import choice_field
from oms.web.forms import Form


class EraseForm(Form):
    """What happens to an order that is still open, and why, if somebody likes to say it."""

    way = StringField(validators=[Optional(), AnyOf([Way.NOW.value, Way.LATER.value])])
    because = choice_field(_l("Why? You need not say."), BECAUSE)

    def ground(self) -> Because | None:
        """Return why, where it was said."""
        return Because(self.because.data) if self.because.data else None


class WishForm(Form):
    """One answer: two buttons of one size, nothing ticked beforehand."""

    purpose = StringField(validators=[InputRequired(), AnyOf([WishPurpose.NEWS.value])])
    channel = StringField(validators=[InputRequired(), AnyOf([channel.value for channel in CHANNELS])])
    choice = StringField(validators=[InputRequired(), AnyOf([choice.value for choice in Choice])])
