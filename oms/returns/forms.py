"""Why a withdrawal is settled although money is owed still."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from oms.web.forms import Form

# Reasons are chosen, never typed: words about a person would outlive the order. Directive 2011/83/EU,
# articles 13(3) and 14(2), lets a trader keep money until goods are back, and for what they lost in worth.
SETTLE_REASONS = (
    "The buyer kept the goods after all",
    "The goods came back worth less",
    "The goods never came back",
    "The money went back another way",
)


class SettleForm(Form):
    """Why nothing more is paid back."""

    reason = SelectField(_l("Why"), choices=[SelectChoice(reason, _l(reason)) for reason in SETTLE_REASONS])
