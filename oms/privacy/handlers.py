"""What happens by the clock so that every promise is kept without anybody: chaining, sweeping, letting go."""

from datetime import timedelta
from pathlib import Path

from oms.kernel import audit, clock, jobs, vault
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading, transaction
from oms.privacy.clearing import actions as clearing
from oms.privacy.clocks import calendar
from oms.privacy.erasure import actions as erasure
from oms.privacy.erasure import queries
from oms.privacy.locking import actions as locking
from oms.privacy.notice import actions as notice
from oms.privacy.retention import actions as retention
from oms.privacy.watching import actions as watching

_anchors: list[Path] = []
_settings: list[Settings] = []


def configure(settings: Settings) -> None:
    """Tell where the heads of the audit chain are written, outside the database, and the shop's calendar."""
    _anchors[:] = [settings.state_dir / "anchors"]
    _settings[:] = [settings]
    calendar.configure(settings)


@jobs.every(timedelta(minutes=1), role=Role.WORKER)
def chain_audit() -> None:
    """Link the deeds of the last minute into the chain; write its head where the database's owner is not."""
    with transaction(Role.AUDIT) as session:
        audit.chain(session)
    if _anchors:
        with reading(Role.AUDIT) as session:
            audit.anchor(session, _anchors[0])


@jobs.every(timedelta(seconds=30), role=Role.WORKER)
def watch_looks() -> None:
    """Raise an alert, within a minute, for whoever looks at unusually many people."""
    for settings in _settings:
        with transaction() as session:
            watching.watch(session, settings.looks_per_hour)


@jobs.every(timedelta(minutes=1), role=Role.WORKER)
def finish_destroying() -> None:
    """Finish every destroying that a crash left half done."""
    vault.resume()


@jobs.every(timedelta(minutes=10), role=Role.WORKER)
def carry_out_requests() -> None:
    """Go on with every erasure under way: left by a crash, or waiting until an order has arrived."""
    with reading() as session:
        under_way = queries.open_requests(session)
    for request_id in under_way:
        erasure.carry_out(request_id)


@jobs.every(timedelta(minutes=10), role=Role.WORKER)
def keep_notice() -> None:
    """Keep the notice in force, where the program brought a new one."""
    with transaction() as session:
        notice.keep_version(session)


@jobs.every(timedelta(minutes=30), role=Role.WORKER)
def clear_files() -> None:
    """Clear the stores' files, once a night, of what was deleted by day."""
    for settings in _settings:
        clearing.clear_if_due(settings)


@jobs.every(timedelta(hours=1), role=Role.WORKER)
def sweep_leftovers() -> None:
    """Remove the keys, rows and files that no finished transaction uses."""
    retention.sweep_leftovers()


@jobs.every(timedelta(hours=1), role=Role.WORKER)
def keep_locks() -> None:
    """Lock again what somebody had locked, where a restore of the keyring let it out."""
    locking.lock_again()


@jobs.every(timedelta(days=1), role=Role.WORKER)
def cut_audit() -> None:
    """Let go of entries of the audit that are older than thirteen months, up to a checkpoint."""
    if _anchors:
        with transaction(Role.AUDIT) as session:
            audit.cut(session, _anchors[0])
        audit.thin(_anchors[0])


@jobs.every(timedelta(hours=1), role=Role.WORKER)
def run_retention() -> None:
    """Let go of everything whose time had come at the last full hour: so it goes on the day that was told."""
    retention.let_go(clock.now().replace(minute=0, second=0, microsecond=0))


@jobs.every(timedelta(days=1), role=Role.WORKER)
def rotate_index() -> None:
    """Renew the key of the blind indexes when it is a month old, and drop the old digests."""
    vault.rotate_index()
