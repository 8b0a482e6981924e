"""What changed since somebody last saw the notice, in words; where nothing changed, nothing is said."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from oms.privacy.notice import queries
from oms.privacy.notice.queries import Seen
from oms.web.filters import long_date
from storefront.privacy.notice.pages import compared
from storefront.privacy.pages import at


def door(session: Session, units: Sequence[str]) -> dict[str, str] | None:
    """Return how another page leads to what changed; None where nothing did, or nothing is known."""
    found = queries.last_seen(session, units)
    count = len(_compared(session, found)["rows"]) if found else 0
    if not count:
        return None
    words = ngettext(
        "One thing in our privacy notice has changed since you last saw it.",
        "%(num)s things in our privacy notice have changed since you last saw it.",
        count,
    )
    return {"text": str(words), "url": at("/your-data/notice")}


def changed(session: Session, units: Sequence[str]) -> dict[str, Any]:
    """Return what the page takes: which version the person of some units saw last, and each difference."""
    found = queries.last_seen(session, units)
    if found is None:
        sentences = [
            _("We do not know which version you saw."),
            _("We keep that with an order or an account only, and count no visits."),
        ]
        told = {**_NONE, "nothing": ""}
    else:
        sentences = [_when(found), _("That is no consent.")]
        told = {**_compared(session, found), "nothing": _("Nothing has changed since.")}
    return {
        **told,
        "title": _("What changed since you last saw it"),
        "sentences": sentences,
        "versions_url": at("/privacy/versions"),
    }


_NONE: dict[str, Any] = {"before": "", "after": "", "rows": []}


def _compared(session: Session, found: Seen) -> dict[str, Any]:
    held = queries.in_force(session)
    if held is None or held.id == found.kept.id:
        return _NONE
    return compared(queries.versions(session), found.kept, held)


def _when(found: Seen) -> str:
    day = long_date(found.at)
    if found.order:
        return str(
            _("It was last shown to you on %(day)s, with order %(number)s.", day=day, number=found.order)
        )
    return str(_("It was last shown to you on %(day)s, when you opened your account.", day=day))
