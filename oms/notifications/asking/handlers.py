"""The two mails about a request in words: how to prove it, and how it ended. Nothing personal is in them."""

from oms.kernel import jobs, vault
from oms.kernel.db import Role, reading
from oms.kernel.outbox import Message
from oms.kernel.register import Job, Purpose
from oms.notifications import letters, runs
from oms.notifications.actions import MAILS, Written
from oms.notifications.pages import Reader, reader_in, write
from oms.privacy.asking import queries
from oms.privacy.asking.grounds import COMPLAINTS, REASONS
from oms.privacy.asking.models import Refusal
from oms.privacy.asking.personal import RequestContact
from oms.privacy.clocks.regimes import Regime
from oms.privacy.models import PrivacyRequest


@jobs.on("privacy.asked", role=Role.WORKER, patience=MAILS)
def acknowledge(message: Message) -> None:
    """Tell at once that a request has come, by when it is answered, and how its mailbox is proven."""
    with reading() as session:
        found = session.get_one(PrivacyRequest, message.number("request"))
    _post(found, "acknowledgment", _acknowledgment(found))


@jobs.on("privacy.answered", role=Role.WORKER, patience=MAILS)
def tell_end(message: Message) -> None:
    """Tell how a request ended, a refusal with its ground; then forget the mailbox."""
    with reading() as session:
        found = session.get_one(PrivacyRequest, message.number("request"))
        refusal = queries.refusal(session, found.id)
    _post(found, "outcome", _outcome(found, refusal))
    if found.contact_unit:
        vault.destroy_unit(found.contact_unit)


def _acknowledgment(found: PrivacyRequest) -> Written:
    reader = reader_in(found.market, found.language)
    _ = reader.say
    sentences = [
        _("We received your request %(number)s, and answer by %(day)s.", **_named(found, reader)),
        _("So that nobody else asks in your name, open the page and prove that this mailbox is yours."),
        _("We ask for no document. If it was not you, do nothing: nothing happens."),
    ]
    return _written(found, reader, sentences, [])


def _outcome(found: PrivacyRequest, refusal: Refusal | None) -> Written:
    reader = reader_in(found.market, found.language)
    _ = reader.say
    if refusal is None:
        done = [_("Your request %(number)s is answered.", number=found.number)]
        return _written(found, reader, [*done, _("What we know of you is on the page of your data.")], [])
    regime = Regime(found.regime)
    complaint = COMPLAINTS[regime]
    reason = REASONS[refusal.ground]
    first = (
        _("We answered your request %(number)s, but for a part of it.", number=found.number)
        if refusal.fields
        else _("We cannot do what you asked in your request %(number)s.", number=found.number)
    )
    facts = [
        (_("Reason"), _(reason.words)),
        (_("Article"), reason.articles[regime]),
        (_("Reason code"), reason.drp),
        (_("Complaint"), f"{_(complaint.where)} {complaint.url}"),
        (_("Remedy"), _(complaint.remedy)),
    ]
    return _written(found, reader, [first], facts)


def _named(found: PrivacyRequest, reader: Reader) -> dict[str, str]:
    return {"number": found.number, "day": reader.day(found.answer_by)}


def _written(
    found: PrivacyRequest, reader: Reader, sentences: list[str], facts: list[tuple[str, str]]
) -> Written:
    url = f"{reader.home}/your-data/requests/{found.ref}"
    subject = reader.say("Your request %(number)s about your data", number=found.number)
    return write("request", subject, reader, sentences=sentences, facts=facts, url=url)


def _post(found: PrivacyRequest, which: str, written: Written) -> None:
    with reading() as session:
        unit = found.contact_unit
        to = letters.addressee(session, RequestContact, unit, purpose=Purpose.RIGHTS, job=Job.ANSWERS)
    if to is not None:
        runs.post(to.letter("request", f"{found.number}.{which}", written, found.language))
