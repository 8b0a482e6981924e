"""The worker and the relay: two functions only, JSON only, and nothing waits for Valkey."""

import json
import os
import pickle
import signal
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from rq import Queue
from rq.job import Job
from sqlalchemy import text

from oms import cli, worker
from oms.kernel import jobs, outbox
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading, transaction
from oms.kernel.outbox import Message
from oms.worker import Relay, open_worker, speak_json_only
from storefront.app import create_store
from tests.fakes import wait_until


class _Exploit:
    """What a pickle in the queue could be: a program."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.trace}",)


@pytest.fixture
def done() -> Iterator[list[int]]:
    seen: list[int] = []

    def note(message: Message) -> None:
        seen.append(message.number("thing"))

    jobs.HANDLERS["test.note"] = jobs.Handler("test.note", "thing.made", Role.WORKER, note)
    yield seen
    del jobs.HANDLERS["test.note"]


@pytest.fixture
def valkey(shop: None, settings: Settings) -> Iterator[redis.Redis]:
    before = [signal.getsignal(s) for s in (signal.SIGTERM, signal.SIGINT)]
    connection = redis.Redis.from_url(settings.redis_url)
    connection.flushdb()
    speak_json_only()
    yield connection
    connection.flushdb()
    for number, handler in zip((signal.SIGTERM, signal.SIGINT), before, strict=True):
        signal.signal(number, handler)


def _say(thing: int) -> None:
    with transaction() as session:
        outbox.say(session, "thing.made", thing=thing)


def _work(url: str) -> None:
    open_worker(url).work(burst=True, logging_level="WARNING")


def test_the_relay_rings_and_the_worker_does_it_once(
    valkey: redis.Redis, settings: Settings, done: list[int]
) -> None:
    _say(7)
    relay = Relay(settings.redis_url)
    assert relay.tick() == 1
    assert relay.tick() == 1
    _work(settings.redis_url)
    assert done == [7]
    assert relay.tick() == 0


def test_what_valkey_forgets_is_rung_for_again(
    valkey: redis.Redis, settings: Settings, done: list[int]
) -> None:
    _say(7)
    relay = Relay(settings.redis_url)
    relay.tick()
    valkey.flushall()
    relay.tick()
    _work(settings.redis_url)
    assert done == [7]


def test_everything_on_the_wire_is_json_and_holds_nothing(
    valkey: redis.Redis, settings: Settings, done: list[int]
) -> None:
    _say(7)
    Relay(settings.redis_url).tick()
    keys = [key for key in valkey.scan_iter("rq:job:*") if valkey.type(key) == b"hash"]
    calls = [json.loads(zlib.decompress(valkey.hget(key, "data") or b"")) for key in keys]
    assert ["oms.kernel.jobs.deliver", None, [], {}] in calls
    assert all(call[0] in worker.ALLOWED for call in calls)
    for key in valkey.scan_iter():
        assert b"\x80\x04" not in (valkey.dump(key) or b"")
        assert b"\x80\x05" not in (valkey.dump(key) or b"")


def test_a_pickle_planted_in_the_queue_is_never_opened(
    valkey: redis.Redis, settings: Settings, tmp_path: Path
) -> None:
    trace = tmp_path / "opened"
    queue = Queue(jobs.QUEUE, connection=valkey, serializer=jobs.JSONSerializer)
    job = queue.enqueue_call(jobs.DELIVER)
    evil = zlib.compress(pickle.dumps(_Exploit(trace)))
    valkey.hset(job.key, "data", evil)
    _work(settings.redis_url)
    assert not trace.exists()
    assert not Job.exists(job.id, connection=valkey)


def test_the_command_does_what_is_due_here_and_now(shop: None, settings: Settings, done: list[int]) -> None:
    app = create_store(settings)
    cli.register(app, worker.outbox)
    run = app.test_cli_runner().invoke
    with transaction() as session:
        outbox.say(session, "thing.made", thing=7)
    assert run(args=["outbox", "drain"]).output == "1 effects done.\n"
    assert done == [7]
    assert run(args=["outbox", "drain", "--json"]).output == '{"done": 0}\n'


@pytest.mark.parametrize("name", ["os.system", "subprocess.call", "oms.kernel.jobs.drain", "oms.worker.main"])
def test_a_job_that_names_another_function_is_thrown_away(
    valkey: redis.Redis, settings: Settings, tmp_path: Path, name: str
) -> None:
    trace = tmp_path / "ran"
    queue = Queue(jobs.QUEUE, connection=valkey, serializer=jobs.JSONSerializer)
    job = queue.enqueue_call(name, args=[f"touch {trace}"])
    _work(settings.redis_url)
    assert not trace.exists()
    assert not Job.exists(job.id, connection=valkey)


def test_every_default_of_the_library_is_json() -> None:
    speak_json_only()
    for alias in (None, "pickle", "json"):
        assert worker.rq.serializers.resolve_serializer(alias) is jobs.JSONSerializer


def test_while_valkey_is_away_facts_wait_and_then_the_relay_does_them_itself(
    shop: None, tmp_path: Path, done: list[int]
) -> None:
    _say(7)
    moments = iter([0.0, 0.0, 20.0, 31.0])
    relay = Relay(f"unix://{tmp_path}/nobody.sock", now=lambda: next(moments))
    assert [relay.tick(), relay.tick(), done] == [0, 0, []]
    assert relay.tick() == 1
    assert done == [7]


def test_without_a_queue_at_all_the_relay_does_the_work(shop: None, done: list[int]) -> None:
    _say(7)
    assert Relay("").tick() == 1
    assert done == [7]


def test_a_queue_that_nobody_empties_does_not_grow_without_end(
    valkey: redis.Redis, settings: Settings, done: list[int]
) -> None:
    for thing in range(3):
        _say(thing)
    relay = Relay(settings.redis_url)
    for _ in range(jobs.MOST_RINGS + 50):
        relay.tick()
    assert relay.queue is not None
    assert relay.queue.count <= 1 + len(jobs.SCHEDULE)


def test_a_lease_that_an_orphan_lost_is_not_settled_by_it(
    valkey: redis.Redis, settings: Settings, done: list[int]
) -> None:
    _say(7)
    Relay(settings.redis_url).tick()
    with transaction(Role.WORKER) as session:
        orphan = outbox.claim(session)
        session.execute(text("UPDATE outbox_deliveries SET leased_until = now() - interval '1 second'"))
    assert orphan is not None
    _work(settings.redis_url)
    assert done == [7]
    with transaction(Role.WORKER) as session:
        assert outbox.settle(session, orphan) is False
    with reading() as session:
        assert session.scalar(text("SELECT fence FROM outbox_deliveries")) == 2


def test_a_worker_that_is_asked_to_end_while_it_signs_on_begins_nothing(
    valkey: redis.Redis, settings: Settings, done: list[int]
) -> None:
    _say(7)
    Relay(settings.redis_url).tick()
    asked = open_worker(settings.redis_url)
    asked.is_stopped = lambda: True
    assert asked.work(logging_level="WARNING", max_jobs=1) is False
    assert done == []


@pytest.mark.parametrize("arguments", [[], ["relay"]])
def test_worker_and_relay_end_soon_after_they_are_asked(
    valkey: redis.Redis, settings: Settings, arguments: list[str], tmp_path: Path
) -> None:
    told = tmp_path / "out"
    environ = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "KEYRING_URL": settings.keyring_url,
        "REDIS_URL": settings.redis_url,
        "STATE_DIR": str(tmp_path),
    }
    with told.open("w") as out:
        process = subprocess.Popen([sys.executable, "-m", "oms.worker", *arguments], env=environ, stdout=out)
    try:
        wait_until(lambda: "listening" in told.read_text() or "looking" in told.read_text(), patience=120)
        process.terminate()
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
