"""Watching over the processes of one run: their lines, their deaths, their end."""

import contextlib
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from oms.local.children import Spawn
from oms.local.errors import LocalError
from oms.local.terminal import Voice

MARK = "COUNTERFOIL_RUN"  # in the environment of every process of a run; its value is the STATE_DIR
_BACKOFF = (0.2, 1.0, 3.0, 10.0)  # seconds before a child that died is started again
_STEADY = 30.0  # seconds of life after which a death counts as the first again
_PATIENCE = 12.0  # seconds to end by themselves


@dataclass
class Child:
    """One process to keep running: its command, and how often it has died lately."""

    name: str
    command: list[str]
    without: frozenset[str] = frozenset()
    process: "subprocess.Popen[bytes] | None" = None
    failures: int = 0
    since: float = 0.0
    due: float | None = None
    reader: threading.Thread | None = field(default=None, repr=False)


class Supervisor:
    """Starts children, prints their lines, starts the dead again, and ends them all."""

    def __init__(self, root: Path, logs: Path, environ: Mapping[str, str]) -> None:
        self.environ = dict(environ)
        self._root = root
        self._logs = logs
        self._children: dict[str, Child] = {}
        # The simple queue may be left by a signal at any moment; the other's lock may not.
        self._deaths: queue.SimpleQueue[tuple[str, subprocess.Popen[bytes]]] = queue.SimpleQueue()

    def add(self, name: str, command: list[str], without: frozenset[str] = frozenset()) -> None:
        """Start a process, which is not told the settings in `without`, and keep it running until `stop`."""
        child = Child(name, command, without)
        self._children[name] = child
        self._start(child)

    def replace_command(self, name: str, command: list[str]) -> None:
        """Set the command that starts the child anew, when it dies."""
        self._children[name].command = command

    def is_failing(self, name: str) -> bool:
        """Tell whether the child has died at least three times without having lived for long."""
        return self._children[name].failures >= len(_BACKOFF) - 1

    def watch(self, seconds: float) -> None:
        """Spend up to `seconds` on starting dead children again, each after a wait that grows."""
        now = time.monotonic()
        dues = [child.due - now for child in self._children.values() if child.due is not None]
        try:
            name, process = self._deaths.get(timeout=max(0.0, min([seconds, *dues])))
        except queue.Empty:
            pass
        else:
            self._note_death(self._children[name], process)
        for child in self._children.values():
            if child.due is not None and child.due <= time.monotonic():
                self._start(child)

    def stop(self) -> None:
        """End every child and all that they started: asked first, killed where that is not enough."""
        groups = [child.process for child in self._children.values() if child.process]
        for process in groups:
            _signal_group(process.pid, signal.SIGTERM, only=process)
        limit = time.monotonic() + _PATIENCE
        for process in groups:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, limit - time.monotonic()))
        for process in groups:
            _signal_group(process.pid, signal.SIGKILL)
            process.wait()
        for child in self._children.values():
            if child.reader is not None:
                child.reader.join(timeout=1)
        self._children.clear()

    def _start(self, child: Child) -> None:
        child.due = None
        child.since = time.monotonic()
        told = {name: value for name, value in self.environ.items() if name not in child.without}
        spawn = Spawn(log=subprocess.PIPE, cwd=self._root, environ=told)
        child.process = spawn.start(child.command)
        turn = list(self._children).index(child.name)
        child.reader = threading.Thread(
            target=self._listen, args=(child.name, child.process, Voice(child.name, turn)), daemon=True
        )
        child.reader.start()

    def _listen(self, name: str, process: "subprocess.Popen[bytes]", voice: Voice) -> None:
        """Print and log what a child says until it has ended, then report its death."""
        if process.stdout is not None:
            with process.stdout as lines, (self._logs / f"{name}.log").open("wb") as log:
                for line in lines:
                    log.write(line)
                    log.flush()
                    voice.say(line.decode(errors="replace").rstrip())
        process.wait()
        self._deaths.put((name, process))

    def _note_death(self, child: Child, process: "subprocess.Popen[bytes]") -> None:
        if process is not child.process:
            return
        _signal_group(process.pid, signal.SIGKILL)
        lived = time.monotonic() - child.since
        wait = _BACKOFF[min(child.failures, len(_BACKOFF) - 1)] if lived < _STEADY else _BACKOFF[0]
        child.failures = child.failures + 1 if lived < _STEADY else 1
        child.due = time.monotonic() + wait
        print(
            f"{child.name} ended with status {process.returncode}: starting it again in {wait:g} s",
            flush=True,
        )


def sweep(state_dir: Path) -> int:
    """End what a killed run of this STATE_DIR left behind, and return how many processes that were.

    A process is known by the mark in its environment, never by a number that may be somebody else's by now.
    The caller holds the lock that makes it the only run of the STATE_DIR.
    """
    token = f"{MARK}={state_dir}".encode()
    found = _marked(token)
    for number in (signal.SIGTERM, signal.SIGKILL):
        limit = time.monotonic() + _PATIENCE
        for pid in _marked(token):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
        while _marked(token) and time.monotonic() < limit:
            time.sleep(0.05)
    if left := _marked(token):
        raise LocalError(f"an earlier run left processes that do not end: {sorted(left)}")
    return len(found)


def _marked(token: bytes) -> set[int]:
    """Return the ids of living processes, but ours, whose environment holds the token; needs /proc."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int(folder.name) != os.getpid() and token in (folder / "environ").read_bytes().split(b"\0"):
                found.add(int(folder.name))
    return found


def _signal_group(group: int, number: signal.Signals, only: "subprocess.Popen[bytes] | None" = None) -> None:
    """Send a signal to a child's process group, or with `only` to the child alone, if it still lives."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if only is not None:
            only.send_signal(number)
        else:
            os.killpg(group, number)
