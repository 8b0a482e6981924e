"""The mail about an unusual sign-in: to the account's mailbox, or to that of a member of staff."""

from datetime import timedelta
from typing import Any

from babel import Locale

from oms.buyers import queries as buyers
from oms.buyers.personal import AccountContact
from oms.kernel import jobs
from oms.kernel.db import Role, reading
from oms.kernel.i18n import locale_of
from oms.kernel.outbox import Message, Patience
from oms.kernel.register import Job, Purpose
from oms.notifications import letters, runs
from oms.notifications.actions import Written
from oms.notifications.pages import Reader, reader_in, secret, write
from oms.signins.models import SignIn
from oms.signins.queries import word_of
from oms.signins.states import REASONS, WAYS, Reason
from oms.staff.personal import StaffContact

# Tried often at first: who hears of it tomorrow hears of it too late.
_SOON = Patience(timedelta(days=3), timedelta(minutes=1))


@jobs.on("sign_in.unusual", role=Role.WORKER, patience=_SOON)
def tell(message: Message) -> None:
    """Tell when, with which browser, from which country, and why we ask; with the link to answer by."""
    with reading() as session:
        found = session.get(SignIn, message.number("sign_in"))
        if found is None:
            return
        sort, _colon, number = found.person.partition(":")
        buyer = buyers.buyer(session, int(number)) if sort == "buyer" else None
        reader = reader_in(buyer.market, buyer.language) if buyer else reader_in("eu", "en")
        kind: type[Any] = AccountContact if sort == "buyer" else StaffContact
        unit = f"account:{number}" if sort == "buyer" else f"staff:{number}"
        to = letters.addressee(session, kind, unit, purpose=Purpose.SECURITY, job=Job.CODES)
    if to is not None:
        written = _written(found, reader)
        runs.post(to.letter("sign_in", str(found.id), written, reader.language))


def _written(found: SignIn, reader: Reader) -> Written:
    _ = reader.say
    names = Locale.parse(locale_of(reader.language, reader.market)).territories
    country = names.get(found.country, found.country) or _("a place without a country")
    facts = [
        (_("When"), reader.moment(found.at)),
        (_("How"), _(WAYS[found.how])),
        (_("Browser"), found.agent),
        (_("Country"), str(country)),
    ]
    return write(
        "sign_in",
        _("Was it you who signed in?"),
        reader,
        sentences=[
            _("Somebody signed in to your account, or has the right password for it."),
            *(_(REASONS[Reason(reason)]) for reason in found.reasons),
        ],
        facts=facts,
        url=f"{reader.home}/account/not-me/{word_of(found.id, secret())}",
    )
