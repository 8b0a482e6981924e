"""What somebody disputes, and on which ground."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from oms.privacy.locking.actions import Disputed
from oms.privacy.states import LockGround
from oms.web.forms import Form

# The four cases of GDPR, article 18(1), in the words of somebody who reads them for the first time.
GROUND_NAMES = {
    LockGround.WRONG: _l("This is wrong"),
    LockGround.UNLAWFUL: _l("You should not have it, but keep it"),
    LockGround.CLAIMS: _l("I need it for a claim"),
    LockGround.OBJECTION: _l("I object, and wait for your answer"),
}


class LockForm(Form):
    """One field of what is known, and why it is to be locked; the choices are the person's own."""

    asks = "dispute"
    what = SelectField(_l("Which of it?"))
    ground = RadioField(
        _l("Why?"),
        [InputRequired(_l("Choose one."))],
        choices=[SelectChoice(ground.value, name) for ground, name in GROUND_NAMES.items()],
    )

    def to_request(self) -> Disputed:
        """Return what an action takes."""
        unit, _slash, name = str(self.what.data).partition("/")
        kind, _dot, field = name.rpartition(".")
        return Disputed(unit, kind, field, LockGround(str(self.ground.data)))
