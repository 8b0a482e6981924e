"""What the pages about a child say."""

from datetime import datetime, timedelta
from typing import Any

from flask import request
from flask_babel import gettext as _

from oms.privacy.minors.models import MinorCase
from oms.privacy.minors.states import ANSWERING, MinorState, Standing
from oms.web.filters import long_date
from storefront.privacy.pages import at, unit_words


def child(found: MinorCase, units: list[str] | None, *, is_proven: bool) -> dict[str, Any]:
    """Return what a guardian's page takes.

    `units` is none for who may not look: named only, or in a browser that has not proven the mailbox.
    """
    path = f"{request.script_root}/your-data/child/{found.ref}"
    is_asked = found.state is MinorState.GUARDIAN_ASKED
    if not is_proven:
        sentences = [
            _("Somebody named your mailbox as that of a parent or guardian of a child who is known to us."),
            _("Before we show anything we send a code there, to prove that it is yours."),
        ]
    elif is_asked and found.standing is Standing.CLAIMED:
        sentences = _to_be_accepted(found)
    elif is_asked:
        sentences = _asked(found, units)
    else:
        sentences = [_("You have agreed. You can see, copy and delete what we know about the child.")]
    is_answering = is_proven and is_asked and found.standing in ANSWERING
    return {
        "sentences": sentences,
        "code_url": "" if is_proven else f"{path}/code",
        "answer_url": f"{path}/answer" if is_answering else "",
        "look_url": f"{path}/look" if units is not None else "",
        "back_url": at("/"),
    }


def _to_be_accepted(found: MinorCase) -> list[str]:
    return [
        _("Not the child named you but somebody else, so we first make sure that you are the guardian."),
        _("Write to us, or wait until we write to you. Send no document: we only look, and keep nothing."),
        _("Then you can see what we know about the child, and say yes or no."),
        _("Without an answer by %(day)s it is deleted.", day=last_day(found.erase_after)),
    ]


def _asked(found: MinorCase, units: list[str] | None) -> list[str]:
    about = ", ".join(unit_words(unit) for unit in units or ())
    shown = [_("It is about: %(what)s.", what=about)] if about else []
    return [
        *shown,
        _("In their country a guardian decides under the age of %(age)s.", age=found.age),
        _("Until you answer it is locked: kept, and used for nothing. What has not left waits."),
        _("Say yes, and it is used again for what was ordered. Say no, and everything is deleted now."),
        _("After a yes you can see, copy and delete what we know about the child."),
        _("Without an answer by %(day)s it is deleted too.", day=last_day(found.erase_after)),
    ]


def last_day(end: datetime) -> str:
    """Return the last day on which a guardian may answer."""
    return long_date(end - timedelta(seconds=1))


def going_on() -> str:
    """Return what is said where a deletion has begun and something has to end first."""
    return str(
        _("We are deleting it. One order is still being paid for: it goes by itself once that has ended.")
    )
