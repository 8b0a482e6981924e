"""The keeper: one process per STATE_DIR that owns the embedded servers for as long as anybody uses them.

Everybody who uses the servers holds the lock `users` in shared mode (see services.up). The keeper waits for
that lock in exclusive mode, which the kernel grants when the last user has left or died, and then stops the
servers. A server that dies is started again. If the keeper itself is killed, the kernel ends its servers.

Run by services.up as `python -m oms.local.keeper STATE_DIR FLAG...`; says one line, `ready` or an error.
"""

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Protocol

from oms.local.errors import LocalError
from oms.local.locks import FileLock
from oms.local.places import Places, places
from oms.local.postgres import DATABASES, Cluster, create_database
from oms.local.valkey import Server

ANNOUNCEMENT = "services.json"
_BACKOFF = (0.05, 0.5, 2.0, 5.0)  # seconds between attempts to start a dead server again
_PATIENCE = 10.0  # seconds
_LARGEST_LOG = 10_000_000  # bytes
_STEADY = 30.0  # a server that lived so long, in seconds, starts anew with the shortest wait


class _Kept(Protocol):
    """What the keeper asks of a server."""

    def launch(self) -> None:
        """Start and wait until it answers."""

    def wait(self) -> int:
        """Wait until it ends."""

    def stop(self) -> None:
        """End it."""


class Keeper:
    """The servers of one STATE_DIR and the threads that watch them."""

    def __init__(self, ground: Places, flags: set[str]) -> None:
        self._ground = ground
        self._closing = threading.Event()
        self._turn = threading.Lock()
        self._servers: dict[str, _Kept] = {}
        self._environ: dict[str, str] = {}
        self._flags = flags

    def open(self) -> None:
        """Start the servers that the flags ask for, watch them and announce their addresses."""
        if "postgres" in self._flags:
            cluster = Cluster(self._ground, durable="volatile" not in self._flags)
            self._servers["Postgres"] = cluster
            cluster.launch()
            for name in DATABASES:
                create_database(cluster.url("postgres"), name)
            self._environ |= {
                "DATABASE_URL": cluster.url(DATABASES[0]),
                "KEYRING_URL": cluster.url(DATABASES[1]),
            }
        if "valkey" in self._flags:
            server = Server(self._ground)
            self._servers["Valkey"] = server
            server.launch()
            self._environ["REDIS_URL"] = server.url()
        for name, kept in self._servers.items():
            threading.Thread(target=self._watch, args=(name, kept), name=name, daemon=True).start()
        announcement = self._ground.state / ANNOUNCEMENT
        half = announcement.with_suffix(f".{os.getpid()}")
        half.touch(mode=0o600)
        half.write_text(json.dumps(self._environ, indent=1))
        half.rename(announcement)

    def close(self) -> None:
        """Stop the servers and take the announcement back."""
        self._closing.set()
        (self._ground.state / ANNOUNCEMENT).unlink(missing_ok=True)
        with self._turn:
            for kept in reversed(self._servers.values()):
                kept.stop()
        self._ground.drop_sockets()

    def _watch(self, name: str, kept: _Kept) -> None:
        """Start the server again each time it ends, with longer and longer waits while it keeps ending."""
        failures = 0
        while True:
            since = time.monotonic()
            status = kept.wait()
            failures = 0 if time.monotonic() - since > _STEADY else failures + 1
            if self._closing.wait(_BACKOFF[min(failures, len(_BACKOFF) - 1)]):
                return
            print(f"{name} ended with status {status}: starting it again", flush=True)
            with self._turn:
                if self._closing.is_set():
                    return
                try:
                    kept.launch()
                except LocalError as trouble:
                    print(trouble, flush=True)


def main(state_dir: Path, flags: set[str]) -> int:
    """Keep the servers of a STATE_DIR until the last user leaves or SIGTERM comes; return the exit status."""
    ground = places(state_dir)
    keeper = Keeper(ground, flags)
    signal.signal(signal.SIGTERM, _leave)
    try:
        FileLock(ground.lock("keeper")).alone(_PATIENCE, "the keeper before this one to end")
        _trim(ground.logs)
        keeper.open()
        print("ready", flush=True)
        _log_to(ground.logs / "keeper.log")
        FileLock(ground.lock("users")).take_exclusive()
    except LocalError as trouble:
        print(trouble, flush=True)
        return 1
    finally:
        keeper.close()
    return 0


def _leave(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def _trim(logs: Path) -> None:
    """Begin a log anew that has grown too large."""
    for log in logs.glob("*.log"):
        if log.stat().st_size > _LARGEST_LOG:
            log.unlink()


def _log_to(log: Path) -> None:
    """Send what is printed from now on to the log, so that whoever started us sees the end of our answer."""
    sink = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(sink, 1)
    os.dup2(sink, 2)
    os.close(sink)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), set(sys.argv[2:])))
