"""Acknowledging a withdrawal at once, with its content and the moment it was made, on what can be kept."""

from oms.kernel import jobs
from oms.kernel.db import Role, reading, transaction
from oms.kernel.outbox import Message
from oms.kernel.register import Job, Purpose
from oms.notifications import letters, runs
from oms.notifications.actions import MAILS, Written
from oms.notifications.pages import Reader, write
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.returns import actions as returns
from oms.returns import queries
from oms.returns.models import Withdrawal
from oms.returns.personal import WithdrawalStatement
from oms.returns.queries import Right
from oms.returns.states import Exclusion, WithdrawalState


@jobs.on("order.withdrawn", role=Role.WORKER, patience=MAILS)
def acknowledge(message: Message) -> None:
    """Send the acknowledgment to the mailbox that the statement names, and note when it was taken."""
    number = message.number("withdrawal")
    with reading() as session:
        found = session.get_one(Withdrawal, number)
        order = orders.get(session, found.order_id)
        letters.wait_for_lock("withdrawal", WithdrawalStatement, order.unit)
        to = letters.addressee(
            session, WithdrawalStatement, order.unit, purpose=Purpose.ORDER_MESSAGES, job=Job.LETTERS
        )
        covered = queries.covered(session, order)
    if to is None:
        return
    written = _written(found, order, to.record, covered)
    runs.post(to.letter("withdrawal", order.number, written, order.language))
    with transaction() as session:
        returns.note_acknowledged(session, number)


def _written(found: Withdrawal, order: Order, stated: WithdrawalStatement, covered: Right) -> Written:
    reader = letters.reader_of(order)
    _ = reader.say
    rows = [
        (_("Name"), stated.name),
        (_("Contract"), _("Order %(number)s", number=order.number)),
        (_("Acknowledgment to"), stated.email),
    ]
    return write(
        "withdrawal",
        _("Your withdrawal from order %(number)s", number=order.number),
        reader,
        order=letters.shown(order, reader),
        declared=reader.moment(found.declared_at),
        stated=rows,
        goods=[f"{line.title} × {line.quantity}" for line in covered.goods],
        excluded=[f"{line.title}: {_reason(reader, why)}" for line, why in covered.excluded],
        then=_then(found, reader),
    )


def _then(found: Withdrawal, reader: Reader) -> list[str]:
    _ = reader.say
    if found.state is WithdrawalState.SETTLED:
        return [_("Nothing had left the house: the order is cancelled, and what you paid goes back now.")]
    back = _(
        "What you paid, cheapest delivery included, goes back by %(day)s, the way it came.",
        day=reader.day(found.refund_by),
    )
    return [_("What has arrived, you send back within 14 days."), back]


def _reason(reader: Reader, why: Exclusion) -> str:
    _ = reader.say
    words = {
        Exclusion.CUSTOM_MADE: _("made for you"),
        Exclusion.PERISHABLE: _("does not keep"),
        Exclusion.SEALED: _("sealed for hygiene, and opened"),
        Exclusion.DIGITAL: _("a download that began with your consent"),
    }
    return words[why]
