"""Watching over processes: the dead come back, and at the end nobody is left."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from oms.local.supervisor import MARK, Supervisor, sweep

_SAY_AND_STAY = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
_WITH_CHILD = (
    "import subprocess, sys, time\n"
    "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']).pid, flush=True)\n"
    "time.sleep(600)\n"
)


@pytest.fixture
def watcher(tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path, tmp_path, {**os.environ, MARK: str(tmp_path)})
    yield supervisor
    supervisor.stop()


def _soon(what: Callable[[], bool], watcher: Supervisor | None = None) -> bool:
    limit = time.monotonic() + 10
    while not what() and time.monotonic() < limit:
        watcher.watch(0.02) if watcher else time.sleep(0.02)
    return what()


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def _said(log: Path) -> str:
    return log.read_text().strip() if log.exists() else ""


def test_a_child_that_is_killed_is_started_again(watcher: Supervisor, tmp_path: Path) -> None:
    watcher.add("worker", [sys.executable, "-c", _SAY_AND_STAY])
    assert _soon(lambda: _said(tmp_path / "worker.log").isdecimal(), watcher)
    first = int(_said(tmp_path / "worker.log"))
    os.kill(first, 9)
    assert _soon(lambda: _said(tmp_path / "worker.log") not in {"", str(first)}, watcher)
    assert not watcher.is_failing("worker")


def test_a_child_that_cannot_live_is_called_failing(watcher: Supervisor) -> None:
    watcher.add("web", [sys.executable, "-c", "raise SystemExit(3)"])
    assert _soon(lambda: watcher.is_failing("web"), watcher)


def test_stopping_ends_the_children_of_children_too(watcher: Supervisor, tmp_path: Path) -> None:
    watcher.add("web", [sys.executable, "-c", _WITH_CHILD])
    assert _soon(lambda: _said(tmp_path / "web.log").isdecimal(), watcher)
    grandchild = int(_said(tmp_path / "web.log"))
    assert _lives(grandchild)
    watcher.stop()
    assert _soon(lambda: not _lives(grandchild))


def test_what_a_killed_run_left_is_ended_and_nothing_else(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    ours = subprocess.Popen(command, env={**os.environ, MARK: str(tmp_path)})
    other = subprocess.Popen(command, env={**os.environ, MARK: f"{tmp_path}-other"})
    token = f"{MARK}={tmp_path}".encode()
    assert _soon(lambda: token in Path(f"/proc/{ours.pid}/environ").read_bytes())
    assert sweep(tmp_path) == 1
    assert ours.wait(5) == -15
    assert other.poll() is None
    other.kill()
    other.wait()
