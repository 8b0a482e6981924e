"""Tombstones: an append-only file, outside both databases, of what a restore must not bring back.

A line is JSON: when, which unit (an order number or random id), which kinds, which keys. Nothing in it is
about a person, and nothing is a hash of something that is.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from uuid import UUID

from oms.kernel import clock


@dataclass(frozen=True, slots=True)
class Tombstone:
    """The keys of a unit that were destroyed together."""

    unit: str
    kinds: tuple[str, ...]
    keys: tuple[UUID, ...]


def append(path: Path, stones: Sequence[Tombstone]) -> int:
    """Add lines and return, when they are on the disk, at which byte they end.

    Raises OSError, and then the destroying is resumed.
    """
    if not stones:
        return size(path)
    at = clock.now().isoformat()
    lines = [
        json.dumps({"at": at, "unit": s.unit, "kinds": sorted(s.kinds), "keys": [str(k) for k in s.keys]})
        for s in stones
    ]
    is_new = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(_break_after_torn_line(path) + "\n".join([*lines, ""]).encode())
        file.flush()
        os.fsync(file.fileno())
        end = file.tell()
    if is_new:
        _fsync_folder(path.parent)
    return end


def size(path: Path) -> int:
    """Return how many bytes the file has; none where it is absent."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _break_after_torn_line(path: Path) -> bytes:
    """Return a line break when a crash left half a line, so that the next line stands alone."""
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return b""
        file.seek(-1, os.SEEK_END)
        return b"" if file.read(1) == b"\n" else b"\n"


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read(path: Path, start: int = 0, about: str = "") -> Iterator[Tombstone]:
    """Give every tombstone from a byte on, the oldest first; only lines with a word in them, where given.

    Half a line is passed over: its destroying wrote it again.
    """
    if not path.exists():
        return
    with path.open("rb") as file:
        file.seek(start)
        for line in file:
            if about.encode() not in line:
                continue
            try:
                told = json.loads(line)
                keys = tuple(UUID(key) for key in told["keys"])
                yield Tombstone(str(told["unit"]), tuple(told["kinds"]), keys)
            except (ValueError, KeyError, TypeError):
                continue


def has(path: Path, unit: str, kind: str) -> bool:
    """Say whether something of a kind was ever destroyed of a unit, whatever the databases know of it."""
    return any(stone.unit == unit and kind in stone.kinds for stone in read(path, about=unit))


def in_batches(path: Path, size: int, start: int = 0) -> Iterator[list[Tombstone]]:
    """Give the tombstones from a byte on in lists of at most this size."""
    left = read(path, start)
    while batch := list(islice(left, size)):
        yield batch
