"""Telling recipients that have a way: outside any transaction, repeated until they answer."""

from datetime import timedelta

from oms.kernel import jobs
from oms.kernel.db import Role, reading, transaction
from oms.kernel.errors import UnavailableError
from oms.kernel.outbox import Message, Patience
from oms.privacy.models import Telling
from oms.privacy.telling import actions, queries
from oms.shipping import gateway
from oms.shipping.carriers.wire import LabelRefusedError

# GDPR, articles 19 and 12(3): without undue delay; after two weeks somebody at the desk has to look.
TWO_WEEKS = Patience(timedelta(days=14))


@jobs.on("privacy.tell", role=Role.WORKER, patience=TWO_WEEKS)
def tell_recipient(message: Message) -> None:
    """Have a recipient forget what it knows by our references; who has no way is told by hand.

    A crash at any line repeats it: a recipient gives the same answer to the same reference again.
    """
    request_id, name = message.number("request"), message.word("recipient").replace("_", " ")
    with reading() as session:
        row = session.get(Telling, (request_id, name))
    if row is None or row.acknowledged_at is not None or not queries.has_way(row):
        return
    answers = [_forgotten(*ref.split(":", 1)) for ref in row.refs]
    with transaction() as session:
        actions.note_answer(session, request_id, name, answers)


def _forgotten(carrier: str, reference: str) -> str:
    try:
        return gateway.forget(carrier, reference)
    except LabelRefusedError as error:
        # A parcel that its carrier still moves is forgotten when it has arrived there too.
        raise UnavailableError("The carrier does not let go of it yet.") from error
