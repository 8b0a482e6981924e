"""The worker and the relay: what happens after a commit.

    python -m oms.worker          does deliveries that the queue names
    python -m oms.worker relay    looks every half second for what is due, and rings

Valkey is a doorbell: what it names is looked up in Postgres under a lease, what it forgets is rung again.
"""

import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType, ModuleType

import click
import redis
import rq.serializers
from rq import Queue, SimpleWorker
from rq.job import Job

from oms import tables  # noqa: F401 - the whole register: this process keeps the notice
from oms.backups import handlers as backups
from oms.buyers import handlers as buyers
from oms.channels import handlers as channels
from oms.desk.changes.many import handlers as many
from oms.fulfillment import handlers as fulfillment
from oms.fulfillment.labels import handlers as labels
from oms.fulfillment.tracking import handlers as tracking
from oms.insights import handlers as insights
from oms.inventory import handlers as inventory
from oms.kernel import jobs, vault
from oms.kernel.config import Settings, load
from oms.kernel.db import Role
from oms.kernel.errors import ConfigurationError, UnavailableError
from oms.notifications import handlers as notifications
from oms.notifications.announcing import handlers as announcing_mails
from oms.notifications.asking import handlers as asking_mails
from oms.notifications.breaches import handlers as breach_mails
from oms.notifications.certificates import handlers as certificates
from oms.notifications.closing import handlers as closing_mails
from oms.notifications.copies import handlers as copy_mails
from oms.notifications.locking import handlers as lock_mails
from oms.notifications.minors import handlers as minor_mails
from oms.notifications.moving import handlers as moving_mails
from oms.notifications.official import handlers as official_mails
from oms.notifications.returning import handlers as returning_mails
from oms.notifications.sending import handlers as sending_mails
from oms.notifications.signins import handlers as sign_in_mails
from oms.notifications.texting import handlers as texting
from oms.orders import handlers as orders
from oms.payments import gateway
from oms.payments import handlers as payments
from oms.privacy import handlers as privacy
from oms.privacy.asking import handlers as asking
from oms.privacy.copies import handlers as copies
from oms.privacy.exports import handlers as exports
from oms.privacy.locking import handlers as locks
from oms.privacy.minors import handlers as minors
from oms.privacy.moving import handlers as moving
from oms.privacy.official import handlers as official
from oms.privacy.parcels import handlers as parcels
from oms.privacy.telling import handlers as telling
from oms.risk import handlers as risk
from oms.shipping import gateway as carriers
from oms.signins import handlers as signins
from oms.staff import handlers as staff
from oms.web import handlers as web
from oms.web.setup import connect

# Each feature's handlers, whose import makes them known; they react in worker, relay and `outbox drain`.
HANDLERS: tuple[ModuleType, ...] = (
    *(buyers, staff, signins, web, inventory, payments, orders),
    *(fulfillment, labels, tracking, many, risk),
    *(notifications, certificates, copy_mails, closing_mails, sending_mails, returning_mails, texting),
    *(announcing_mails, asking_mails, breach_mails, lock_mails, moving_mails, minor_mails, official_mails),
    *(sign_in_mails, insights, channels, *channels.PARTS),
    *(privacy, asking, copies, exports, locks, moving, minors, official, parcels, telling, backups),
)

ALLOWED = frozenset({jobs.DELIVER, jobs.RUN_SCHEDULED})
PAUSE = 0.5
# Seconds without Valkey after which the relay does the work itself, so that no effect waits for an operator.
PATIENCE = 30.0

log = logging.getLogger("oms.worker")


def speak_json_only() -> None:
    """Make every default of RQ JSON: a pickle in the queue would be a program of whoever wrote it."""
    for name in ("PickleSerializer", "DefaultSerializer"):
        setattr(rq.serializers, name, rq.serializers.JSONSerializer)
    rq.serializers.SERIALIZER_ALIASES["pickle"] = rq.serializers.JSONSerializer


class Worker(SimpleWorker):
    """RQ's worker in one process, for two functions only; everything else in the queue is thrown away."""

    is_told_to_stop = False
    # Asked before RQ listens itself: while the worker signs on, signals are still the caller's.
    is_stopped: Callable[[], bool] = staticmethod(lambda: False)

    def _install_signal_handlers(self) -> None:
        super()._install_signal_handlers()  # type: ignore[no-untyped-call]
        self._stop_requested = self.is_stopped()

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Note that the end was asked for, so that it is told from a lost connection."""
        self.is_told_to_stop = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Do a job of ours; refuse any other without looking inside."""
        try:
            name = str(job.func_name)
        except Exception as error:  # noqa: BLE001 - whatever a foreign payload makes the reader raise
            name = error.__class__.__name__
        if name not in ALLOWED:
            log.error("refused a job that is not ours")
            job.delete()
            return
        super().execute_job(job, queue)


def open_worker(url: str) -> Worker:
    """Return a worker on the queue behind an address; dead workers are noticed within half a minute."""
    connection = redis.Redis.from_url(url, socket_connect_timeout=2)
    queue = Queue(jobs.QUEUE, connection=connection, serializer=rq.serializers.JSONSerializer)
    return Worker(
        [queue],
        connection=connection,
        serializer=rq.serializers.JSONSerializer,
        worker_ttl=30,
        maintenance_interval=5,
        job_monitoring_interval=5,
        log_job_description=False,
    )


@dataclass
class Relay:
    """Rings for what is due; `away_since` is when Valkey stopped answering."""

    url: str
    patience: float = PATIENCE
    now: Callable[[], float] = time.monotonic
    away_since: float | None = None
    queue: Queue | None = field(default=None)

    def tick(self) -> int:
        """Look once; return how many deliveries are due, or were done, where Valkey was away too long."""
        if not self.url:
            return jobs.drain(scheduled=True)
        try:
            self.queue = self.queue or jobs.open_queue(self.url)
            count = jobs.relay_once(self.queue)
        except (redis.RedisError, OSError) as error:
            return self._alone(error)
        if self.away_since is not None:
            log.warning("the queue answers again")
            self.away_since = None
        return count

    def _alone(self, error: Exception) -> int:
        if self.away_since is None:
            self.away_since = self.now()
            log.warning("the queue does not answer (%s); facts wait", error.__class__.__name__)
        if self.now() - self.away_since < self.patience:
            return 0
        return jobs.drain(scheduled=True)


class _Stop:
    """Set by SIGTERM and SIGINT; the relay ends after the present look."""

    def __init__(self) -> None:
        self.is_asked = False
        self.listen()

    def listen(self) -> None:
        """Take the signals, once more after RQ has had them."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.is_asked = True


def await_open() -> None:
    """Wait, and say once why, while a restored shop is not open or its database is away."""
    said = ""
    while True:
        try:
            vault.require_open()
        except (*jobs.STORE_IS_AWAY, UnavailableError) as error:
            reason = error.reason if isinstance(error, vault.ClosedError) else error.__class__.__name__
            if reason != said:
                log.warning("not open: %s", reason)
            said = reason
            time.sleep(4 * PAUSE)
        else:
            return


def run_relay(url: str) -> None:
    """Look every half second until told to stop; a database that is away is waited for, and said once."""
    stop, relay, is_database_away = _Stop(), Relay(url), False
    log.info("relay is looking")
    while not stop.is_asked:
        try:
            relay.tick()
            is_database_away = False
        except (*jobs.STORE_IS_AWAY, UnavailableError) as error:
            if not is_database_away:
                log.warning("the database does not answer (%s); trying again", error.__class__.__name__)
            is_database_away = True
        time.sleep(PAUSE if not is_database_away else 4 * PAUSE)


def run_worker(url: str) -> None:
    """Work until told to stop; a queue that is away is waited for, and said once."""
    stop, is_away = _Stop(), False
    while not stop.is_asked:
        try:
            worker = open_worker(url)
            worker.is_stopped = lambda: stop.is_asked
            is_away = False
            log.info("worker is listening")
            worker.work(logging_level="WARNING")
        except jobs.STORE_IS_AWAY as error:
            if not is_away:
                log.warning("the queue does not answer (%s); trying again", error.__class__.__name__)
            is_away = True
        else:
            if worker.is_told_to_stop:
                return
        stop.listen()
        time.sleep(2)


@click.group()
def outbox() -> None:
    """Look after what must happen after a commit."""


@outbox.command()
@click.option("--scheduled", is_flag=True, help="Run the jobs of the clock first, where they are due.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def drain(*, scheduled: bool, as_json: bool) -> None:
    """Do everything that is due, here and now, without a queue; safe beside running workers.

    Example: flask --app wsgi outbox drain --scheduled
    """
    try:
        vault.require_open()
    except vault.ClosedError as error:
        raise click.ClickException(error.reason) from None
    done = jobs.drain(scheduled=scheduled)
    click.echo(json.dumps({"done": done}) if as_json else f"{done} effects done.")


def equip(settings: Settings) -> None:
    """Tell everybody who does effects where outside parties are and how the shop is called."""
    gateway.configure(settings)
    carriers.configure(settings)
    channels.configure(settings)
    orders.configure(settings)
    notifications.configure(settings)
    texting.configure(settings)
    copies.configure(settings)
    privacy.configure(settings)
    backups.configure(settings)


def main(arguments: Sequence[str]) -> None:
    """Run as worker, or as relay where the first argument says so."""
    try:
        settings = load(os.environ)
    except ConfigurationError as error:
        sys.exit(error.message)
    speak_json_only()
    connect(settings, role=Role.WORKER)
    equip(settings)
    if settings.redis_url or list(arguments) == ["relay"]:
        await_open()
    if list(arguments) == ["relay"]:
        run_relay(settings.redis_url)
    elif arguments:
        sys.exit("Use `python -m oms.worker` or `python -m oms.worker relay`.")
    elif settings.redis_url:
        run_worker(settings.redis_url)
    else:
        sys.exit("REDIS_URL is not set: without a queue the relay does the work: python -m oms.worker relay")


if __name__ == "__main__":
    main(sys.argv[1:])
