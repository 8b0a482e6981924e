"""Which facts are told by mail: transactional only, once each."""

from dataclasses import replace

from oms.buyers import queries as buyers
from oms.buyers.personal import FormerMailbox, MailboxCode
from oms.buyers.states import CodePurpose
from oms.kernel import clock, jobs
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading
from oms.kernel.money import Money
from oms.kernel.outbox import Message
from oms.kernel.register import Job, Purpose
from oms.notifications import gateway, letters, pages, runs
from oms.notifications.actions import CODES, MAILS, Letter
from oms.notifications.pages import Reader, reader_in, write
from oms.orders import queries as orders
from oms.payments.models import Refund


def configure(settings: Settings) -> None:
    """Tell the mails the shop's address, and the gateway its server."""
    pages.configure(settings)
    gateway.configure(settings)


@jobs.on("order.placed", role=Role.WORKER, patience=MAILS)
def confirm_order(message: Message) -> None:
    """Tell that the order is placed."""
    with reading() as session:
        order = orders.get(session, message.number("order"))
        reader = letters.reader_of(order)
        written = letters.confirmation(session, order, reader)
        letter = letters.letter(session, order, "confirmation", order.number, written)
    _post(letter)


@jobs.on("order.delivered", role=Role.WORKER, patience=MAILS)
def tell_delivered(message: Message) -> None:
    """Tell that everything has arrived, and from now on with certainty when what goes."""
    with reading() as session:
        order = orders.get(session, message.number("order"))
        reader = letters.reader_of(order)
        _ = reader.say
        end = reader.day(order.returns_end_at or clock.now())
        stop_url = letters.stop_url(order.unit, "delivered", reader)
        written = write(
            "delivered",
            _("Your order %(number)s has arrived", number=order.number),
            reader,
            order=letters.shown(order, reader),
            returns=_("You can send things back until %(day)s.", day=end),
            dates=letters.dates(order, reader),
            stop_url=stop_url,
        )
        letter = letters.letter(session, order, "delivered", order.number, written)
    _post(replace(letter, stop_url=stop_url) if letter else None)


@jobs.on("order.cancelled", role=Role.WORKER, patience=MAILS)
def tell_cancelled(message: Message) -> None:
    """Tell that the order is cancelled, and that what was paid goes back."""
    with reading() as session:
        order = orders.get(session, message.number("order"))
        reader = letters.reader_of(order)
        _ = reader.say
        last = next((e for e in reversed(orders.history(session, order.id)) if e.what == "cancelled"), None)
        written = write(
            "cancellation",
            _("Your order %(number)s is cancelled", number=order.number),
            reader,
            order=letters.shown(order, reader),
            by_us=last is not None and last.by_kind in {"staff", "system"},
            why="",
            refund=_("What you paid goes back the way it came."),
            dates=letters.dates(order, reader),
        )
        letter = letters.letter(session, order, "cancellation", order.number, written)
    _post(letter)


@jobs.on("refund.succeeded", role=Role.WORKER, patience=MAILS)
def tell_refunded(message: Message) -> None:
    """Tell that money is on its way back."""
    with reading() as session:
        refund = session.get_one(Refund, message.number("refund"))
        order = orders.get(session, refund.order_id)
        reader = letters.reader_of(order)
        _ = reader.say
        amount = reader.money(Money(refund.amount, refund.currency))
        written = write(
            "refund",
            _("%(amount)s comes back to you", amount=amount),
            reader,
            order=letters.shown(order, reader),
            amount=amount,
            why=_(refund.reason) if refund.reason else "",
            lines=[],
            arrives=_("Banks take up to ten days."),
        )
        letter = letters.letter(session, order, "refund", str(refund.id), written)
    _post(letter)


@jobs.on("mailbox.code_asked", role=Role.WORKER, patience=CODES)
def send_code(message: Message) -> None:
    """Send a one-time code to the mailbox that it is to prove."""
    with reading() as session:
        found = buyers.code_to_send(session, message.number("challenge"))
        if found is None:
            return
        reader = reader_in(found.market, found.language)
        _ = reader.say
        minutes = max(1, round((found.expires_at - clock.now()).total_seconds() / 60))
        written = write(
            "code",
            _("Your code"),
            reader,
            code=found.code,
            opens=_opens(reader, found.purpose),
            minutes=_("It works for %(minutes)s minutes.", minutes=str(minutes)),
        )
        to = letters.addressee(session, MailboxCode, found.unit, purpose=Purpose.SECURITY, job=Job.CODES)
    _post(to.letter("code", found.unit, written, found.language) if to else None)


@jobs.on("account.mailbox_changed", role=Role.WORKER, patience=MAILS)
def tell_former_mailbox(message: Message) -> None:
    """Tell the former mailbox of an account that it was replaced; this is the last that it hears."""
    unit = message.word("notice")
    with reading() as session:
        to = letters.addressee(session, FormerMailbox, unit, purpose=Purpose.SECURITY, job=Job.CODES)
        buyer = buyers.buyer(session, message.number("buyer"))
    if to is None or buyer is None:
        return
    reader = reader_in(buyer.market, buyer.language)
    _ = reader.say
    subject = _("The address of your account was changed")
    written = write("email_changed", subject, reader, when=reader.day(clock.now()), undo_url="")
    _post(to.letter("email_changed", unit, written, buyer.language))


def _opens(reader: Reader, purpose: CodePurpose) -> str:
    _ = reader.say
    sentences = {
        CodePurpose.SIGN_IN: _("It signs you in."),
        CodePurpose.ORDER: _("It opens your order."),
        CodePurpose.YOUR_DATA: _("It opens what we know about you."),
        CodePurpose.ERASE: _("It lets you delete what we know about you."),
        CodePurpose.OLD_MAILBOX: _("It lets you change the address of your account."),
        CodePurpose.NEW_MAILBOX: _("It makes this the address of your account."),
        CodePurpose.MOVE: _("It proves the new mailbox of your order."),
        CodePurpose.GUARDIAN: _("It lets you answer for a child."),
    }
    return sentences[purpose]


def _post(letter: Letter | None) -> None:
    if letter is not None:
        runs.post(letter)
