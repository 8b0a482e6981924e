"""The mails about a suspected child: what is locked and why, a guardian's link, and how it ended."""

from contextlib import suppress
from datetime import date, timedelta

from oms.kernel import jobs
from oms.kernel.db import Role, reading
from oms.kernel.outbox import Message
from oms.kernel.register import Job, Purpose
from oms.notifications import letters, runs
from oms.notifications.actions import MAILS, Letter, Written
from oms.notifications.gateway import UndeliverableError
from oms.notifications.pages import reader_in, write
from oms.privacy.minors import queries
from oms.privacy.minors.models import MinorCase
from oms.privacy.minors.personal import GuardianContact
from oms.privacy.minors.states import MinorState, Standing


@jobs.on("minor.restricted", role=Role.WORKER, patience=MAILS)
def tell_child(message: Message) -> None:
    """Tell whoever may be a child what is locked, until when, and what they can do."""
    with reading() as session:
        case = session.get_one(MinorCase, message.number("case"))
        to = letters.first_person(session, queries.units_of(session, case.id), purpose=Purpose.RIGHTS)
    if to is None or case.state not in {MinorState.RESTRICTED, MinorState.GUARDIAN_ASKED}:
        return
    reader = reader_in(case.market, case.language)
    _ = reader.say
    sentences = [
        _("You may be under %(age)s. So what we know about you is locked: only kept.", age=str(case.age)),
        _("What you ordered and has not left waits."),
        _("A parent or guardian has to agree by %(day)s. If not, we delete it.", day=reader.day(_last(case))),
        _("On the page of your data you name their e-mail, or delete everything now."),
    ]
    subject = _("What we know about you is locked")
    written = write("word", subject, reader, sentences=sentences, url=f"{reader.home}/your-data/")
    _post(to.letter("minor", f"{case.id}.restricted", written, case.language))


@jobs.on("minor.guardian_asked", role=Role.WORKER, patience=MAILS)
def ask_guardian(message: Message) -> None:
    """Ask a guardian, with the link to the page on which their mailbox proves itself; nothing personal."""
    with reading() as session:
        case = session.get_one(MinorCase, message.number("case"))
    if case.state is not MinorState.GUARDIAN_ASKED:
        return
    reader = reader_in(case.market, case.language)
    _ = reader.say
    sentences = [
        _("Somebody who may be a child gave us data. This mailbox was named as that of a guardian."),
        _("We have locked what they gave us. May we keep it? Open the page."),
        _("Without an answer by %(day)s we delete it.", day=reader.day(_last(case))),
        _("If you answer for no child, do nothing."),
    ]
    url = f"{reader.home}/your-data/child/{case.ref}"
    subject = _("A question to you as a guardian")
    written = write("word", subject, reader, sentences=sentences, url=url)
    _to_guardian(case, f"asked.{case.asked}", written)


@jobs.on("minor.guardian_accepted", role=Role.WORKER, patience=MAILS)
def tell_accepted(message: Message) -> None:
    """Tell a guardian whom staff accepted that they can look, and answer."""
    with reading() as session:
        case = session.get_one(MinorCase, message.number("case"))
    if case.state is not MinorState.GUARDIAN_ASKED or case.standing is not Standing.ACCEPTED:
        return
    reader = reader_in(case.market, case.language)
    _ = reader.say
    sentences = [
        _("Thank you. You can now see what we know about the child, and say yes or no."),
        _("Without an answer by %(day)s we delete it.", day=reader.day(_last(case))),
    ]
    url = f"{reader.home}/your-data/child/{case.ref}"
    written = write("word", _("A question to you as a guardian"), reader, sentences=sentences, url=url)
    _to_guardian(case, f"accepted.{case.asked}", written)


@jobs.on("minor.settled", role=Role.WORKER, patience=MAILS)
def tell_guardian(message: Message) -> None:
    """Tell the guardian how it ended; nobody who was named by mistake, for they are forgotten."""
    with reading() as session:
        case = session.get_one(MinorCase, message.number("case"))
    if case.state is MinorState.RESOLVED and case.standing is not Standing.AGREED:
        return
    reader = reader_in(case.market, case.language)
    _ = reader.say
    if case.state is MinorState.ERASED:
        sentences = [_("What we knew about the child is deleted. We forget this mailbox too.")]
        url = reader.home
    else:
        sentences = [
            _("What we know about the child is no longer locked."),
            _("On this page you can see and delete it at any time."),
        ]
        url = f"{reader.home}/your-data/child/{case.ref}"
    subject = _("Your answer for a child")
    _to_guardian(case, "settled", write("word", subject, reader, sentences=sentences, url=url))


def _last(case: MinorCase) -> date:
    return (case.erase_after - timedelta(seconds=1)).date()


def _to_guardian(case: MinorCase, which: str, written: Written) -> None:
    with reading() as session:
        unit = case.guardian_unit
        to = letters.addressee(session, GuardianContact, unit, purpose=Purpose.RIGHTS, job=Job.ANSWERS)
    if to is not None:
        _post(to.letter("guardian", f"{case.id}.{which}", written, case.language))


def _post(letter: Letter) -> None:
    """Send a mail; a mailbox that is refused changes nothing: the days run, and the erasure comes."""
    with suppress(UndeliverableError):
        runs.post(letter)
