"""`make run`: says what is wrong, and leaves no process behind however it ends."""

import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.launch import Launch, soon

# Outside parties that are named are not stood in for: these tests are about the rest.
_PARTIES = {
    "STRIPE_SECRET_KEY": "sk_test_x",
    "SMTP_URL": "smtp://127.0.0.1:9",
    "CARRIER_URL": "http://127.0.0.1:9",
}


@pytest.fixture
def run(state_dir: Path) -> Iterator[Launch]:
    launch = Launch(state_dir)
    yield launch
    launch.end()


def _services(run: Launch) -> "subprocess.Popen[str]":
    return run.until_ready("--only", "services", **_PARTIES)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_it_started(run: Launch, number: signal.Signals) -> None:
    process = _services(run)
    assert len(run.processes()) >= 3
    for _ in range(5):  # a terminal, make and timeout may each send one
        process.send_signal(number)
    said, _ = process.communicate(timeout=20)
    assert (process.returncode, said) == (0, "stopped\n")
    assert run.processes() == {}


def test_killed_hard_it_leaves_nothing_and_starts_again(run: Launch) -> None:
    first = _services(run)
    secrets = (run.state / "secrets.json").read_bytes()
    first.kill()
    first.wait()
    assert soon(lambda: not run.processes())
    _services(run)
    assert (run.state / "secrets.json").read_bytes() == secrets


def test_settings_are_written_for_the_owner_alone(run: Launch) -> None:
    _services(run)
    written = dict(line.split("=", 1) for line in (run.state / "env").read_text().splitlines())
    assert {"DATABASE_URL", "KEYRING_URL", "REDIS_URL", "SECRET_KEY", "MASTER_KEY"} <= set(written)
    assert (run.state / "env").stat().st_mode & 0o777 == 0o600


def test_a_second_run_of_one_state_dir_is_refused_and_the_first_lives_on(run: Launch) -> None:
    first = _services(run)
    second = run.start("--only", "services")
    said, _ = second.communicate(timeout=20)
    assert second.returncode == 1
    assert "another run uses" in said
    assert first.poll() is None


def test_a_busy_port_is_named_with_the_setting(run: Launch) -> None:
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


def test_production_is_refused(run: Launch) -> None:
    refused = run.start(APP_ENV="production")
    said, _ = refused.communicate(timeout=20)
    assert refused.returncode == 1
    assert "for development" in said
    assert not run.state.exists()
