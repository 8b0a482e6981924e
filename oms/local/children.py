"""Child processes that end with us, whatever happens to us."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from oms.local.account import Account

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Spawn:
    """How to start a child: log, folder, environment (None: ours), account, and the signal at our death."""

    log: Path | int
    cwd: Path = Path("/")
    environ: Mapping[str, str] | None = None
    account: Account | None = None
    at_our_death: signal.Signals | None = signal.SIGTERM

    def start(self, command: Sequence[str | Path]) -> "subprocess.Popen[bytes]":
        """Start the command in a session of its own, so that Ctrl-C in a terminal reaches us alone."""
        sink: IO[bytes] | int = self.log if isinstance(self.log, int) else self.log.open("ab")
        who = self.account
        try:
            return subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                cwd=self.cwd,
                env=dict(self.environ) if self.environ is not None else None,
                start_new_session=True,
                preexec_fn=_dies_with_us(self.at_our_death),  # noqa: PLW1509  one system call, no lock taken
                user=who.user if who else None,
                group=who.group if who else None,
                extra_groups=who.groups if who else None,
            )
        finally:
            if not isinstance(sink, int):
                sink.close()


@dataclass
class Halting:
    """How to end a child: ask with the first signal, insist with SIGKILL after `patience` seconds."""

    ask: signal.Signals = signal.SIGTERM
    insist: signal.Signals = signal.SIGKILL
    patience: float = 10.0
    ended: list[int] = field(default_factory=list)

    def end(self, process: "subprocess.Popen[bytes]") -> int:
        """End the child and return its exit status; one that has already ended is only collected."""
        if process.poll() is None:
            process.send_signal(self.ask)
            try:
                process.wait(self.patience)
            except subprocess.TimeoutExpired:
                process.send_signal(self.insist)
        return process.wait()


def _dies_with_us(number: signal.Signals | None) -> Callable[[], None] | None:
    """Return what the child runs before exec so that the kernel sends it the signal when our thread ends."""
    if _LIBC is None or number is None:
        return None
    libc, parent = _LIBC, os.getpid()

    def ask_kernel() -> None:
        """Ask the kernel (kept over exec, as the account is changed before), unless we are dead by now."""
        libc.prctl(_PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:
            os._exit(1)

    return ask_kernel
