"""Sending one text: a transaction, the service, a transaction."""

from oms.kernel.db import transaction
from oms.notifications.gateway import UndeliverableError
from oms.notifications.texting import actions, gateway
from oms.notifications.texting.actions import Begun, Text
from oms.notifications.texting.states import TextState


def post(text: Text) -> TextState:
    """Send a text unless it was sent already; return how far it has come.

    A number that the service refuses for good is dead: nothing is sent to it again. Raises UnavailableError
    when the service does not take it; the outbox tries again with the same key, which sends nothing twice.
    """
    with transaction() as session:
        begun = actions.begin(session, text)
    if not isinstance(begun, Begun):
        return begun
    state = TextState.SENT
    try:
        gateway.send(begun.phone, begun.words, begun.key)
    except UndeliverableError:
        state = TextState.FAILED
    with transaction() as session:
        actions.note(session, begun.row_id, state)
    return state
