"""The one choice before an erasure, and what somebody may be written to about."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField
from wtforms.validators import AnyOf, Optional

from oms.privacy.states import Way
from oms.web.forms import Form


class EraseForm(Form):
    """What happens to an order that is still open; not asked where there is none."""

    way = StringField(validators=[Optional(), AnyOf([way.value for way in Way])])


class WishesForm(Form):
    """One box for each channel in use, by the channel's name: ticked where optional messages may come."""

    mail = BooleanField(_l("Mails you could do without"))
