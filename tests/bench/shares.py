"""Whose time it was: processor seconds of processes with all that they started, before and after."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

_TICK = os.sysconf("SC_CLK_TCK")


def postmaster(database: str) -> int:
    """Return the process id of the server behind an address, which is on this machine."""
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        assert row is not None
        return _parents()[row[0]]


def family(root: int) -> set[int]:
    """Return a process and all that it started, and they."""
    parents, found = _parents(), {root}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def processor_seconds(root: int) -> float:
    """Return what a process, its living descendants and those it has buried took so far."""
    return sum(sum(int(ticks) for ticks in _stat(pid)[11:15]) for pid in family(root)) / _TICK


def _parents() -> dict[int, int]:
    pids = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal())
    return {pid: int(found[1]) for pid in pids if (found := _stat(pid))}


def _stat(pid: int) -> list[str]:
    """Return the fields after the name, which may hold spaces: state, parent ... (proc(5))."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return []


@dataclass
class Shares:
    """Processor seconds by name over a stretch of time, summed when it is measured several times."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def measured(self, roots: Mapping[str, int]) -> Iterator[None]:
        """Add what these processes, and this one as `client`, take inside the block."""
        before = {name: processor_seconds(pid) for name, pid in roots.items()}
        own = time.process_time()
        yield
        taken = {name: processor_seconds(pid) - before[name] for name, pid in roots.items()}
        for name, seconds in {**taken, "client": time.process_time() - own}.items():
            self.seconds[name] = self.seconds.get(name, 0.0) + seconds

    def share(self, name: str) -> float:
        """Return which part of all that was taken one name took."""
        return self.seconds[name] / sum(self.seconds.values())

    def told(self, times: int) -> str:
        """Return milliseconds of processor for each of so many, the greatest first."""
        ranked = sorted(self.seconds.items(), key=lambda pair: -pair[1])
        return ", ".join(f"{name} {seconds / times * 1000:.1f} ms" for name, seconds in ranked)
