"""Sending one text: a transaction, the service, a transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from oms.kernel import gates
from oms.kernel.db import transaction
from oms.kernel.gates import UnwantedError
from oms.notifications.gateway import UndeliverableError
from oms.notifications.texting import actions, gateway
from oms.notifications.texting.actions import Begun, Text
from oms.notifications.texting.states import TextState


def post(text: Text) -> TextState:
    """Send a text unless it was sent already; return how far it has come.

    A number that the service refuses for good is dead: nothing is sent to it again. The last look is when the
    service is reached and before it is told anything; a no that comes later commits after that. Raises
    UnavailableError when it does not take it; the outbox tries again with the same key, which sends nothing
    twice.
    """
    with transaction() as session:
        begun = actions.begin(session, text)
    if not isinstance(begun, Begun):
        return begun
    state = TextState.SENT
    try:
        gateway.send(begun.phone, begun.words, begun.key, gate=partial(_wanted, text, begun))
    except UndeliverableError:
        state = TextState.FAILED
    except UnwantedError:
        state = TextState.STOPPED
    with transaction() as session:
        actions.note(session, begun.row_id, state)
    return state


@contextmanager
def _wanted(text: Text, begun: Begun) -> Iterator[None]:
    """Hold back a reader's no while a text is handed over. Raises UnwantedError where one came before."""
    with gates.held_open(begun.gates) as session:
        if not actions.look(session, text, begun.gates):
            raise UnwantedError
        yield
