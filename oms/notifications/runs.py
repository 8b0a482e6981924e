"""Sending one mail: a transaction, the server, a transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from oms.kernel import gates
from oms.kernel.db import transaction
from oms.kernel.gates import UnwantedError
from oms.notifications import actions, gateway
from oms.notifications.actions import Begun, Letter
from oms.notifications.gateway import Mail
from oms.notifications.inbox.runs import keep
from oms.privacy.states import Channel


def post(letter: Letter) -> bool:
    """Send a mail unless it was sent already; return whether it was sent now.

    Raises UnavailableError when the server does not take it; the outbox tries again. A crash between the
    server's yes and our row sends it a second time: that window SMTP leaves open to everybody. Both carry
    one Message-ID (RFC 5322, 3.6.4), by which servers and readers show one. Raises UndeliverableError when
    the server never will.

    An optional mail whose reader objected is stopped, also at its tenth attempt and in the middle of it: the
    last look is after the server took the receiver and before it is given a word of the mail, and a no that
    comes later commits after the server's answer (`oms.kernel.gates`).
    Whatever becomes of the mail, the letter lies in its reader's inbox before.
    """
    keep(letter)
    with transaction() as session:
        begun = actions.begin(session, letter)
    if begun is None:
        return False
    gate = partial(_wanted, letter, begun) if letter.is_optional else None
    try:
        gateway.send(_mail(letter, begun), gate=gate)
    except UnwantedError:
        with transaction() as session:
            actions.note_stopped(session, begun.row_id)
        return False
    with transaction() as session:
        actions.note_sent(session, begun.row_id)
    return True


def _mail(letter: Letter, begun: Begun) -> Mail:
    return Mail(
        to=begun.payload.text("email"),
        subject=letter.written.subject,
        text=letter.written.text,
        html=letter.written.html,
        language=letter.language,
        message_id=f"{letter.topic}.{begun.key}",
        stop_url=letter.stop_url if letter.is_optional else "",
    )


@contextmanager
def _wanted(letter: Letter, begun: Begun) -> Iterator[None]:
    """Hold back a reader's no while a mail is handed over. Raises UnwantedError where one came before."""
    with gates.held_open(begun.gates) as session:
        if not actions.look(session, letter, Channel.MAIL, begun.gates):
            raise UnwantedError
        yield
