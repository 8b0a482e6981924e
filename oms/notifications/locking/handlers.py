"""Telling somebody what was decided about their lock; only then can it be lifted (GDPR, article 18(3))."""

from oms.kernel import jobs
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.kernel.outbox import Message
from oms.kernel.register import Purpose
from oms.notifications import letters, runs
from oms.notifications.actions import MAILS, Written
from oms.notifications.gateway import UndeliverableError
from oms.notifications.pages import Reader, reader_in, write
from oms.privacy.asking import actions as asking
from oms.privacy.asking.grounds import COMPLAINTS, OBJECTING
from oms.privacy.clocks.regimes import Regime
from oms.privacy.locking import actions, queries
from oms.privacy.locking.models import Restriction
from oms.privacy.models import PrivacyRequest
from oms.privacy.states import OF_OBJECTION, OPEN, LockGround, Outcome, Told


@jobs.on("privacy.lock_decided", role=Role.WORKER, patience=MAILS)
def tell(message: Message) -> None:
    """Tell what was decided, and note it: the lock itself stays until somebody lifts it.

    Whom no mail reaches reads it on the page of their data, as with a leak: a dead mailbox holds nothing up.
    An objection that is upheld is answered with this: what it stopped stays stopped.
    """
    with reading() as session:
        found = session.get_one(PrivacyRequest, message.number("request"))
        locked = [one for one in queries.of_request(session, found.id) if one.decided_at is not None]
        units = dict.fromkeys(one.unit for one in locked)
        to = letters.first_person(session, units, purpose=Purpose.RIGHTS)
    if not locked:
        return
    how = Told.NO_MAILBOX
    if to is not None:
        try:
            runs.post(
                to.letter("request", f"{found.number}.lock", _written(found, locked[0]), found.language)
            )
            how = Told.MAIL
        except UndeliverableError:
            how = Told.REFUSED
    actions.note_told(found.id, how)
    if locked[0].outcome is Outcome.UPHELD:
        with transaction() as session:
            theirs = session.get_one(PrivacyRequest, found.id, with_for_update=True)
            if theirs.state in OPEN:
                asking.answer(session, theirs, by=SYSTEM)


def _written(found: PrivacyRequest, one: Restriction) -> Written:
    reader = reader_in(found.market, found.language)
    _ = reader.say
    if one.ground is LockGround.MINOR:
        return _of_child(found, reader)
    facts = [(_("Why"), one.why)]
    if one.outcome is Outcome.REJECTED:
        facts += _ways_on(found, reader)
    subject = _("Your request %(number)s about your data", number=found.number)
    url = f"{reader.home}/your-data/requests/{found.ref}"
    return write("request", subject, reader, sentences=_sentences(found, one, reader), facts=facts, url=url)


def _sentences(found: PrivacyRequest, one: Restriction, reader: Reader) -> list[str]:
    _ = reader.say
    if one.outcome in OF_OBJECTION:
        first = _("We looked at what you objected to in your request %(number)s.", number=found.number)
        if one.outcome is Outcome.UPHELD:
            return [first, _("You are right: messages you could do without stay stopped.")]
        then = _(
            "We go on sending messages you could do without. One click in each of them still stops them."
        )
        return [first, _("We think our grounds weigh more."), then]
    was = (
        _("It was corrected.") if one.outcome is Outcome.CORRECTED else _("It is right, and stays as it is.")
    )
    return [
        _("We looked at what you disputed in your request %(number)s.", number=found.number),
        was,
        _("We now lift the lock: the data is used again for the purposes it was given for."),
    ]


def _of_child(found: PrivacyRequest, reader: Reader) -> Written:
    _ = reader.say
    sentences = [
        _("We had locked what we know about you, as you may be a child (%(number)s).", number=found.number),
        _("That is over: your guardian agreed, or it was a mistake."),
        _("We now lift the lock: the data is used again for the purposes it was given for."),
    ]
    subject = _("Your data is no longer locked")
    return write("word", subject, reader, sentences=sentences, url=f"{reader.home}/your-data/")


def _ways_on(found: PrivacyRequest, reader: Reader) -> list[tuple[str, str]]:
    """Return the article that was weighed, where somebody can complain, and what a court can do."""
    _ = reader.say
    regime = Regime(found.regime)
    complaint = COMPLAINTS[regime]
    return [
        (_("Article"), OBJECTING[regime]),
        (_("Complaint"), f"{_(complaint.where)} {complaint.url}"),
        (_("Remedy"), _(complaint.remedy)),
    ]
