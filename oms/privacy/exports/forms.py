"""What staff type to have a list of many people."""

import re

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from oms.privacy.exports.actions import Wanted
from oms.privacy.exports.states import ExportKind
from oms.web.fields import no_card_number
from oms.web.forms import Form

_KINDS = {
    ExportKind.ADDRESSES: _l("Name and address, without phone"),
    ExportKind.MAILBOXES: _l("E-mail address"),
}


class ExportForm(Form):
    """Which orders, what of them, and why."""

    numbers = TextAreaField(
        _l("Order numbers, one a line"),
        [InputRequired(_l("Name the orders.")), Length(max=20_000, message=_l("That is too long."))],
    )
    kind = SelectField(
        _l("What the list tells"), choices=[SelectChoice(kind.value, words) for kind, words in _KINDS.items()]
    )
    reason = StringField(
        _l("Why, for your colleague and for the buyers"),
        [
            InputRequired(_l("Say why.")),
            Length(max=300, message=_l("Take at most 300 characters.")),
            no_card_number,
        ],
    )

    def to_request(self) -> Wanted:
        """Return what an action takes."""
        numbers = re.split(r"[\s,;]+", str(self.numbers.data or "").strip())
        return Wanted(ExportKind(str(self.kind.data)), tuple(filter(None, numbers)), self.reason.data or "")
