"""Letting go of lapsed orders: never of one whose money came in the last moment."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from oms.kernel import clock, vault
from oms.kernel.db import Role, reading, transaction
from oms.orders import actions, queries, runs
from oms.orders.placing.actions import Placed
from tests import make
from tests.make import Shop

LATER = timedelta(hours=13)


@pytest.fixture
def lapsed(small: Shop) -> Placed:
    placed = make.order({small.clock: 2})
    with transaction() as session:
        assert actions.lapse(session, placed.order.id) is True
    return placed


def pay_late(placed: Placed) -> str:
    with transaction() as session:
        session.execute(make.captured(placed.payment.id, placed.payment.amount))
        return actions.confirm_payment(session, placed.order.id, placed.payment.id)


def forgotten(placed: Placed) -> bool:
    with reading() as session:
        return queries.get(session, placed.order.id).forgotten_at is not None


def test_an_order_that_was_taken_up_after_the_look_keeps_its_person(lapsed: Placed) -> None:
    with reading() as session:
        due = queries.lapsed_unforgotten(session, before=clock.now() + LATER)
    assert due == [(lapsed.order.id, lapsed.order.unit)]
    assert pay_late(lapsed) == "placed"
    with transaction() as session:
        assert actions.let_go(session, lapsed.order.id) is False
    assert runs.forget_lapsed(clock.now() + LATER) == 0
    assert set(vault.ends(lapsed.order.unit)) == {"order.contact", "order.delivery"}
    assert forgotten(lapsed) is False


def test_money_that_comes_while_the_person_goes_is_sent_back(lapsed: Placed) -> None:
    with transaction() as session:
        assert actions.let_go(session, lapsed.order.id) is True
    assert pay_late(lapsed) == "sent back: The payment came after the goods had gone."
    assert make.state_of(lapsed.order.number) == "lapsed"
    with reading(Role.MIGRATE) as session:
        assert session.scalar(text("SELECT sum(reserved + allocated) FROM stock_levels")) == 0


def test_a_forgetting_that_a_crash_cut_off_is_finished_by_the_next_run(lapsed: Placed) -> None:
    with transaction() as session:
        actions.let_go(session, lapsed.order.id)
    assert runs.forget_lapsed(clock.now() + LATER) == 1
    assert vault.ends(lapsed.order.unit) == {}
    assert forgotten(lapsed) is True
    assert runs.forget_lapsed(clock.now() + LATER) == 0
