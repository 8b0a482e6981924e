"""Alerts of stock that runs low: one for each crossing, whoever looks how often."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from oms.insights import actions, handlers, queries
from oms.insights.actions import Rule
from oms.insights.models import ReplenishmentAlert
from oms.inventory import actions as stock
from oms.inventory.actions import Move
from oms.inventory.states import MovementKind
from oms.kernel import clock
from oms.kernel.audit import SYSTEM, AuditEntry
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError
from tests.make import Shop

RULE = Rule(lead_days=5, pack=12, reorder_at=10)


@pytest.fixture
def watched(small: Shop) -> Shop:
    """A shop whose clocks, of which there are 20, are ordered at 10."""
    with transaction() as session:
        actions.set_rule(session, small.clock, RULE, by=SYSTEM)
    return small


def move(small: Shop, units: int) -> None:
    """Take units away, or bring them in."""
    kind = MovementKind.ADJUSTMENT if units < 0 else MovementKind.RECEIPT
    with transaction() as session:
        stock.move(session, [Move(small.clock, small.leiden, kind, units)], by=SYSTEM)


def alerts() -> list[tuple[int, bool]]:
    """Each alert there ever was, the oldest first: what was there, and whether it is open."""
    with reading() as session:
        found = session.scalars(select(ReplenishmentAlert).order_by(ReplenishmentAlert.id)).all()
    return [(one.position, one.cleared_at is None) for one in found]


def test_each_crossing_raises_one_alert_however_often_somebody_looks(watched: Shop) -> None:
    handlers.find_what_to_reorder()
    assert alerts() == []
    move(watched, -10)
    for _ in range(3):
        handlers.find_what_to_reorder()
    assert alerts() == [(10, True)]
    move(watched, -4)
    handlers.find_what_to_reorder()
    assert alerts() == [(10, True)]
    move(watched, 5)
    for _ in range(2):
        handlers.find_what_to_reorder()
    assert alerts() == [(10, False)]
    move(watched, -1)
    handlers.find_what_to_reorder()
    assert alerts() == [(10, False), (10, True)]


def test_twelve_who_look_at_once_raise_one(watched: Shop) -> None:
    for crossing in range(1, 6):
        move(watched, -15)
        with ThreadPoolExecutor(12) as crowd:
            list(crowd.map(lambda _: handlers.find_what_to_reorder(), range(24)))
        assert len(alerts()) == crossing
        move(watched, 15)
        with ThreadPoolExecutor(12) as crowd:
            list(crowd.map(lambda _: handlers.find_what_to_reorder(), range(24)))
        assert alerts() == [(5, False)] * crossing


def test_whoever_looks_before_writing_instead_is_refused(watched: Shop) -> None:
    """Two who both saw no open alert: the second finds that the table holds one already."""
    seen = ReplenishmentAlert(variant_id=watched.clock, position=5, reorder_point=10)
    again = ReplenishmentAlert(variant_id=watched.clock, position=5, reorder_point=10)
    with transaction() as session:
        session.add(seen)
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(again)
    assert alerts() == [(5, True)]


def test_a_look_waits_for_the_look_before_it(watched: Shop) -> None:
    """Who looks by an old view could raise anew what the other has just cleared."""
    with transaction() as session, ThreadPoolExecutor(1) as other:
        actions.watch(session)
        waiting = other.submit(handlers.find_what_to_reorder)
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.5)
        session.rollback()
        waiting.result(timeout=10)


def test_stock_that_moves_while_many_look_raises_no_alert_without_a_crossing(watched: Shop) -> None:
    def stir(turn: int) -> None:
        if turn % 4 == 0:
            move(watched, -3 if turn % 8 else 3)
        handlers.find_what_to_reorder()

    with ThreadPoolExecutor(8) as crowd:
        list(crowd.map(stir, range(48)))
    assert alerts() == []


def test_a_look_that_crashes_leaves_nothing_and_the_next_raises_it(watched: Shop) -> None:
    move(watched, -12)
    with pytest.raises(RuntimeError), transaction() as session:
        assert actions.watch(session) == 1
        raise RuntimeError
    assert alerts() == []
    handlers.find_what_to_reorder()
    assert alerts() == [(8, True)]


def test_what_sold_out_is_told_at_once(watched: Shop) -> None:
    move(watched, -20)
    handlers.look_again(handlers.Message(1, "stock.crossed_zero", {"variant": watched.clock}))
    assert alerts() == [(0, True)]


def test_what_was_ordered_counts_until_its_day_and_what_came_is_taken_off(watched: Shop) -> None:
    move(watched, -12)
    handlers.find_what_to_reorder()
    with transaction() as session:
        actions.note_ordered(session, watched.clock, 12, clock.today() + timedelta(days=5), by=SYSTEM)
    assert alerts() == [(8, False)]
    move(watched, 5)
    with reading() as session:
        found = queries.stand_of(session, "RETRO-CLOCK")
    assert found is not None
    assert (found.free, found.way, found.quantity) == (13, 7, 0)
    move(watched, -4)
    with clock.held_at(clock.now() + timedelta(days=6)):
        handlers.find_what_to_reorder()
    assert alerts() == [(8, False), (9, True)]


def test_goods_cannot_be_ordered_for_a_day_that_has_passed(watched: Shop) -> None:
    for day in (None, clock.today() - timedelta(days=1)):
        with pytest.raises(BadInputError), transaction() as session:
            actions.note_ordered(session, watched.clock, 12, day, by=SYSTEM)
    with transaction() as session:
        actions.note_ordered(session, watched.clock, 0, None, by=SYSTEM)
    with reading() as session:
        deeds = session.scalars(select(AuditEntry.verb).order_by(AuditEntry.id)).all()
    assert deeds[-2:] == ["stock.rule", "stock.ordered"]


def test_what_nobody_wants_to_watch_has_no_alert(watched: Shop) -> None:
    move(watched, -15)
    handlers.find_what_to_reorder()
    with transaction() as session:
        actions.set_rule(session, watched.clock, Rule(reorder_at=10, is_watched=False), by=SYSTEM)
    assert alerts() == [(5, False)]
    handlers.find_what_to_reorder()
    assert alerts() == [(5, False)]


def test_whole_packs_are_suggested_up_to_what_lasts(watched: Shop) -> None:
    move(watched, -16)
    handlers.find_what_to_reorder()
    with reading() as session:
        [found] = queries.to_order(session)
    assert (found.sku, found.free, found.quantity) == ("RETRO-CLOCK", 4, 12)
    assert found.alert is not None
