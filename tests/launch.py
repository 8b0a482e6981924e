"""Starting the launcher of `make run` in tests, as a person would, and looking at what it leaves."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from tests.ear import knows

_ROOT = Path(__file__).parent.parent


class Launch:
    """The launcher over one STATE_DIR; `end` stops every run that was started."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.address = ""
        self._started: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str, **settings: str) -> "subprocess.Popen[str]":
        """Start a run on a free port and return at once."""
        environ = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
        settings = {"STATE_DIR": str(self.state), "PORT": str(free_port()), **settings}
        process = subprocess.Popen(
            [sys.executable, "-m", "oms.local.run", *arguments],
            cwd=_ROOT,
            env={**environ, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._started.append(process)
        return process

    def until_ready(self, *arguments: str, **settings: str) -> "subprocess.Popen[str]":
        """Start a run and return it when it says `ready`; if it does not, the error holds what it said.

        A whole shop keeps on talking: it is listened to, so that it does not wait for us.
        """
        process = self.start(*arguments, **settings)
        said = []
        for line in process.stdout or ():
            said.append(line)
            if line.startswith("ready "):
                self.address = line.split()[1]
                if not arguments and process.stdout:
                    threading.Thread(target=process.stdout.read, daemon=True).start()
                return process
        raise AssertionError("".join(said))

    def processes(self, word: str = "") -> dict[int, str]:
        """Return the living processes whose environment or command names the STATE_DIR, and the word."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = (folder / "cmdline").read_bytes()
                told = command + b"\0" + (folder / "environ").read_bytes()
            except OSError:
                continue
            if command and str(self.state).encode() in told and word.encode() in command.replace(b"\0", b" "):
                found[int(folder.name)] = command.replace(b"\0", b" ").decode(errors="replace")
        return found

    def end(self) -> None:
        """Stop every run that still lives."""
        for process in self._started:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(30)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    knows(port)
    return port


def soon(what: object, seconds: float = 10) -> bool:
    """Tell whether the callable becomes true within the seconds."""
    assert callable(what)
    limit = time.monotonic() + seconds
    while not what() and time.monotonic() < limit:
        time.sleep(0.05)
    return bool(what())
