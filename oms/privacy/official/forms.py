"""What staff write down of an official request, and why one is refused."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from oms.privacy.official import queries
from oms.privacy.official.actions import Asked
from oms.privacy.official.states import Instrument, Why
from oms.web.fields import TickField, no_card_number
from oms.web.forms import Form

# What an authority names, but for an emergency; without them its request is kept as a refused one.
WANTED = ("authority", "instrument", "issued_on", "numbers")


def _fields() -> list[SelectChoice]:
    return [SelectChoice(name, _(label)) for name, label in queries.fields().items()]


class OfficialForm(Form):
    """The instrument, its orders and fields; what is missing is a ground of refusal, and is kept as one."""

    kind = SelectField(_l("Instrument"), choices=[SelectChoice(k.value, k.value) for k in Instrument])
    authority = StringField(_l("Authority"), [Optional(), Length(max=120), no_card_number])
    instrument = StringField(_l("Its number"), [Optional(), Length(max=80), no_card_number])
    issued_on = DateField(_l("Issued on"), [Optional()])
    expires_on = DateField(_l("Ends on"), [Optional()])
    gag_until = DateField(_l("Nobody may be told until"), [Optional()])
    numbers = TextAreaField(_l("Order numbers, one a line"), [Optional(), Length(max=4000)])
    fields = TickField(_l("Fields that it covers"), [Optional()], choices=_fields)
    even_so = BooleanField(_l("Something is missing: write it down, refuse it at once, and count it"))

    def to_request(self) -> Asked:
        """Return what an action takes."""
        return Asked(
            Instrument(str(self.kind.data)),
            self.authority.data or "",
            tuple((self.numbers.data or "").split()),
            tuple(self.fields.data or ()),
            self.instrument.data or "",
            self.issued_on.data,
            self.expires_on.data,
            self.gag_until.data,
            bool(self.even_so.data),
        )


class GagForm(Form):
    """Until when the law forbids to tell the person; empty where it does not any more."""

    gag_until = DateField(_l("Nobody may be told until"), [Optional()])


class RefusalForm(Form):
    """Why it is refused."""

    why = SelectField(_l("Why is it refused?"), choices=[SelectChoice(one.value, one.value) for one in Why])
