"""Jobs: who reacts to which fact, what runs by the clock, and the doorbell that RQ is."""

import logging
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

import redis
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from oms.kernel import outbox
from oms.kernel.db import Base, Role, acting_as, standing_alone, transaction
from oms.kernel.errors import HeldError, PassingError, PermanentError, UnavailableError
from oms.kernel.outbox import Lease, Message, Patience
from oms.kernel.register import columns, declare_place

QUEUE = "counterfoil"
# The two functions that a queue may name; the second is told the name of a job.
DELIVER = "oms.kernel.jobs.deliver"
RUN_SCHEDULED = "oms.kernel.jobs.run_scheduled"
BATCH = 50
_TURN = 30.0
# Of BATCH deliveries each; more rings would not be opened sooner: what is due stays due in Postgres.
MOST_RINGS = 8
ATTEMPTS_IN_DRAIN = 1000
_PATIENCE = Patience()
# What waits for the merchant is not given up before everybody else has.
_AS_LONG_AS_IT_TAKES = Patience(horizon=timedelta(days=3650))

# What a relay or worker may meet when a store is away; it waits and tries again.
STORE_IS_AWAY = (redis.RedisError, SQLAlchemyError, OSError)
# What a handler may meet when somebody is away; anything else is a fault of ours, which no waiting heals.
_SOMEBODY_IS_AWAY = (UnavailableError, OperationalError, redis.ConnectionError, ConnectionError, TimeoutError)

log = logging.getLogger(__name__)

declare_place(
    "queue counterfoil",
    holds="names of jobs, as JSON",
    personal=False,
    purpose="doorbell for the worker",
    life="until the job is done",
)


@dataclass(frozen=True, slots=True)
class Handler:
    """A reaction: its name, the fact it waits for, the database role it runs under, how long it is tried."""

    name: str
    topic: str
    role: Role
    run: Callable[[Message], None]
    patience: Patience = _PATIENCE


@dataclass(frozen=True, slots=True)
class Scheduled:
    """Something done by the clock, by one process at a time."""

    name: str
    every: timedelta
    role: Role
    run: Callable[[], None]


class ScheduleRun(Base):
    """When a scheduled job last began and last ended well."""

    __tablename__ = "schedule_runs"
    __columns__: ClassVar = columns("name begun_at ended_at error")

    name: Mapped[str] = mapped_column(primary_key=True)
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(server_default="")


HANDLERS: dict[str, Handler] = {}
SCHEDULE: dict[str, Scheduled] = {}


def on(
    topic: str, *, role: Role, patience: Patience = _PATIENCE
) -> Callable[[Callable[[Message], None]], Callable[[Message], None]]:
    """Make a function the reaction to a fact; it must be idempotent, and it opens its own transactions.

    While it raises UnavailableError it is tried again as long as its patience lasts; PermanentError ends it.
    PassingError has it wait as long as the error says, and then ends it well: it came too late to be of use.
    """

    def register(run: Callable[[Message], None]) -> Callable[[Message], None]:
        name = f"{run.__module__.removeprefix('oms.').removesuffix('.handlers')}.{run.__name__}"
        if name in HANDLERS and HANDLERS[name].topic != topic:
            raise ValueError(f"{name} already reacts to {HANDLERS[name].topic}")
        HANDLERS[name] = Handler(name, topic, role, run, patience)
        return run

    return register


def every(interval: timedelta, *, role: Role) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Make a function run by the clock; it must be idempotent, and it opens its own transactions."""

    def register(run: Callable[[], None]) -> Callable[[], None]:
        name = f"{run.__module__.removeprefix('oms.').removesuffix('.handlers')}.{run.__name__}"
        SCHEDULE[name] = Scheduled(name, interval, role, run)
        return run

    return register


def handlers_by_topic() -> dict[str, list[str]]:
    """Return the names of the handlers of each topic, in order."""
    topics: dict[str, list[str]] = {}
    for handler in sorted(HANDLERS.values(), key=lambda h: h.name):
        topics.setdefault(handler.topic, []).append(handler.name)
    return topics


def deliver(most: int = BATCH) -> int:
    """Do what is due, what waits longest first; return how many came to a good end. RQ calls this.

    After so many, or half a minute, somebody else has a turn at the queue.
    """
    done, until = 0, time.monotonic() + _TURN
    for _ in range(most):
        if time.monotonic() > until:
            break
        with standing_alone(Role.WORKER) as session:
            held = outbox.claim(session)
        if held is None:
            break
        done += _deliver_one(held)
    return done


def _deliver_one(held: Lease) -> bool:
    handler = HANDLERS.get(held.handler)
    if handler is None:
        _give_back(held, UnavailableError("no handler of this name is installed"), _PATIENCE)
        return False
    try:
        with acting_as(handler.role):
            handler.run(held.message)
    except Exception as error:
        log.exception("delivery failed: %s of message %s", handler.name, held.message.id)
        _give_back(held, error, handler.patience)
        return False
    with standing_alone(Role.WORKER) as session:
        return outbox.settle(session, held)


def _give_back(held: Lease, error: Exception, patience: Patience) -> None:
    """Decide how a delivery that failed goes on; of the error only its kind is kept, or our own sentence."""
    kind = error.__class__.__name__
    with transaction(Role.WORKER) as session:
        if isinstance(error, PermanentError):
            outbox.bury(session, held, f"{kind}: {error.source}")
        elif isinstance(error, PassingError) and held.tried_for >= error.useful_for:
            outbox.settle(session, held)
        elif isinstance(error, HeldError):
            outbox.put_back(session, held, f"{kind}: {error.message}", _AS_LONG_AS_IT_TAKES)
        else:
            is_away = isinstance(error, _SOMEBODY_IS_AWAY)
            outbox.put_back(session, held, kind, patience if is_away else None)


def run_scheduled(name: str) -> bool:
    """Run a scheduled job if it is due and nobody else runs it; return whether it ran. RQ calls this."""
    job = SCHEDULE[name]
    with transaction(Role.WORKER) as session:
        if not session.scalar(select(func.pg_try_advisory_xact_lock(func.hashtext(f"schedule:{name}")))):
            return False
        if not _is_due(session, job):
            return False
        _note(session, name, error="")
    try:
        with acting_as(job.role):
            job.run()
    except Exception as error:
        log.exception("scheduled job failed: %s", name)
        with transaction(Role.WORKER) as session:
            session.execute(
                text("UPDATE schedule_runs SET error = :e WHERE name = :n"),
                {"e": error.__class__.__name__, "n": name},
            )
        return False
    with transaction(Role.WORKER) as session:
        session.execute(
            text("UPDATE schedule_runs SET ended_at = now(), error = '' WHERE name = :n"), {"n": name}
        )
    return True


def _is_due(session: Session, job: Scheduled) -> bool:
    begun = session.scalar(
        select(ScheduleRun.begun_at).where(
            ScheduleRun.name == job.name, ScheduleRun.begun_at > func.now() - job.every
        )
    )
    return begun is None


def _note(session: Session, name: str, *, error: str) -> None:
    statement = insert(ScheduleRun).values(name=name, begun_at=func.now(), error=error)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["name"], set_={"begun_at": func.now(), "ended_at": None, "error": error}
        )
    )


def relay_once(queue: Queue) -> int:
    """Fan out new messages and ring for what is due, once for each BATCH; return how many deliveries are due.

    A job of the clock that lies in the queue is not put there again. It waits for the few rings before it,
    and those behind it for it: neither keeps the other from its turn.
    """
    with transaction(Role.WORKER) as session:
        outbox.fan_out(session, handlers_by_topic())
        count = outbox.count_due(session, most=MOST_RINGS * BATCH)
        overdue = {_job_id(job): job.name for job in SCHEDULE.values() if _is_due(session, job)}
    lying = set(queue.get_job_ids())
    rings = lying - {_job_id(job) for job in SCHEDULE.values()}
    for _ in range(-(-count // BATCH) - len(rings)):
        queue.enqueue_call(DELIVER, result_ttl=0)
    for job_id in sorted(overdue.keys() - lying):
        queue.enqueue_call(RUN_SCHEDULED, args=[overdue[job_id]], job_id=job_id, result_ttl=0)
    return count


def _job_id(job: Scheduled) -> str:
    """Return the name of a job as the queue's library allows it for an id."""
    return job.name.replace(".", "-")


def drain(*, scheduled: bool = False) -> int:
    """Do everything that is due, here and now, without a queue; return how many deliveries ended well.

    For the command line and the tests; safe beside running workers, for the leases decide.
    """
    done = 0
    if scheduled:
        for name in sorted(SCHEDULE):
            run_scheduled(name)
    for _ in range(ATTEMPTS_IN_DRAIN):
        with transaction(Role.WORKER) as session:
            fresh = outbox.fan_out(session, handlers_by_topic())
            waiting = outbox.count_due(session, most=1)
        if not fresh and not waiting:
            return done
        done += deliver()
    return done


def open_queue(url: str) -> Queue:
    """Return the queue behind a Redis or Valkey address; JSON on the wire, never a pickle."""
    connection = redis.Redis.from_url(
        url, socket_timeout=10, socket_connect_timeout=2, client_name=socket.gethostname()
    )
    return Queue(QUEUE, connection=connection, serializer=JSONSerializer)


def rewrite_queue(url: str, patience: float = 60.0) -> None:
    """Let the queue write its append-only file and snapshot anew, without what was deleted; wait for it.

    Does nothing where there is no queue, or where it keeps nothing on a disk.
    """
    if not url:
        return
    with redis.Redis.from_url(url, socket_timeout=10, socket_connect_timeout=2) as server:
        told = server.info("persistence")
        if told.get("aof_enabled"):
            server.bgrewriteaof()
        if told.get("rdb_last_save_time") and server.config_get("save").get("save"):
            server.bgsave(schedule=True)
        limit = time.monotonic() + patience
        names = ("aof_rewrite_in_progress", "aof_rewrite_scheduled", "rdb_bgsave_in_progress")
        while time.monotonic() < limit:
            told = server.info("persistence")
            if not any(told.get(name) for name in names):
                return
            time.sleep(0.05)
