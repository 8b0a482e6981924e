"""What staff type about a suspected child: the order, how they know, the guardian's mailbox, an end."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from oms.privacy.minors.states import Evidence, Finding, Signal
from oms.web.fields import MailboxField
from oms.web.forms import Form

_OF_STAFF = (Signal.GUARDIAN, Signal.OTHERS, Signal.WORDS)


class ReportForm(Form):
    """An order whose buyer may be a child, and how staff know; no age and no birth date."""

    number = StringField(_l("Order number"), [InputRequired(_l("Type the order number.")), Length(max=20)])
    signal = SelectField(
        _l("How do we know?"), choices=[SelectChoice(one.value, one.value) for one in _OF_STAFF]
    )


class GuardianForm(Form):
    """The mailbox of a guardian."""

    email = MailboxField(_l("E-mail of a parent or guardian"), render_kw={"autocomplete": "off"})


class AcceptForm(Form):
    """On what staff accept somebody as the guardian; no copy and no number of a document."""

    seen = SelectField(
        _l("What have you seen?"), choices=[SelectChoice(one.value, one.value) for one in Evidence]
    )


class FindingForm(Form):
    """On what a suspicion is ended."""

    finding = SelectField(
        _l("What was found?"), choices=[SelectChoice(one.value, one.value) for one in Finding]
    )
