"""The mails about moving an order: to the old mailbox, which can stop it, and to the new one."""

from oms.kernel import jobs, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading, transaction
from oms.kernel.outbox import Message
from oms.kernel.register import Job, Purpose
from oms.notifications import letters, runs
from oms.notifications.actions import MAILS, Letter, Written
from oms.notifications.gateway import UndeliverableError
from oms.notifications.pages import Reader, write
from oms.orders import queries as orders
from oms.privacy.moving import actions, queries
from oms.privacy.moving.models import MailboxMove
from oms.privacy.moving.personal import MoveClaim
from oms.privacy.moving.states import MoveState
from oms.web.markets import Place

_settings: list[Settings] = []


def configure(settings: Settings) -> None:
    """Tell the mails the shop's own address, and by what their links are signed."""
    _settings[:] = [settings]


def _public_url() -> str:
    return _settings[0].public_url.rstrip("/") if _settings else ""


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
        word = "took it"
    except UndeliverableError:
        word = "refused it"
    with transaction() as session:
        actions.note_old_mailbox(session, move.id, word)


def _warning(move: MailboxMove) -> Letter | None:
    if move.order_id is None or move.waits_until is None:
        return None
    with reading() as session:
        order = orders.get(session, move.order_id)
        reader = letters.reader_of(order, _public_url())
        _ = reader.say
        token = queries.stop_token(move.unit, _settings[0].secret_key if _settings else "")
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
    reader = _reader(move)
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
    reader = _reader(move)
    _ = reader.say
    if move.state is MoveState.DONE:
        sentences = [_("Your order has this mailbox from now on. A code sent here opens it.")]
    else:
        sentences = [
            _("We could not do it: what was typed does not fit an order, or the old mailbox stopped it."),
            _("If it is your order, write to us."),
        ]
    _post(move, "ended", _written(reader, sentences))


def _reader(move: MailboxMove) -> Reader:
    return Reader(move.market, move.language, f"{_public_url()}{Place(move.market, move.language).prefix}")


def _written(reader: Reader, sentences: list[str]) -> Written:
    url = f"{reader.home}/orders"
    subject = reader.say("Another mailbox for your order")
    return write("move", subject, reader, sentences=sentences, undo_url="", url=url)


def _post(move: MailboxMove, which: str, written: Written) -> None:
    with reading() as session:
        by = SYSTEM.doing(Job.ANSWERS)
        kept = vault.open_record(session, MoveClaim, move.unit, purpose=Purpose.SECURITY, by=by)
        subject_id = vault.subject_of(session, move.unit)
    if kept is None or subject_id is None:
        return
    thing = f"{move.number}.{which}"
    runs.post(Letter("move", thing, move.unit, subject_id, kept, Purpose.SECURITY, written, move.language))
