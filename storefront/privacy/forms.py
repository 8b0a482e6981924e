"""The one choice before an erasure, and the answer to what somebody may be written to about."""

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, StringField
from wtforms.validators import AnyOf, InputRequired, Optional, ValidationError

from oms.kernel.config import Settings
from oms.privacy.asking.grounds import BECAUSE
from oms.privacy.states import Because, Channel, Way, channels
from oms.privacy.wishes.states import MESSAGES, Choice
from oms.web.fields import choice_field
from oms.web.forms import Form


class EraseForm(Form):
    """What happens to an order that is still open, and why, if somebody likes to say it."""

    asks = "erasure"
    way = StringField(validators=[Optional(), AnyOf([Way.NOW.value, Way.LATER.value])])
    because = choice_field(_l("Why? You need not say."), BECAUSE)

    def ground(self) -> Because | None:
        """Return why, where it was said."""
        return Because(self.because.data) if self.because.data else None


def in_use() -> tuple[Channel, ...]:
    """Return the channels that this shop writes on; the others are neither shown nor taken."""
    settings: Settings = current_app.extensions["settings"]
    return channels(texts=bool(settings.sms_url))


class StopForm(Form):
    """Which kind of message on which channel is to stop: a button beside each."""

    asks = "stop"
    purpose = StringField(validators=[InputRequired(), AnyOf([one.value for one in MESSAGES])])
    channel = StringField(validators=[InputRequired()])

    def validate_channel(self, field: Field) -> None:
        """Refuse a channel that the shop does not write on."""
        if field.data not in in_use():
            raise ValidationError(_("This shop does not write on this channel."))


class WishForm(StopForm):
    """One answer: two buttons of one size, nothing ticked beforehand."""

    asks = "wish"
    choice = StringField(validators=[InputRequired(), AnyOf([choice.value for choice in Choice])])
