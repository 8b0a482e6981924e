"""How far a copy is, in words."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from oms.privacy.copies.models import Copy
from oms.privacy.copies.states import UNDER_WAY, CopyState
from oms.web.filters import moment
from storefront.privacy.pages import at


def shown(found: Copy, word: str) -> dict[str, Any]:
    """Return what the page of a copy takes."""
    here = at(f"/your-data/copies/{word}")
    is_ready = found.state is CopyState.READY
    return {
        "work": progress(found, f"{here}/progress") if found.state in UNDER_WAY else None,
        "take_url": f"{here}/take" if is_ready else "",
        "until": _("It can be taken once, until %(until)s.", until=moment(found.ends_at)) if is_ready else "",
        "again_url": here,
        "back_url": at("/your-data/#copy"),
    }


def progress(found: Copy, url: str) -> dict[str, Any]:
    """Return how far it is, for the page and for the script that asks again."""
    text = ngettext("%(num)s of %(of)s done", "%(num)s of %(of)s done", found.done, of=found.total)
    label = _("We gather it. You may leave this page: a mail tells you when it is ready.")
    return {"label": label, "done": found.done, "total": found.total, "text": text, "url": url}
