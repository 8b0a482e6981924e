"""The one choice before an erasure."""

from wtforms import StringField
from wtforms.validators import AnyOf, Optional

from oms.privacy.states import Way
from oms.web.forms import Form


class EraseForm(Form):
    """What happens to an order that is still open; not asked where there is none."""

    way = StringField(validators=[Optional(), AnyOf([way.value for way in Way])])
