"""A Valkey of our own for development, demo and tests, on a Unix socket in a private folder."""

import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

from oms.local.binaries import valkey_program
from oms.local.children import Halting, Spawn
from oms.local.errors import LocalError
from oms.local.places import Places, places

_PATIENCE = 10.0  # seconds


class Server:
    """One running embedded Valkey with an append-only file: the process is our child and ends with us."""

    def __init__(self, ground: Places) -> None:
        self._ground = ground
        self._process: subprocess.Popen[bytes] | None = None
        self.socket = ground.sockets("valkey") / "valkey.sock"

    @classmethod
    def start(cls, state_dir: Path) -> "Server":
        """Start the server of a STATE_DIR and return it when it answers; LocalError where it does not."""
        server = cls(places(state_dir))
        server.launch()
        return server

    def launch(self) -> None:
        """Start the server, also one that was stopped or killed, and wait until it answers PING."""
        folder = self._ground.state / "valkey"
        folder.mkdir(mode=0o700, exist_ok=True)
        self.socket.unlink(missing_ok=True)
        # It writes to its working folder, because a folder named as an option may not hold a space.
        options = "--port 0 --unixsocketperm 700 --appendonly yes --maxmemory-policy noeviction"
        command: list[str | Path] = [valkey_program(), *options.split(), "--save", ""]
        command += ["--unixsocket", self.socket]
        self._process = Spawn(log=self.log, cwd=folder).start(command)
        limit = time.monotonic() + _PATIENCE
        while not answers(self.url()):
            if self._process.poll() is not None or time.monotonic() > limit:
                self.stop()
                tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-5:])
                raise LocalError(f"Valkey did not start; the end of {self.log} says:\n{tail}")
            time.sleep(0.01)

    @property
    def log(self) -> Path:
        """Return the path of the server's log."""
        return self._ground.logs / "valkey.log"

    def url(self) -> str:
        """Return the address for redis-py and RQ; flask-limiter wants `redis+` before it."""
        return f"unix://{self.socket}?db=0"

    def wait(self) -> int:
        """Wait until the server ends, by whomever, and return its exit status."""
        return self._process.wait() if self._process else 0

    def stop(self) -> None:
        """Stop the server; what it was told is in its append-only file."""
        if self._process is not None:
            Halting(ask=signal.SIGTERM).end(self._process)
            self._process = None

    def kill(self) -> None:
        """Kill the server as a crash would, for tests of recovery."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


def answers(url: str) -> bool:
    """Tell whether the embedded server answers PING and has read its file.

    Said in its own protocol (RESP, inline command), as importing the client takes longer than the start.
    """
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(5)
            line.connect(urlsplit(url).path)
            line.sendall(b"PING\r\n")
            return line.recv(7) == b"+PONG\r\n"
    except OSError:
        return False
