"""Locks that the kernel gives back when their holder dies: flock(2) on small files."""

import fcntl
import os
import time
from pathlib import Path

from oms.local.errors import LocalError


class FileLock:
    """A lock on a file, shared or exclusive, held by this process and its forks until released or dead."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take_exclusive(self) -> None:
        """Wait, without limit, until nobody else holds the lock in any way, then hold it alone."""
        fcntl.flock(self._handle, fcntl.LOCK_EX)

    def try_shared(self) -> bool:
        """Take the lock beside others; False where somebody holds it alone."""
        return self._try(fcntl.LOCK_SH)

    def try_exclusive(self) -> bool:
        """Take the lock alone; False where anybody holds it."""
        return self._try(fcntl.LOCK_EX)

    def share(self, patience: float, what: str) -> None:
        """Take the lock beside others within `patience` seconds; else LocalError tells what was awaited."""
        self._within(patience, fcntl.LOCK_SH, what)

    def alone(self, patience: float, what: str) -> None:
        """Take the lock alone within `patience` seconds; else LocalError tells what was awaited."""
        self._within(patience, fcntl.LOCK_EX, what)

    def release(self) -> None:
        """Give the lock back and keep the file open for another turn."""
        fcntl.flock(self._handle, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the lock back for good."""
        os.close(self._handle)

    def _try(self, mode: int) -> bool:
        try:
            fcntl.flock(self._handle, mode | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _within(self, patience: float, mode: int, what: str) -> None:
        limit = time.monotonic() + patience
        while not self._try(mode):
            if time.monotonic() > limit:
                raise LocalError(f"waited {patience:.0f} s for {what} (lock {self.path}): is a start stuck?")
            time.sleep(0.01)
