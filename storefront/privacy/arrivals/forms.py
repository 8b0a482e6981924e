"""The file that somebody brings along."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired

from oms.web.forms import Form


class BringForm(Form):
    """One file: the copy that another Counterfoil made."""

    asks = "bring"
    file = FileField(_l("The copy"), validators=[FileRequired(_l("Choose the file first."))])
