"""Doing what was asked to many orders, order by order, each kept or refused alone."""

from oms.desk.changes.many import actions, queries
from oms.desk.changes.many.models import BulkWork
from oms.desk.changes.many.states import TurnState
from oms.kernel import clock
from oms.kernel.audit import Actor, ActorKind
from oms.kernel.db import reading, transaction
from oms.kernel.errors import CounterfoilError


def carry_out(work_id: int) -> None:
    """Give each order that waits its turn, in a transaction of its own; again, nothing is done twice."""
    with reading() as session:
        found = queries.work(session, work_id)
    for turn in found.turns:
        if turn.state is TurnState.WAITING:
            _take_turn(found, turn.position)
    with transaction() as session:
        ended = queries.work(session, work_id)
        ended.ended_at = ended.ended_at or clock.now()


def _take_turn(work: BulkWork, position: int) -> None:
    by = Actor(ActorKind(work.by_kind), work.by_id)
    try:
        with transaction() as session:
            turn = queries.locked_turn(session, work.id, position)
            if turn.state is TurnState.WAITING:
                actions.do_one(session, turn.number, work, by)
                turn.become(TurnState.DONE)
    except CounterfoilError as error:
        with transaction() as session:
            turn = queries.locked_turn(session, work.id, position)
            if turn.state is TurnState.WAITING:
                turn.become(TurnState.LEFT_OUT, error.message[:300])
