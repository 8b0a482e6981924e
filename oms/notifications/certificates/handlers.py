"""Telling that somebody was forgotten, and forgetting the address that it was told to."""

from datetime import date, timedelta

from oms.kernel import jobs, vault
from oms.kernel.db import Role, reading
from oms.kernel.outbox import Message
from oms.kernel.register import Job, Purpose
from oms.notifications import letters, runs
from oms.notifications.actions import MAILS, Written
from oms.notifications.pages import reader_in, write
from oms.privacy.erasure import queries as erasing
from oms.privacy.models import PrivacyRequest
from oms.privacy.personal import CertificateMailbox

# A backup of the keys lives for a week at most.
KEY_BACKUPS = timedelta(days=7)


@jobs.on("privacy.erased", role=Role.WORKER, patience=MAILS)
def send_certificate(message: Message) -> None:
    """Send the certificate, then destroy the key of the address; repeated, nothing is left to send to."""
    with reading() as session:
        found = session.get_one(PrivacyRequest, message.number("request"))
        unit = found.certificate_unit
        to = letters.addressee(session, CertificateMailbox, unit, purpose=Purpose.RIGHTS, job=Job.ANSWERS)
    if to is None:
        return
    runs.post(to.letter("certificate", found.number, _written(found), found.language))
    vault.destroy_unit(unit)


def _written(found: PrivacyRequest) -> Written:
    reader = reader_in(found.market, found.language)
    _ = reader.say
    told, gone = found.certificate or {}, found.settled_at or found.received_at
    day = reader.day(gone)
    return write(
        "certificate",
        _("We have deleted your data"),
        reader,
        number=found.number,
        url=f"{reader.home}/your-data/requests/{found.ref}",
        date=day,
        went=[
            (", ".join(reader.say(field.label) for field in fields), day)
            for fields, _count in (erasing.went(told) if told else [])
        ],
        stays=[
            (_(what), _(why), _("until %(day)s", day=reader.day(date.fromisoformat(until))))
            for what, why, until in told.get("stays", [])
        ],
        backups=_(
            "From %(day)s on, no backup of ours can bring it back.", day=reader.day(gone + KEY_BACKUPS)
        ),
    )
