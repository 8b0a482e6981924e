"""What somebody may be written to about, and what became of an objection, in words."""

from typing import Any

from flask_babel import gettext as _

from oms.privacy.access.queries import Insight
from oms.privacy.states import CHANNELS, Outcome
from oms.privacy.wishes.queries import replay
from oms.privacy.wishes.states import Choice, WishPurpose, wording
from oms.web.filters import long_date
from oms.web.markets import place
from storefront.privacy.pages import at


def wishes(found: Insight) -> dict[str, Any]:
    """Return what the page takes of somebody's wishes; none where there is nobody to write to."""
    language = place().language
    in_force = [row for row in replay(found.wishes).values() if row.purpose is WishPurpose.NEWS]
    stopped = [row for row in in_force if row.choice is Choice.WITHDRAWN]
    rows = []
    for channel in CHANNELS if found.units else ():
        title, why = wording(WishPurpose.NEWS, channel, language)
        days = [row.at for row in stopped if row.channel is channel]
        state = _("stopped on %(day)s", day=long_date(min(days))) if days else _("they come")
        asked = {"purpose": WishPurpose.NEWS.value, "channel": channel.value}
        rows.append({"title": title, "why": why, "state": state, "is_stopped": bool(days), "fields": asked})
    return {"wishes": rows, "wishes_url": at("/your-data/wishes"), **_objecting(found)}


def _objecting(found: Insight) -> dict[str, str]:
    """Return what is said of objecting, and where that is done; nowhere where it was done already."""
    held = found.objection
    if held is None:
        return {"objection": "", "object_url": at("/your-data/object") if found.units else ""}
    stopped = _("You objected on %(day)s.", day=long_date(held.since))
    if held.outcome is Outcome.UPHELD:
        return {"objection": f"{stopped} {_('It stays stopped.')}", "object_url": ""}
    return {"objection": f"{stopped} {_('It is stopped until we have decided.')}", "object_url": ""}
