"""Telling somebody what was decided about their lock; only then can it be lifted (GDPR, article 18(3))."""

from typing import Any

from oms.buyers.personal import AccountContact
from oms.kernel import jobs, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading
from oms.kernel.outbox import Message
from oms.kernel.register import Job, Purpose
from oms.notifications import runs
from oms.notifications.actions import MAILS, Letter, Written
from oms.notifications.pages import Reader, write
from oms.orders.personal import OrderContact
from oms.privacy.locking import actions, queries
from oms.privacy.locking.models import Restriction
from oms.privacy.models import PrivacyRequest
from oms.privacy.states import Outcome
from oms.web.markets import Place

_public_url: list[str] = [""]


def configure(settings: Settings) -> None:
    """Tell the mail the shop's own address."""
    _public_url[0] = settings.public_url.rstrip("/")


@jobs.on("privacy.lock_decided", role=Role.WORKER, patience=MAILS)
def tell(message: Message) -> None:
    """Tell what was decided, and note it: the lock itself stays until somebody lifts it."""
    with reading() as session:
        found = session.get_one(PrivacyRequest, message.number("request"))
        locked = [one for one in queries.of_request(session, found.id) if one.decided_at is not None]
        for unit in dict.fromkeys(one.unit for one in locked):
            cls: Any = OrderContact if unit.startswith("order:") else AccountContact
            by = SYSTEM.doing(Job.NOTICES)
            kept = vault.open_record(session, cls, unit, purpose=Purpose.RIGHTS, by=by)
            subject_id = vault.subject_of(session, unit)
            if kept is not None and subject_id is not None:
                break
        else:
            return
    thing, written = f"{found.number}.lock", _written(found, locked[0])
    runs.post(Letter("request", thing, unit, subject_id, kept, Purpose.RIGHTS, written, found.language))
    actions.note_told(found.id)


def _written(found: PrivacyRequest, one: Restriction) -> Written:
    home = f"{_public_url[0]}{Place(found.market, found.language).prefix}"
    reader = Reader(found.market, found.language, home)
    _ = reader.say
    was = (
        _("It was corrected.") if one.outcome is Outcome.CORRECTED else _("It is right, and stays as it is.")
    )
    sentences = [
        _("We looked at what you disputed in your request %(number)s.", number=found.number),
        was,
        _("We now lift the lock: the data is used again for the purposes it was given for."),
    ]
    subject = _("Your request %(number)s about your data", number=found.number)
    url = f"{home}/your-data/requests/{found.ref}"
    return write("request", subject, reader, sentences=sentences, facts=[(_("Why"), one.why)], url=url)
