"""`make run`: the whole shop on one machine, from nothing to `ready`, until Ctrl-C.

    python -m oms.local.run                  services, stand-ins, migrations, demo, web, worker, relay
    python -m oms.local.run --only services  only embedded services and stand-ins

Settings come from the environment, then from `.env`; what neither gives is embedded, stood in for or made up,
and all of it is written to STATE_DIR/env for other commands.
"""

import argparse
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn

from oms.local import services
from oms.local.errors import LocalError
from oms.local.locks import FileLock
from oms.local.logins import not_for_web
from oms.local.places import places
from oms.local.schema import Migrations, is_empty
from oms.local.settings import development_secrets, read_dotenv, write_private
from oms.local.standins import needed, start_standins
from oms.local.supervisor import MARK, Supervisor, sweep
from oms.local.terminal import Step

_ROOT = Path(__file__).resolve().parents[2]
_FLASK = [sys.executable, "-m", "flask", "--app", "wsgi"]
_THREADS = 4
_MOST_WORKERS = 4  # each has a pool of database connections, and one person is browsing
_READY = 180.0  # seconds for the first page, on a machine that is busy
_STAFF = ("owner", "packer", "service", "privacy", "finance")


class Run:
    """One run of the shop in one STATE_DIR."""

    def __init__(self, environ: Mapping[str, str], closing: ExitStack) -> None:
        self._closing = closing
        self.environ = {**read_dotenv(_ROOT / ".env"), **environ}
        if self.environ.get("APP_ENV", "development") == "production":
            raise LocalError("make run is for development: in production start what Procfile names")
        self.host = self.environ.get("HOST") or "127.0.0.1"
        self.port = _port(self.environ.get("PORT") or "8000")
        self.state = (_ROOT / (self.environ.get("STATE_DIR") or "var")).resolve()
        self.address = f"http://{_shown(self.host)}:{self.port}"

    def prepare(self) -> Supervisor:
        """Start embedded services and stand-ins, fill in every setting, and return who watches them."""
        ground = places(self.state)
        self._be_the_only_one(ground.lock("run"))
        if left := sweep(self.state):
            print(f"  ended {left} processes that an earlier run left behind")
        _refuse_busy_port(self.host, self.port)
        step = Step("embedded services")
        embedded = services.up(self.state, given=self.environ)
        self._closing.callback(embedded.stop)
        step.done()
        self.environ |= embedded.environ
        self.environ |= {k: v for k, v in embedded.logins().items() if not self.environ.get(k)}
        self.environ = {
            "APP_ENV": "development",
            "PUBLIC_URL": self.address,
            **self.environ,
            MARK: str(self.state),
        }
        if self.environ.pop(
            "PYTHONDONTWRITEBYTECODE", ""
        ):  # kept out of the tree, yet not compiled anew each time
            self.environ.setdefault("PYTHONPYCACHEPREFIX", str(self.state / "bytecode"))
        self.environ |= {"HOST": self.host, "PORT": str(self.port), "STATE_DIR": str(self.state)}
        parties = needed(self.environ)
        self.environ |= development_secrets(self.state, self.environ)
        watcher = Supervisor(_ROOT, ground.logs, {**self.environ, "PYTHONUNBUFFERED": "1"})
        self._closing.callback(watcher.stop)
        step = Step("stand-ins")
        self.environ |= start_standins(watcher, self.state, self.environ, self.address, parties)
        step.done(", ".join(party.name for party in parties))
        watcher.environ |= self.environ
        self._write_settings()
        return watcher

    def open_shop(self, watcher: Supervisor) -> None:
        """Migrate, load the demo into an empty shop, await the first page, start worker and relay."""
        migrations = Migrations(self.state, self.environ)
        if not migrations.are_done():
            self._do("migrations", [*_FLASK, "migrate"])
            migrations.note()
        if is_empty(self.environ["DATABASE_URL"]):
            self._do("demo shop", [*_FLASK, "demo", "load"])
        step = Step("web")
        watcher.add("web", self._web(), without=not_for_web(self.environ))
        self._await_page(watcher)
        step.done()
        watcher.add("worker", [sys.executable, "-m", "oms.worker"])
        watcher.add("relay", [sys.executable, "-m", "oms.worker", "relay"])

    def _web(self) -> list[str]:
        """Return the command of the web server; Procfile has the same for production."""
        workers = min(os.cpu_count() or 1, _MOST_WORKERS)
        options = (
            f"--interface wsgi --host {self.host} --port {self.port} --workers {workers} "
            f"--blocking-threads {_THREADS} --log-level warning "
            "--workers-kill-timeout 10s --respawn-failed-workers wsgi:application"
        )
        return [sys.executable, "-m", "granian", *options.split()]

    def welcome(self) -> None:
        """Print the address and the demo sign-ins."""
        staff = ", ".join(f"{name}@shop.test" for name in _STAFF)
        print(f"\nready {self.address}\n")
        print(f"  desk   {self.address}/oms/   {staff}")
        password, totp = self.environ["DEMO_PASSWORD"], self.environ["DEMO_TOTP_SECRET"]
        print(f"         password {password}   TOTP secret {totp}")
        print(f"  buyer  ada@shop.test   the code comes by mail: {self.address}/dev/mail")
        print("  Ctrl-C stops everything.\n", flush=True)

    def _write_settings(self) -> None:
        """Write every setting that this process was not started with, for other commands of the developer."""
        own = {k: v for k, v in self.environ.items() if os.environ.get(k) != v and k != MARK}
        write_private(
            self.state / "env", "".join(f"{name}={shlex.quote(own[name])}\n" for name in sorted(own))
        )

    def _do(self, name: str, command: list[str]) -> None:
        step = Step(name)
        done = subprocess.run(
            command, cwd=_ROOT, env=self.environ, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise LocalError(f"{name} failed:\n{(done.stdout + done.stderr).strip()}")
        step.done((done.stdout.strip().splitlines() or [""])[-1])

    def _be_the_only_one(self, path: Path) -> None:
        only = FileLock(path)
        if not only.try_exclusive():
            raise LocalError(
                f"another run uses {self.state}: stop it, or set STATE_DIR (and PORT) for this one"
            )
        self._closing.callback(only.close)

    def _await_page(self, watcher: Supervisor) -> None:
        limit = time.monotonic() + _READY
        while not _is_healthy(f"{self.address}/healthz"):
            if watcher.is_failing("web") or time.monotonic() > limit:
                raise LocalError(f"the shop does not answer: see {self.state / 'logs' / 'web.log'}")
            watcher.watch(0.1)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 1 << 16:
        raise LocalError(f"PORT must be a number from 1 to 65535, not {text!r}")
    return int(text)


def _shown(host: str) -> str:
    """Return the host as a browser on this machine reaches it."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  compared, not bound
    return f"[{reached}]" if ":" in reached else reached


def _refuse_busy_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise LocalError(
                f"cannot listen on {host} port {port} ({error.strerror}): "
                f"stop what uses it, or choose another, such as PORT={port + 1} make run"
            ) from error


def _is_healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  our own address on this machine
            return bool(answer.status == 200)  # noqa: PLR2004  HTTP OK
    except (urllib.error.URLError, OSError):
        return False


def _serve(closing: ExitStack, *, whole: bool) -> NoReturn:
    """Start everything, or services and stand-ins alone, and watch over it until a signal comes."""
    run = Run(os.environ, closing)
    watcher = run.prepare()
    if whole:
        run.open_shop(watcher)
        run.welcome()
    else:
        print(f"ready services: {run.state / 'env'}", flush=True)
    while True:
        watcher.watch(3600)


def _leave(_number: int, _frame: object) -> None:
    """Leave at the first signal; a second, such as make's after the terminal's, must not disturb that."""
    _hear_no_more()
    raise KeyboardInterrupt


def _hear_no_more() -> None:
    """Ignore signals: what closes has a time limit of its own."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def main(arguments: list[str]) -> int:
    """Run until Ctrl-C or SIGTERM and return the exit status; trouble is told on stderr with what to do."""
    parser = argparse.ArgumentParser(
        prog="make run", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "--only", choices=["services"], help="start nothing but embedded services and stand-ins"
    )
    options = parser.parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell that starts us in the background ignores SIGINT
        signal.signal(number, _leave)
    try:
        with ExitStack() as closing:
            try:
                _serve(closing, whole=options.only is None)
            finally:
                _hear_no_more()
    except LocalError as trouble:
        print(f"make run: {trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", flush=True)
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
