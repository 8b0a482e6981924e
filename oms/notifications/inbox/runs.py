"""Keeping a letter for its reader before any mail server is asked: a key, then a transaction."""

from oms.kernel import clock, vault
from oms.kernel.db import reading, transaction
from oms.kernel.register import Event
from oms.notifications.actions import Letter
from oms.notifications.inbox import actions, queries
from oms.notifications.inbox.personal import KINDS_OF
from oms.notifications.inbox.states import KEPT
from oms.orders import queries as orders


def keep(letter: Letter) -> bool:
    """Lay a letter into the inbox of its order or account, once; return whether it was laid there now.

    It lies there whatever becomes of the mail. A letter that lets somebody in lies in no inbox.
    """
    sort, _colon, number = letter.unit.partition(":")
    if letter.topic not in KEPT or sort not in KINDS_OF:
        return False
    with reading() as session:
        if queries.is_kept(session, letter.unit, letter.topic, letter.thing):
            return False
    keys = vault.prepare(letter.subject_id, letter.unit, KINDS_OF[sort])
    with reading() as session:
        order = orders.by_number(session, number) if sort == "order" else None
    if order is not None and order.returns_end_at is not None:
        # The clock of its kind ran before this key was made.
        if order.returns_end_at <= clock.now():
            return False
        vault.start_clock(letter.unit, Event.RETURN_WINDOW_ENDED, order.returns_end_at)
    with transaction() as session:
        return actions.lay(session, letter, keys)
