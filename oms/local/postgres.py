"""A Postgres of our own for development, demo and tests; never for production.

It answers on a Unix socket in a private folder and nowhere else, so that folder is the guard and no password
is needed. What people typed must not reach its log: parameters are not logged, and errors are logged without
their DETAIL line, which would quote the row.
"""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from oms.local.account import Account
from oms.local.binaries import Programs, postgres_programs
from oms.local.children import Halting, Spawn
from oms.local.errors import LocalError
from oms.local.places import Places, places

DATABASES = ("counterfoil", "keyring")
_ROLE = "postgres"
_PATIENCE = 30.0  # seconds; recovery after a hard kill is part of a start
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "autovacuum": "on",
    # A segment that is kept to be written over holds what was deleted; so old ones are removed.
    "wal_recycle": "off",
    "min_wal_size": "32MB",
    "log_statement": "none",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    "log_line_prefix": "%m [%p] ",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class Cluster:
    """One running embedded Postgres: the process is our child and ends with us."""

    def __init__(self, ground: Places, *, durable: bool = True) -> None:
        self._ground = ground
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        self.data = ground.postgres() / "data"
        self.sockets = ground.sockets("pg")

    @classmethod
    def start(cls, state_dir: Path, *, durable: bool = True) -> "Cluster":
        """Start the cluster of a STATE_DIR, made where it is missing, and return it when it answers.

        `durable=False` trusts the machine not to lose power, for tests. Only one process may do this in a
        STATE_DIR; services.up sees to that. Raises LocalError with the end of the log if it does not start.
        """
        cluster = cls(places(state_dir), durable=durable)
        cluster.launch()
        for name in DATABASES:
            cluster.create_database(name)
        return cluster

    def launch(self) -> None:
        """Start the server, also one that was killed, and wait until it answers `SELECT 1`."""
        programs = postgres_programs(self._ground.account)
        if not self.data.exists():
            _initialize(programs, self.data, self._ground.account)
        self._refuse_other_major(programs)
        _end_orphan(self.data)
        for leftover in self.sockets.iterdir():
            leftover.unlink()
        settings = {**_SETTINGS, "unix_socket_directories": str(self.sockets)}
        if not self._durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command: list[str | Path] = [programs.folder / "postgres", "-D", self.data, *options]
        # SIGINT is Postgres's fast shutdown: sessions end, what was committed is written.
        spawn = Spawn(log=self.log, account=self._ground.account, at_our_death=signal.SIGINT)
        self._process = spawn.start(command)
        self._await_answer(self._process)

    @property
    def log(self) -> Path:
        """Return the path of the server's log."""
        return self._ground.logs / "postgres.log"

    def url(self, database: str) -> str:
        """Return the address of a database for SQLAlchemy and psycopg."""
        return f"postgresql://{_ROLE}@/{database}?host={quote(str(self.sockets))}"

    def wait(self) -> int:
        """Wait until the server ends, by whomever, and return its exit status."""
        return self._process.wait() if self._process else 0

    def stop(self) -> None:
        """Stop the server: fast shutdown, then an immediate one that the next start recovers from."""
        if self._process is not None:
            Halting(ask=signal.SIGINT, insist=signal.SIGQUIT).end(self._process)
            self._process = None

    def kill(self) -> None:
        """Kill the server as a crash would, for tests of recovery."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def create_database(self, name: str, template: str | None = None) -> str:
        """Make a database where it is missing, as a copy of `template` if given, and return its address."""
        create_database(self.url("postgres"), name, template)
        return self.url(name)

    def _refuse_other_major(self, programs: Programs) -> None:
        major = int((self.data / "PG_VERSION").read_text())
        if major != programs.major:
            raise LocalError(
                f"{self.data} was made by Postgres {major}, {programs.folder} is Postgres {programs.major}: "
                "dump it with the old one, or remove the folder to begin anew."
            )

    def _await_answer(self, process: "subprocess.Popen[bytes]") -> None:
        limit = time.monotonic() + _PATIENCE
        while not answers(self.url("postgres")):
            if process.poll() is not None or time.monotonic() > limit:
                self.stop()
                tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-5:])
                raise LocalError(f"Postgres did not start; the end of {self.log} says:\n{tail}")
            time.sleep(0.02)


def answers(url: str) -> bool:
    """Tell whether the database answers `SELECT 1`: a pid file only tells that there was a process once."""
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.Error:
        return False


def create_database(admin_url: str, name: str, template: str | None = None) -> None:
    """Make a database where it is missing; two who try at once both succeed."""
    statement = sql.SQL("CREATE DATABASE {name} TEMPLATE {template}").format(
        name=sql.Identifier(name), template=sql.Identifier(template or "template1")
    )
    with psycopg.connect(admin_url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        try:
            connection.execute(statement)
        except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            return


def _initialize(programs: Programs, data: Path, account: Account) -> None:
    """Make a cluster beside its place and move it there when whole: a killed initdb leaves half of one."""
    for half in data.parent.glob("half-*"):
        shutil.rmtree(half)
    half = account.own(data.parent / f"half-{os.getpid()}")
    encoding = ["--encoding=UTF8", "--locale=C.UTF-8"]
    access = ["-U", _ROLE, "--auth-local=trust", "--auth-host=reject"]
    done = account.run([programs.folder / "initdb", "-D", half, "--no-sync", *encoding, *access])
    if done.returncode != 0:
        shutil.rmtree(half, ignore_errors=True)
        raise LocalError(f"initdb could not make {data}:\n{done.stderr.strip()}")
    half.rename(data)


def _end_orphan(data: Path) -> None:
    """End a server of this cluster whose keeper died, and forget a pid that by now is somebody else's."""
    pid_file = data / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return
    limit = time.monotonic() + _PATIENCE
    while _serves(pid, data) and time.monotonic() < limit:
        os.kill(pid, signal.SIGQUIT)
        time.sleep(0.05)
    pid_file.unlink(missing_ok=True)


def _serves(pid: int, data: Path) -> bool:
    """Tell whether the process is a server of this cluster: a server's working folder is its data."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == data
    except OSError:
        return False
