"""Sending one mail: a transaction, the server, a transaction."""

from oms.kernel.db import transaction
from oms.notifications import actions, gateway
from oms.notifications.actions import Letter
from oms.notifications.gateway import Mail
from oms.notifications.inbox.runs import keep


def post(letter: Letter) -> bool:
    """Send a mail unless it was sent already; return whether it was sent now.

    Raises UnavailableError when the server does not take it; the outbox tries again. A crash between the
    server's yes and our row sends it a second time: that window SMTP leaves open to everybody. Both carry
    one Message-ID (RFC 5322, 3.6.4), by which servers and readers show one. Raises UndeliverableError when
    the server never will.

    An optional mail whose reader objected is stopped, also at its tenth attempt, and never sent afterwards.
    Whatever becomes of the mail, the letter lies in its reader's inbox before.
    """
    keep(letter)
    with transaction() as session:
        begun = actions.begin(session, letter)
    if begun is None:
        return False
    gateway.send(
        Mail(
            to=begun.payload.text("email"),
            subject=letter.written.subject,
            text=letter.written.text,
            html=letter.written.html,
            language=letter.language,
            message_id=f"{letter.topic}.{begun.key}",
            stop_url=letter.stop_url if letter.is_optional else "",
        )
    )
    with transaction() as session:
        actions.note_sent(session, begun.row_id)
    return True
