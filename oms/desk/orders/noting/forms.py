"""What staff type into a note."""

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from oms.web.fields import WARNING, no_card_number
from oms.web.forms import Form

MOST = 500


class NoteForm(Form):
    """A short text."""

    note = TextAreaField(
        _l("Note"),
        [
            DataRequired(_l("Write something first.")),
            Length(max=MOST, message=_l("Take at most 500 characters.")),
            no_card_number,
        ],
        description=WARNING,
        render_kw={"rows": "3", "maxlength": str(MOST)},
    )
