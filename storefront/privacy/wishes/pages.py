"""What somebody may be written to about on which channel, and what became of an objection, in words."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from oms.privacy.access.queries import Insight
from oms.privacy.states import Channel, Outcome
from oms.privacy.wishes.models import Wish
from oms.privacy.wishes.queries import replay
from oms.privacy.wishes.states import MESSAGES, Choice, WishPurpose, needs_yes, wording
from oms.web.filters import long_date
from oms.web.markets import place
from storefront.privacy.forms import in_use
from storefront.privacy.pages import at


def wishes(found: Insight) -> dict[str, Any]:
    """Return what the page takes of somebody's wishes; none where there is nobody to write to."""
    rows = [_needed(), *(_kind(purpose, found) for purpose in MESSAGES)] if found.units else []
    return {"wishes": rows, "wishes_url": at("/your-data/wishes"), **_objecting(found)}


def channel_words(channel: Channel) -> str:
    """Return what a channel is called."""
    words = {
        Channel.MAIL: _("Mail"),
        Channel.SMS: _("Text message"),
        Channel.INBOX: _("On these pages"),
    }
    return str(words[channel])


def kind_words(purpose: WishPurpose) -> str:
    """Return what messages of a purpose are called, whatever their channel."""
    words = {
        WishPurpose.NEWS: _("Messages you could do without"),
        WishPurpose.PROMOTIONS: _("Offers"),
    }
    return str(words[purpose])


def stops(unit: Sequence[Wish]) -> list[dict[str, Any]]:
    """Return what a link of one unit can stop: each kind on each channel, and whether that was said."""
    said = {(row.purpose, row.channel): row.choice for row in replay(unit).values()}
    return [
        {
            "title": wording(purpose, channel, place().language)[0],
            "fields": {"purpose": purpose.value, "channel": channel.value},
            "is_stopped": said.get((purpose, channel)) is Choice.WITHDRAWN,
        }
        for purpose in MESSAGES
        for channel in in_use()
    ]


def _needed() -> dict[str, Any]:
    always = {channel: _("always") for channel in in_use()}
    if Channel.SMS in always:
        always[Channel.SMS] = _("only of a data breach, where no mail arrives")
    cells = [{"channel": channel_words(one), "title": "", "state": how} for one, how in always.items()]
    why = _(
        "The confirmation, that a parcel is on its way, refunds, codes, answers, and what a law makes us tell"
        " you. You asked for them or a law does, so there is no switch."
    )
    return {"title": _("Needed messages"), "why": why, "cells": cells}


def _kind(purpose: WishPurpose, found: Insight) -> dict[str, Any]:
    language, cells = place().language, []
    why = wording(purpose, Channel.MAIL, language)[1]
    for channel in in_use():
        title, of_channel = wording(purpose, channel, language)
        asked = {"purpose": purpose.value, "channel": channel.value}
        cells.append(
            {
                "channel": channel_words(channel),
                "title": title,
                "state": _state(purpose, channel, found),
                "why": of_channel if of_channel != why else "",
                "fields": asked,
            }
        )
    return {"title": kind_words(purpose), "why": why, "cells": cells}


def _state(purpose: WishPurpose, channel: Channel, found: Insight) -> str:
    """Return what is in force, as `queries.may` decides it: one no is enough, whichever unit it lies with."""
    rows = [row for row in replay(found.wishes).values() if (row.purpose, row.channel) == (purpose, channel)]
    stopped = [row.at for row in rows if row.choice is Choice.WITHDRAWN]
    given = [row.at for row in rows if row.choice is Choice.GIVEN]
    if stopped:
        return str(_("stopped on %(day)s", day=long_date(min(stopped))))
    if needs_yes(purpose, channel):
        return str(_("allowed on %(day)s", day=long_date(max(given)))) if given else str(_("off"))
    held = _objected(found)
    if held is not None and (not given or max(given) <= held):
        return str(_("stopped on %(day)s", day=long_date(held)))
    return str(_("they come"))


def _objected(found: Insight) -> datetime | None:
    return found.objection.since if found.objection is not None else None


def _objecting(found: Insight) -> dict[str, str]:
    """Return what is said of objecting, and where that is done; nowhere where it was done already."""
    held = found.objection
    if held is None:
        return {"objection": "", "object_url": at("/your-data/object") if found.units else ""}
    stopped = _("You objected on %(day)s.", day=long_date(held.since))
    if held.outcome is Outcome.UPHELD:
        return {"objection": f"{stopped} {_('It stays stopped.')}", "object_url": ""}
    return {"objection": f"{stopped} {_('It is stopped until we have decided.')}", "object_url": ""}
