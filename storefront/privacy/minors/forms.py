"""What a child may tell us, which is a guardian's mailbox and nothing else; and what a guardian answers."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import AnyOf, InputRequired

from oms.web.fields import MailboxField
from oms.web.forms import Form

YES, NO = "yes", "no"


class GuardianForm(Form):
    """The mailbox of a parent or guardian, where there is one to ask; no age, no birth date, no name."""

    asks = "guardian"
    email = MailboxField(
        _l("E-mail of a parent or guardian"), is_needed=False, render_kw={"autocomplete": "off"}
    )


class AnswerForm(Form):
    """A guardian's yes or no: two buttons of one size."""

    asks = "answer"
    answer = StringField(validators=[InputRequired(), AnyOf([YES, NO])])
