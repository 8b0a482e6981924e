"""Effects after commit: said once, done once, and never lost with a worker or a queue."""

import json
import zlib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from rq import Queue
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from oms.kernel import jobs, outbox
from oms.kernel.config import Settings
from oms.kernel.db import Role, current_role, keyring_transaction, reading, transaction
from oms.kernel.outbox import Message


@pytest.fixture
def done(shop: None) -> list[str]:
    """Give a handler that notes what it was told."""
    seen: list[str] = []

    def note(message: Message) -> None:
        if message.payload.get("poison"):
            raise RuntimeError("poison")
        seen.append(f"{message.topic}:{message.number('thing')}:{current_role()}")

    jobs.HANDLERS["test.note"] = jobs.Handler("test.note", "thing.made", Role.BLIND, note)
    yield seen
    del jobs.HANDLERS["test.note"]


def say(**ids: outbox.Id) -> None:
    with transaction() as session:
        outbox.say(session, "thing.made", **ids)


def states() -> list[str]:
    with reading() as session:
        return list(session.scalars(text("SELECT state FROM outbox_deliveries ORDER BY message_id")))


def test_what_is_said_is_done_once_under_the_declared_role(done: list[str]) -> None:
    say(thing=7)
    assert jobs.drain() == 1
    assert jobs.drain() == 0
    assert done == ["thing.made:7:blind"]
    assert states() == ["done"]


def test_what_is_said_in_a_transaction_that_fails_was_never_said(done: list[str]) -> None:
    with pytest.raises(ZeroDivisionError), transaction() as session:
        outbox.say(session, "thing.made", thing=7)
        1 / 0  # noqa: B018
    assert jobs.drain() == 0
    assert done == []


@pytest.mark.parametrize("value", ["ada@example.org", "two words", "", True, "x" * 81])
def test_a_message_refuses_anything_that_is_not_an_id(shop: None, value: outbox.Id) -> None:
    with pytest.raises(ValueError, match="not an id"):
        say(thing=value)
    with reading() as session:
        assert session.scalar(text("SELECT count(*) FROM outbox_messages")) == 0


def test_a_poison_message_waits_longer_each_time_and_dies_at_last(done: list[str]) -> None:
    say(thing=1, poison=1)
    say(thing=2)
    assert jobs.drain() == 1
    for attempt in range(1, outbox.MOST_ATTEMPTS):
        with transaction(Role.MIGRATE) as session:
            wait = session.scalar(
                text(
                    "SELECT extract(epoch FROM due_at - now()) FROM outbox_deliveries WHERE state = 'waiting'"
                )
            )
            assert wait == pytest.approx(min(2**attempt, 600), abs=1.5)
            session.execute(text("UPDATE outbox_deliveries SET due_at = now() WHERE state = 'waiting'"))
        jobs.drain()
    assert states() == ["dead", "done"]
    assert done == ["thing.made:2:blind"]
    with reading() as session:
        corpse = outbox.dead(session)[0]
    assert (corpse.attempts, corpse.error) == (8, "RuntimeError")
    with transaction() as session:
        assert outbox.retry(session, [(corpse.message_id, corpse.handler)]) == 1
    assert states() == ["waiting", "done"]


def test_a_lease_is_one_workers_until_it_runs_out_and_then_fences_the_first_out(done: list[str]) -> None:
    say(thing=7)
    with transaction() as session:
        outbox.fan_out(session, jobs.handlers_by_topic())
    with transaction() as session:
        first = outbox.claim(session)
    with transaction() as session:
        assert outbox.claim(session) is None
        session.execute(text("UPDATE outbox_deliveries SET leased_until = now() - interval '1 second'"))
    with transaction() as session:
        second = outbox.claim(session)
    assert first is not None
    assert second is not None
    with transaction() as session:
        assert outbox.settle(session, first) is False
        assert outbox.settle(session, second) is True
    assert states() == ["done"]


def test_messages_of_an_emptied_queue_are_rung_for_again(done: list[str], running_queue: Queue) -> None:
    say(thing=7)
    assert jobs.relay_once(running_queue) == 1
    running_queue.empty()
    assert jobs.relay_once(running_queue) == 1
    assert jobs.deliver() == 1
    assert jobs.relay_once(running_queue) == 0


def test_nothing_on_the_wire_is_a_pickle(done: list[str], running_queue: Queue) -> None:
    say(thing=7)
    jobs.relay_once(running_queue)
    keys = [f"rq:job:{name}" for name in running_queue.job_ids]
    sent = [json.loads(zlib.decompress(running_queue.connection.hget(key, "data"))) for key in keys]
    assert [call[2] for call in sent if call[0] == jobs.DELIVER] == [[]]
    assert {call[0] for call in sent} <= {jobs.DELIVER, jobs.RUN_SCHEDULED}


def test_a_worker_that_is_away_finds_as_many_rings_as_there_is_work(
    done: list[str], running_queue: Queue
) -> None:
    for thing in range(jobs.BATCH + 1):
        say(thing=thing)
    for _ in range(20):
        assert jobs.relay_once(running_queue) == jobs.BATCH + 1
    names = [job.func_name for job in running_queue.jobs]
    assert Counter(names) == {jobs.DELIVER: 2, jobs.RUN_SCHEDULED: len(jobs.SCHEDULE)}
    assert [jobs.deliver(), jobs.deliver(), jobs.deliver()] == [jobs.BATCH, 1, 0]


def test_many_workers_at_once_do_each_thing_once(done: list[str]) -> None:
    for thing in range(120):
        say(thing=thing)
    with transaction(Role.WORKER) as session:
        outbox.fan_out(session, jobs.handlers_by_topic())
    with ThreadPoolExecutor(4) as workers:
        counts = list(workers.map(lambda _: jobs.deliver(), range(4)))
    assert sum(counts) == 120
    assert sorted(done) == sorted(f"thing.made:{thing}:blind" for thing in range(120))


@pytest.fixture
def running_queue(settings: Settings) -> Iterator[Queue]:
    queue = jobs.open_queue(settings.redis_url)
    queue.empty()
    yield queue
    queue.connection.flushdb()


def test_a_scheduled_job_runs_once_in_its_interval(shop: None) -> None:
    ran: list[str] = []
    jobs.SCHEDULE["test.tick"] = jobs.Scheduled(
        "test.tick", timedelta(hours=1), Role.WORKER, lambda: ran.append("x")
    )
    try:
        assert [jobs.run_scheduled("test.tick") for _ in range(3)] == [True, False, False]
    finally:
        del jobs.SCHEDULE["test.tick"]
    assert ran == ["x"]


def test_a_scheduled_job_that_eight_start_at_once_runs_once(shop: None) -> None:
    ran: list[str] = []
    together = Barrier(8)

    def start(_: int) -> bool:
        together.wait(30)
        return jobs.run_scheduled("test.tick")

    jobs.SCHEDULE["test.tick"] = jobs.Scheduled(
        "test.tick", timedelta(hours=1), Role.WORKER, lambda: ran.append("x")
    )
    try:
        with ThreadPoolExecutor(8) as crowd:
            assert sorted(crowd.map(start, range(8))) == [False] * 7 + [True]
    finally:
        del jobs.SCHEDULE["test.tick"]
    assert ran == ["x"]


def test_a_job_whose_lock_another_process_holds_does_not_run(shop: None) -> None:
    ran: list[str] = []
    jobs.SCHEDULE["test.tick"] = jobs.Scheduled(
        "test.tick", timedelta(hours=1), Role.WORKER, lambda: ran.append("x")
    )
    held = text("SELECT pg_advisory_xact_lock(hashtext('schedule:test.tick'))")
    try:
        with ThreadPoolExecutor(1) as other, transaction() as session:
            session.execute(held)
            assert other.submit(jobs.run_scheduled, "test.tick").result(30) is False
        assert ran == []
        assert jobs.run_scheduled("test.tick") is True
    finally:
        del jobs.SCHEDULE["test.tick"]


@pytest.mark.parametrize("role", [Role.WEB, Role.WORKER, Role.MIGRATE])
def test_an_error_of_the_database_does_not_tell_the_values_it_was_given(shop: None, role: Role) -> None:
    statement = text("SELECT 1 / length(CAST(:told AS text)) - 1 / 0")
    with pytest.raises(DBAPIError) as failed, transaction(role) as session:
        session.execute(statement, {"told": "canary@shop.test"})
    assert "division by zero" in str(failed.value)
    assert "canary" not in str(failed.value) + repr(failed.value)
    with pytest.raises(DBAPIError) as failed, keyring_transaction() as session:
        session.execute(statement, {"told": "canary@shop.test"})
    assert "canary" not in str(failed.value) + repr(failed.value)
