"""Telling somebody what was decided about their lock; only then can it be lifted (GDPR, article 18(3))."""

from oms.kernel import jobs
from oms.kernel.db import Role, reading
from oms.kernel.outbox import Message
from oms.kernel.register import Purpose
from oms.notifications import letters, runs
from oms.notifications.actions import MAILS, Written
from oms.notifications.pages import Reader, reader_in, write
from oms.privacy.locking import actions, queries
from oms.privacy.locking.models import Restriction
from oms.privacy.models import PrivacyRequest
from oms.privacy.states import LockGround, Outcome


@jobs.on("privacy.lock_decided", role=Role.WORKER, patience=MAILS)
def tell(message: Message) -> None:
    """Tell what was decided, and note it: the lock itself stays until somebody lifts it."""
    with reading() as session:
        found = session.get_one(PrivacyRequest, message.number("request"))
        locked = [one for one in queries.of_request(session, found.id) if one.decided_at is not None]
        units = dict.fromkeys(one.unit for one in locked)
        reached = (letters.person(session, unit, purpose=Purpose.RIGHTS) for unit in units)
        to = next((one for one in reached if one is not None), None)
    if to is None:
        return
    runs.post(to.letter("request", f"{found.number}.lock", _written(found, locked[0]), found.language))
    actions.note_told(found.id)


def _written(found: PrivacyRequest, one: Restriction) -> Written:
    reader = reader_in(found.market, found.language)
    _ = reader.say
    if one.ground is LockGround.MINOR:
        return _of_child(found, reader)
    was = (
        _("It was corrected.") if one.outcome is Outcome.CORRECTED else _("It is right, and stays as it is.")
    )
    sentences = [
        _("We looked at what you disputed in your request %(number)s.", number=found.number),
        was,
        _("We now lift the lock: the data is used again for the purposes it was given for."),
    ]
    subject = _("Your request %(number)s about your data", number=found.number)
    url = f"{reader.home}/your-data/requests/{found.ref}"
    return write("request", subject, reader, sentences=sentences, facts=[(_("Why"), one.why)], url=url)


def _of_child(found: PrivacyRequest, reader: Reader) -> Written:
    _ = reader.say
    sentences = [
        _("We had locked what we know about you, as you may be a child (%(number)s).", number=found.number),
        _("That is over: your guardian agreed, or it was a mistake."),
        _("We now lift the lock: the data is used again for the purposes it was given for."),
    ]
    subject = _("Your data is no longer locked")
    return write("word", subject, reader, sentences=sentences, url=f"{reader.home}/your-data/")
