"""Gates: a no waits for what is on the wire, not longer, and what comes after it sees it."""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from oms.kernel import gates
from oms.kernel.db import Role, reading, transaction
from oms.kernel.errors import UnavailableError
from tests.fakes import wait_until
from tests.privacy.mailroom import somebody_waits

ADA, BEN = ["order:A", "order:B"], ["order:C"]
_LIMIT = text("SELECT current_setting('idle_session_timeout')")
_OWN = text("SELECT pg_backend_pid()")
_MINE = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")


def shut(units: list[str], then: Callable[[Session], None] = lambda _session: None) -> None:
    with transaction() as session:
        gates.shut(session, units)
        then(session)


def begun(hands: ThreadPoolExecutor, units: list[str]) -> Future[None]:
    """Somebody who says no, and waits for it."""
    no = hands.submit(shut, units)
    wait_until(somebody_waits)
    assert not no.done()
    return no


def test_a_no_waits_for_what_is_being_handed_over_to_its_person_and_for_nobody_else(shop: None) -> None:
    with ThreadPoolExecutor() as hands:
        with gates.held_open(ADA):
            shut(BEN)
            no = begun(hands, ["order:B"])
        no.result(60)


def test_a_no_waits_for_a_letter_that_is_being_laid_into_the_inbox(shop: None) -> None:
    with ThreadPoolExecutor() as hands:
        with transaction() as session:
            gates.pass_through(session, ADA)
            no = begun(hands, ADA)
        no.result(60)


def test_whoever_hands_something_over_waits_for_a_no_that_is_being_written(shop: None) -> None:
    def send() -> None:
        with gates.held_open(ADA):
            pass

    with ThreadPoolExecutor() as hands:
        with transaction() as session:
            gates.shut(session, ADA)
            sent = hands.submit(send)
            wait_until(somebody_waits)
            assert not sent.done()
        sent.result(60)


def test_two_that_are_handed_over_at_once_do_not_wait_for_each_other(shop: None) -> None:
    with gates.held_open(ADA), gates.held_open(ADA):
        assert not somebody_waits()


def test_a_sender_that_dies_holds_nothing(shop: None) -> None:
    with gates.held_open(ADA) as session:
        number = session.scalar(_OWN)
        with reading(Role.MIGRATE) as chief:
            chief.execute(text("SELECT pg_terminate_backend(:number)"), {"number": number})
        shut(ADA)
    with gates.held_open(ADA):
        pass


def test_postgres_itself_ends_what_is_held_too_long_and_nothing_else(shop: None) -> None:
    with gates.held_open(ADA) as session:
        number = session.scalar(_OWN)
        assert session.scalar(_LIMIT) == f"{gates.HELD:g}s"
    limits = {}
    for _ in range(8):  # the pool gives its connections in turn
        with reading() as session:
            limits[session.scalar(_OWN)] = session.scalar(_LIMIT)
    assert number in limits
    assert set(limits.values()) == {"0"}


def test_a_no_is_written_even_where_its_gates_do_not_shut(
    shop: None, caplog: pytest.LogCaptureFixture
) -> None:
    with transaction() as other, transaction() as session, caplog.at_level(logging.WARNING):
        gates.shut(other, ADA)
        session.execute(text("SET LOCAL lock_timeout = '20ms'"))
        gates.shut(session, ADA)
        assert session.scalar(text("SELECT 1")) == 1
    assert [record.getMessage() for record in caplog.records if record.name == gates.__name__] == [
        "a no did not wait any longer for what is being sent"
    ]


def test_a_person_with_other_units_than_those_that_are_held_is_looked_at_again() -> None:
    gates.require_held(["order:A"], ADA)
    with pytest.raises(UnavailableError):
        gates.require_held(ADA, ["order:A"])


def test_any_number_of_units_takes_few_locks(shop: None) -> None:
    def count(session: Session) -> None:
        assert session.scalar(_MINE) == 1024

    shut([f"order:{number}" for number in range(20_000)], count)
