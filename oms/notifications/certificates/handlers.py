"""Telling that somebody was forgotten, and forgetting the address that it was told to."""

from datetime import date, timedelta

from oms.kernel import jobs, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading
from oms.kernel.outbox import Message
from oms.kernel.register import Job, Purpose
from oms.notifications import runs
from oms.notifications.actions import MAILS, Letter, Written
from oms.notifications.pages import Reader, write
from oms.privacy.erasure import queries as erasing
from oms.privacy.models import PrivacyRequest
from oms.privacy.personal import CertificateMailbox
from oms.web.markets import Place

# A backup of the keys lives for a week at most.
KEY_BACKUPS = timedelta(days=7)
_public_url: list[str] = [""]


def configure(settings: Settings) -> None:
    """Tell the mail the shop's own address."""
    _public_url[0] = settings.public_url.rstrip("/")


@jobs.on("privacy.erased", role=Role.WORKER, patience=MAILS)
def send_certificate(message: Message) -> None:
    """Send the certificate, then destroy the key of the address; repeated, nothing is left to send to."""
    with reading() as session:
        found = session.get_one(PrivacyRequest, message.number("request"))
        kept = vault.open_record(
            session,
            CertificateMailbox,
            found.certificate_unit,
            purpose=Purpose.RIGHTS,
            by=SYSTEM.doing(Job.ANSWERS),
        )
        subject_id = vault.subject_of(session, found.certificate_unit)
    if kept is None or subject_id is None:
        return
    written = _written(found)
    unit, purpose = found.certificate_unit, Purpose.RIGHTS
    runs.post(Letter("certificate", found.number, unit, subject_id, kept, purpose, written, found.language))
    vault.destroy_unit(unit)


def _written(found: PrivacyRequest) -> Written:
    home = f"{_public_url[0]}{Place(found.market, found.language).prefix}"
    reader = Reader(found.market, found.language, home)
    _ = reader.say
    told, gone = found.certificate or {}, found.settled_at or found.received_at
    day = reader.day(gone)
    return write(
        "certificate",
        _("We have deleted your data"),
        reader,
        number=found.number,
        url=f"{home}/your-data/requests/{found.ref}",
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
