"""The letters of an inbox, in words."""

from collections.abc import Sequence
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from oms.kernel.config import Settings
from oms.notifications.inbox import queries
from oms.notifications.inbox.queries import Kept
from oms.privacy.breaches import queries as breaches
from oms.privacy.breaches.models import Breach
from oms.privacy.breaches.states import PARTS
from oms.web.filters import long_date
from storefront.privacy.pages import at, unit_words


def inbox(found: Sequence[Kept], unwritten: Sequence[tuple[Breach, str]]) -> dict[str, Any]:
    """Return what the page of an inbox takes; `unwritten` are breaches of which no letter lies there."""
    return {
        "letters": [*(_notice(*one) for one in unwritten), *(_letter(one) for one in found)],
        "summary": new_words(sum(1 for one in found if one.read_at is None)),
        "read_url": at("/your-data/messages/read"),
        "back_url": at("/your-data/"),
    }


def new_words(count: int) -> str:
    """Return how many letters are new, in words."""
    if not count:
        return str(_("Nothing new."))
    return str(ngettext("%(num)s new message", "%(num)s new messages", count))


def door(session: Session, units: Sequence[str]) -> dict[str, str]:
    """Return how another page leads to the inbox, what is new there, and whether it must be read."""
    new = queries.unread(session, units)
    has_breach = queries.unread(session, units, "breach") or breaches.is_untold(session, units)
    return {
        "url": at("/your-data/messages"),
        "new": new_words(new) if new else "",
        "alarm": _("Others may have seen your data") if has_breach else "",
    }


def _letter(one: Kept) -> dict[str, Any]:
    return {
        "number": one.number,
        "subject": one.subject,
        "day": long_date(one.written_at),
        "about": unit_words(one.unit),
        "fate": _fate(one),
        "is_new": one.read_at is None,
        "lines": [_line(line) for line in one.words.splitlines()],
    }


def _notice(breach: Breach, unit: str) -> dict[str, Any]:
    """Return the notice of a breach as a letter that nobody has to mark as read."""
    parts = [(_(heading), breach.parts[part]) for part, heading in PARTS.items()]
    return {
        "number": f"breach-{breach.number}",
        "subject": _("Others may have seen your data"),
        "day": long_date(breach.sent_at or breach.found_at),
        "about": unit_words(unit),
        "fate": _("No mail has gone out. You can read it here all the same."),
        "is_new": False,
        "lines": [(line, "") for heading, words in parts for line in (heading, *words.splitlines())],
    }


def _fate(one: Kept) -> str:
    if one.mailed_at is not None:
        return str(_("Sent by mail on %(day)s.", day=long_date(one.mailed_at)))
    if one.is_stopped:
        return str(_("Not sent by mail, as you asked."))
    return str(_("No mail has gone out. You can read it here all the same."))


def _line(line: str) -> tuple[str, str]:
    """Return a line, and where it leads: only to this shop's own pages."""
    settings: Settings = current_app.extensions["settings"]
    home, flat = f"{settings.public_url.rstrip('/')}/", line.strip()
    return (flat, flat.removeprefix(home[:-1])) if flat.startswith(home) and " " not in flat else (line, "")
