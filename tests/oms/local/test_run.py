"""`make run`: says what is wrong, and leaves no process behind however it ends."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[3]
# Outside parties that are named are not stood in for: these tests are about the rest.
_PARTIES = {
    "STRIPE_SECRET_KEY": "sk_test_x",
    "SMTP_URL": "smtp://127.0.0.1:9",
    "CARRIER_URL": "http://127.0.0.1:9",
}


@pytest.fixture
def run(state_dir: Path) -> Iterator["_Run"]:
    runner = _Run(state_dir)
    yield runner
    runner.end()


class _Run:
    def __init__(self, state: Path) -> None:
        self.state = state
        self.started: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str, **settings: str) -> "subprocess.Popen[str]":
        environ = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
        settings = {**_PARTIES, "STATE_DIR": str(self.state), "PORT": str(_free_port()), **settings}
        process = subprocess.Popen(
            [sys.executable, "-m", "oms.local.run", *arguments],
            cwd=_ROOT,
            env={**environ, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(process)
        return process

    def services(self, **settings: str) -> "subprocess.Popen[str]":
        process = self.start("--only", "services", **settings)
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("ready"):
                return process
        raise AssertionError("".join(said))

    def processes(self) -> set[int]:
        """Return the living processes that name the STATE_DIR in their command line."""
        found = set()
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if str(self.state).encode() in (folder / "cmdline").read_bytes():
                    found.add(int(folder.name))
            except OSError:
                continue
        return found

    def end(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _soon_empty(run: _Run) -> set[int]:
    limit = time.monotonic() + 10
    while run.processes() and time.monotonic() < limit:
        time.sleep(0.02)
    return run.processes()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_it_started(run: _Run, number: signal.Signals) -> None:
    process = run.services()
    assert len(run.processes()) >= 3
    for _ in range(5):  # a terminal, make and timeout may each send one
        process.send_signal(number)
    said, _ = process.communicate(timeout=20)
    assert (process.returncode, said) == (0, "stopped\n")
    assert run.processes() == set()


def test_killed_hard_it_leaves_nothing_and_starts_again(run: _Run) -> None:
    first = run.services()
    secrets = (run.state / "secrets.json").read_bytes()
    first.kill()
    first.wait()
    assert _soon_empty(run) == set()
    run.services()
    assert (run.state / "secrets.json").read_bytes() == secrets


def test_settings_are_written_for_the_owner_alone(run: _Run) -> None:
    run.services()
    written = dict(line.split("=", 1) for line in (run.state / "env").read_text().splitlines())
    assert {"DATABASE_URL", "KEYRING_URL", "REDIS_URL", "SECRET_KEY", "MASTER_KEY"} <= set(written)
    assert (run.state / "env").stat().st_mode & 0o777 == 0o600


def test_a_second_run_of_one_state_dir_is_refused_and_the_first_lives_on(run: _Run) -> None:
    first = run.services()
    second = run.start("--only", "services")
    said, _ = second.communicate(timeout=20)
    assert second.returncode == 1
    assert "another run uses" in said
    assert first.poll() is None


def test_a_busy_port_is_named_with_the_setting(run: _Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = run.start(PORT=str(port))
        said, _ = refused.communicate(timeout=20)
    assert refused.returncode == 1
    assert f"port {port}" in said
    assert f"PORT={port + 1} make run" in said
    assert not (run.state / "postgres").exists()


def test_production_is_refused(run: _Run) -> None:
    refused = run.start(APP_ENV="production")
    said, _ = refused.communicate(timeout=20)
    assert refused.returncode == 1
    assert "for development" in said
    assert not run.state.exists()
