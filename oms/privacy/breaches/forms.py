"""What staff type about a breach: what leaked, the five parts of the notice, and those of the report."""

from datetime import UTC

from flask_babel import lazy_gettext as _l
from wtforms import DateTimeLocalField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from oms.privacy.breaches.queries import Extent
from oms.privacy.breaches.states import Leak
from oms.web.forms import Form

_PART = [Optional(), Length(max=4000, message=_l("Take at most 4,000 characters."))]


class LeakForm(Form):
    """What came into wrong hands; a backup is bounded by the moment it was made."""

    leak = SelectField(_l("What leaked"), choices=[SelectChoice(one.value, one.value) for one in Leak])
    named = StringField(_l("Name of the table, or number of the staff"), [Optional(), Length(max=60)])
    since = DateTimeLocalField(_l("From (UTC)"), [InputRequired(_l("Give the moment."))])
    until = DateTimeLocalField(_l("Until (UTC)"), [InputRequired(_l("Give the moment."))])

    def to_request(self) -> Extent:
        """Return what an action takes; moments are UTC."""
        since, until = self.since.data.replace(tzinfo=UTC), self.until.data.replace(tzinfo=UTC)
        return Extent(Leak(str(self.leak.data)), self.named.data or "", since, until)


class ReportForm(Form):
    """What the authority is told; it counts as told only with every part."""

    nature = TextAreaField(_l("What happened, and to what"), _PART)
    concerned = TextAreaField(_l("Whom and what it concerns, in categories and about how many"), _PART)
    contact = TextAreaField(_l("Who answers questions: name and how to reach them"), _PART)
    consequences = TextAreaField(_l("What probably follows from it"), _PART)
    measures = TextAreaField(_l("What was done, and what will be"), _PART)


class NoticeForm(Form):
    """The five parts of the notice; nothing is sent while one is empty."""

    what_happened = TextAreaField(_l("What happened"), _PART)
    possible_impact = TextAreaField(_l("What it can mean for people"), _PART)
    what_we_do = TextAreaField(_l("What we did and will do"), _PART)
    what_you_can_do = TextAreaField(_l("What people can do"), _PART)
    remedies = TextAreaField(_l("Remedies, and whom to ask"), _PART)
