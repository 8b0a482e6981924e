"""Embedded Postgres and Valkey for whoever needs them: one call starts them, or joins those that run.

    services = up(Path("var"))
    services.environ["DATABASE_URL"]  # also KEYRING_URL and REDIS_URL
    services.create_database("counterfoil_test", template="counterfoil")
    services.stop()

Any number of processes may call `up` with one STATE_DIR, at the same time too: they share one Postgres and
one Valkey, which stop when the last of them has called `stop` or died.
"""

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from oms.local import postgres, valkey
from oms.local.children import Spawn
from oms.local.errors import LocalError
from oms.local.keeper import ANNOUNCEMENT
from oms.local.locks import FileLock
from oms.local.logins import login_settings
from oms.local.places import Places, places

_ROOT = Path(__file__).resolve().parents[2]
_PATIENCE = 60.0  # seconds; a cold start on a slow disk, or recovery after a hard kill
_DATABASE_SETTINGS = ("DATABASE_URL", "KEYRING_URL")


@dataclass
class Services:
    """Running services: `environ` holds DATABASE_URL, KEYRING_URL and REDIS_URL."""

    environ: dict[str, str]
    _ground: Places | None = None
    _membership: FileLock | None = None
    _seconds: dict[str, float] = field(default_factory=dict)

    @property
    def started_in(self) -> float:
        """Return how many seconds the start, or the joining, took."""
        return self._seconds.get("start", 0.0)

    def logins(self) -> dict[str, str]:
        """Return the settings by which each database role signs in, where the databases are embedded."""
        return login_settings(*(self.environ.get(name, "") for name in _DATABASE_SETTINGS))

    def url(self, database: str) -> str:
        """Return the address of another database of the embedded cluster."""
        head, _, tail = self.environ["DATABASE_URL"].partition("?")
        return f"{head.rsplit('/', 1)[0]}/{database}?{tail}"

    def create_database(self, name: str, template: str | None = None) -> str:
        """Make a database where it is missing, as a copy of `template` if given, and return its address."""
        postgres.create_database(self.url("postgres"), name, template)
        return self.url(name)

    def stop(self) -> None:
        """Leave; when nobody else is here, wait until the servers have stopped. Twice does no harm."""
        if self._membership is None or self._ground is None:
            return
        membership, self._membership = self._membership, None
        membership.release()
        _await_end(self._ground, membership)
        membership.close()


def up(state_dir: Path, *, given: Mapping[str, str] | None = None, durable: bool = True) -> Services:
    """Start the embedded services of a STATE_DIR, or join those that run, and return their addresses.

    `given` may hold DATABASE_URL, KEYRING_URL or REDIS_URL of services that are not ours: those are not
    started and keep the given address. `durable=False` starts Postgres without fsync, for tests. Raises
    LocalError with what to do where a service cannot be had.
    """
    since = time.monotonic()
    kept = {
        name: value
        for name, value in (given or {}).items()
        if name in (*_DATABASE_SETTINGS, "REDIS_URL") and value
    }
    flags = {"postgres"} if any(name not in kept for name in _DATABASE_SETTINGS) else set()
    flags |= set() if "REDIS_URL" in kept else {"valkey"}
    if not flags:
        return Services(kept)
    ground = places(state_dir)
    membership = FileLock(ground.lock("users"))
    membership.share(_PATIENCE, "the embedded services to stop")
    starting = FileLock(ground.lock("start"))
    try:
        starting.alone(_PATIENCE, "another start of the embedded services")
        if not _is_kept(ground):
            _start_keeper(ground, flags if durable else flags | {"volatile"})
        environ = _announced(ground, flags)
    except BaseException:
        membership.close()
        raise
    finally:
        starting.close()
    return Services({**environ, **kept}, ground, membership, {"start": time.monotonic() - since})


def _is_kept(ground: Places) -> bool:
    """Tell whether a keeper lives: it holds its lock alone."""
    alive = FileLock(ground.lock("keeper"))
    free = alive.try_shared()
    alive.close()
    return not free


def _start_keeper(ground: Places, flags: set[str]) -> None:
    """Start a keeper and wait for its one line of answer; it must outlive us, as others may join."""
    command = [sys.executable, "-m", "oms.local.keeper", str(ground.state), *sorted(flags)]
    keeper = Spawn(log=subprocess.PIPE, cwd=_ROOT, at_our_death=None).start(command)
    if keeper.stdout is None:
        raise LocalError("the keeper of the embedded services has no output")
    with keeper.stdout as answer:
        said = answer.read().decode(errors="replace").strip()
    if not said.endswith("ready"):
        raise LocalError(said or f"the keeper of the embedded services ended with status {keeper.wait()}")


def _announced(ground: Places, flags: set[str]) -> dict[str, str]:
    """Return the announced addresses as soon as each answers; a server just killed is being restarted."""
    limit = time.monotonic() + _PATIENCE
    while True:
        try:
            environ = dict(json.loads((ground.state / ANNOUNCEMENT).read_text()))
        except (FileNotFoundError, ValueError):
            environ = {}
        if environ and ("postgres" in flags) > ("DATABASE_URL" in environ):
            raise LocalError(
                f"the services of {ground.state} run without Postgres: stop the run that uses them first"
            )
        if environ and ("valkey" in flags) > ("REDIS_URL" in environ):
            raise LocalError(
                f"the services of {ground.state} run without Valkey: stop the run that uses them first"
            )
        if environ and all(_answers(name, url) for name, url in environ.items()):
            return environ
        if time.monotonic() > limit:
            raise LocalError(f"the embedded services do not answer: see {ground.logs}")
        time.sleep(0.05)


def _answers(name: str, url: str) -> bool:
    return valkey.answers(url) if name == "REDIS_URL" else postgres.answers(url)


def _await_end(ground: Places, users: FileLock) -> None:
    """Wait until the keeper has ended, unless somebody else still uses the services."""
    limit = time.monotonic() + _PATIENCE
    while _is_kept(ground) and time.monotonic() < limit:
        if users.try_exclusive():
            users.release()  # nobody is left and the keeper has not woken up yet
        elif users.try_shared():
            users.release()
            return
        time.sleep(0.01)
