"""What staff give of a certificate: its name, who gave it, its days, and the paper."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, StringField
from wtforms.validators import InputRequired, Length

from oms.privacy.evidence.actions import MOST_BYTES, Given
from oms.web.forms import Form

_LONGEST = 120
_WORDS = [
    InputRequired(_l("Write what stands on the paper.")),
    Length(max=_LONGEST, message=_l("Take at most 120 characters.")),
]
_DAY = [InputRequired(_l("Give the day."))]


class CertificateForm(Form):
    """A certificate as its paper says."""

    name = StringField(_l("What it certifies"), _WORDS, render_kw={"maxlength": _LONGEST})
    issuer = StringField(_l("Who gave it"), _WORDS, render_kw={"maxlength": _LONGEST})
    begins_on = DateField(_l("Valid from"), _DAY)
    ends_on = DateField(_l("Valid until"), _DAY)
    file = FileField(
        _l("The certificate (PDF, at most 900 kB)"),
        [FileRequired(_l("Choose the file first."))],
        render_kw={"accept": "application/pdf"},
    )

    def to_request(self) -> Given:
        """Return what the action takes; of a file that is too large no more is read than shows it."""
        content = self.file.data.read(MOST_BYTES + 1)
        return Given(
            str(self.name.data), str(self.issuer.data), self.begins_on.data, self.ends_on.data, content
        )
