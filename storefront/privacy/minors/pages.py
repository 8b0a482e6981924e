"""What the pages about a child say."""

from datetime import timedelta
from typing import Any

from flask import request
from flask_babel import gettext as _

from oms.privacy.minors.models import MinorCase
from oms.web.filters import long_date
from storefront.privacy.pages import at, unit_words


def child(found: MinorCase, units: list[str] | None, *, is_asked: bool) -> dict[str, Any]:
    """Return what a guardian's page takes; `units` none where this browser has not proven the mailbox."""
    path = f"{request.script_root}/your-data/child/{found.ref}"
    day = long_date(found.erase_after - timedelta(seconds=1))
    if units is None:
        sentences = [
            _("Somebody named your mailbox as that of a parent or guardian of a child who bought from us."),
            _("Before we show anything we send a code there, to prove that it is yours."),
        ]
    elif is_asked:
        about = ", ".join(unit_words(unit) for unit in units)
        sentences = [
            _("It is about: %(what)s.", what=about),
            _("In their country a guardian decides under the age of %(age)s.", age=found.age),
            _("Until you answer it is locked: kept, and used for nothing. What has not left waits."),
            _("Say yes, and it is used again for what was ordered. Say no, and everything is deleted now."),
            _("Without an answer by %(day)s it is deleted too.", day=day),
        ]
    else:
        sentences = [_("You have agreed. You can see, copy and delete what we know about the child.")]
    return {
        "sentences": sentences,
        "code_url": f"{path}/code" if units is None else "",
        "answer_url": f"{path}/answer" if units is not None and is_asked else "",
        "look_url": f"{path}/look" if units is not None else "",
        "back_url": at("/"),
    }
