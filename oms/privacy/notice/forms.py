"""The merchant's own words of the notice, by language and part."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, TextAreaField
from wtforms.validators import Length

from oms.kernel.i18n import LANGUAGES, NAMES
from oms.privacy.notice.queries import Texts
from oms.web.forms import Form

PARTS = {"intro": _l("Introduction"), "contact": _l("Who answers for it"), "law": _l("Law and courts")}
LONGEST = 4_000


class NoticeForm(Form):
    """One text for each language and part, and whether readers have to hear of it a month ahead."""

    also = frozenset({"step"})

    is_material = BooleanField(_l("It asks more of people than before: announce it 30 days ahead"))

    def texts(self) -> Texts:
        """Return what was written, by language and part; empty parts are left out."""
        found = {
            language: {part: str(self[f"{language}_{part}"].data or "") for part in PARTS}
            for language in LANGUAGES
        }
        return {
            language: {part: text for part, text in parts.items() if text}
            for language, parts in found.items()
            if any(parts.values())
        }


for _language in LANGUAGES:
    for _part, _title in PARTS.items():
        setattr(
            NoticeForm,
            f"{_language}_{_part}",
            TextAreaField(
                f"{_title}, {NAMES[_language]}", [Length(max=LONGEST)], render_kw={"maxlength": LONGEST}
            ),
        )


def filled(texts: Texts) -> dict[str, str]:
    """Return the words of a version as the form's own fields."""
    return {f"{lang}_{part}": text for lang, parts in texts.items() for part, text in parts.items()}
