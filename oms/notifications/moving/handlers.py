"""The mails about moving an order: to the old mailbox, which can stop it, and to the new one."""

from oms.kernel import jobs
from oms.kernel.db import Role, reading, transaction
from oms.kernel.outbox import Message
from oms.kernel.register import Job, Purpose
from oms.notifications import letters, runs
from oms.notifications.actions import MAILS, Letter, Written
from oms.notifications.gateway import UndeliverableError
from oms.notifications.pages import Reader, reader_in, secret, write
from oms.orders import queries as orders
from oms.privacy.moving import actions, queries
from oms.privacy.moving.models import MailboxMove
from oms.privacy.moving.personal import MoveClaim
from oms.privacy.moving.states import MailboxAnswer, MoveState


@jobs.on("move.begun", role=Role.WORKER, patience=MAILS)
def warn_old_mailbox(message: Message) -> None:
    """Tell the mailbox of the order who asks for what, with the link that stops it; note if it took it."""
    with reading() as session:
        move = session.get_one(MailboxMove, message.number("move"))
        letter = _warning(move)
    if letter is None:
        return
    try:
        runs.post(letter)
        answer = MailboxAnswer.TOOK
    except UndeliverableError:
        answer = MailboxAnswer.REFUSED
    with transaction() as session:
        actions.note_old_mailbox(session, move.id, answer)


def _warning(move: MailboxMove) -> Letter | None:
    if move.order_id is None or move.waits_until is None:
        return None
    with reading() as session:
        order = orders.get(session, move.order_id)
        reader = letters.reader_of(order)
        _ = reader.say
        token = queries.stop_token(move.unit, secret())
        sentences = [
            _("Somebody says that this mailbox is lost, and asks us to use another one for your order."),
            _("If it was you, do nothing: on %(day)s we go on.", day=reader.day(move.waits_until)),
            _("If it was not you, stop it here. Nothing of your order changes."),
        ]
        written = write(
            "move",
            _("Somebody wants another mailbox for your order %(number)s", number=order.number),
            reader,
            sentences=sentences,
            undo_url=f"{reader.home}/orders/locked-out/stop/{token}",
            url="",
        )
        return letters.letter(session, order, "move_warning", move.number, written)


@jobs.on("move.proven", role=Role.WORKER, patience=MAILS)
def acknowledge(message: Message) -> None:
    """Tell the new mailbox what happens now: the same words whether anything fits or not."""
    with reading() as session:
        move = session.get_one(MailboxMove, message.number("move"))
    reader = reader_in(move.market, move.language)
    _ = reader.say
    day = reader.day(move.waits_until or move.asked_at)
    sentences = [
        _("We have your request for another mailbox for an order."),
        _("If it fits, we write to the old mailbox, which can stop it until %(day)s.", day=day),
        _("Then somebody looks at it, and we write to you again."),
    ]
    _post(move, "begun", _written(reader, sentences))


@jobs.on("move.settled", role=Role.WORKER, patience=MAILS)
def tell_end(message: Message) -> None:
    """Tell the new mailbox how it ended; what did not fit, was stopped or refused is told in one way."""
    with reading() as session:
        move = session.get_one(MailboxMove, message.number("move"))
    reader = reader_in(move.market, move.language)
    _ = reader.say
    if move.state is MoveState.DONE:
        sentences = [_("Your order has this mailbox from now on. A code sent here opens it.")]
    else:
        sentences = [
            _("We could not do it: what was typed does not fit an order, or the old mailbox stopped it."),
            _("If it is your order, write to us."),
        ]
    _post(move, "ended", _written(reader, sentences))


def _written(reader: Reader, sentences: list[str]) -> Written:
    url = f"{reader.home}/orders"
    subject = reader.say("Another mailbox for your order")
    return write("move", subject, reader, sentences=sentences, undo_url="", url=url)


def _post(move: MailboxMove, which: str, written: Written) -> None:
    with reading() as session:
        to = letters.addressee(session, MoveClaim, move.unit, purpose=Purpose.SECURITY, job=Job.ANSWERS)
    if to is not None:
        runs.post(to.letter("move", f"{move.number}.{which}", written, move.language))
