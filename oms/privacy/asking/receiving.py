"""Taking mails: each becomes a request once, by its Message-ID; a bad one stops none of the others."""

import hashlib
from dataclasses import dataclass
from mailbox import Maildir
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.kernel import clock, inbox
from oms.kernel.audit import SYSTEM
from oms.kernel.db import transaction
from oms.kernel.inbox import Told, WebhookEvent
from oms.privacy.asking import actions, reading
from oms.privacy.asking.actions import Asked
from oms.privacy.asking.reading import NotARequestError
from oms.privacy.states import Source

PROVIDER = "mail"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a mail: the number of its request, or why there is none."""

    number: str = ""
    why: str = ""


def take(raw: bytes) -> Taken:
    """Make a request of a mail; opens transactions of its own.

    The journal keeps a hash of the Message-ID, which names nobody, and nothing of the mail.
    """
    try:
        letter = reading.read(raw)
    except NotARequestError as error:
        return Taken(why=error.message)
    keys = actions.prepare()
    event = hashlib.sha256(letter.id.encode() if letter.id else raw).hexdigest()
    with transaction() as session:
        told = Told(PROVIDER, event, "request", "", clock.now(), "received")
        if not inbox.journal(session, told, b""):
            return Taken(why="This message was taken before.")
        _applied(session, event)
        asked = Asked(letter.email, letter.kind, Source.MAIL, letter.words)
        request = actions.receive(session, asked, keys, by=SYSTEM)
        return Taken(request.number)


def take_all(folder: Path) -> list[Taken]:
    """Take every new message of a maildir, the oldest first; what was looked at is marked as seen."""
    box = Maildir(str(folder), create=False)
    taken = []
    for key in sorted(box.keys()):
        message = box.get_message(key)
        if message.get_subdir() != "new":
            continue
        taken.append(take(box.get_bytes(key)))
        if taken[-1].number:
            # The request has it now; a second copy in clear would outlive the person.
            box.remove(key)
        else:
            message.set_subdir("cur")
            message.add_flag("S")
            box[key] = message
    box.flush()
    return taken


def _applied(session: Session, event: str) -> None:
    found = select(WebhookEvent).where(WebhookEvent.provider == PROVIDER, WebhookEvent.event_id == event)
    row = session.scalars(found).one()
    row.applied_at, row.outcome = clock.now(), "request"
