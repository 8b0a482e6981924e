"""Embedded services: many users, one cluster, nothing left behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from oms.local.attach import complete, detach
from oms.local.clean import clean
from oms.local.errors import LocalError
from oms.local.services import up

_ROOT = Path(__file__).parents[3]
_USER = """
import sys
from pathlib import Path
import psycopg
from oms.local.services import up
services = up(Path(sys.argv[1]), durable=False)
with psycopg.connect(services.environ["DATABASE_URL"]) as connection:
    print(connection.execute("SELECT pg_postmaster_start_time()").fetchone())
sys.stdout.flush()
sys.stdin.read()
services.stop()
"""


def _user(state: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", _USER, str(state)],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_both_databases_and_the_queue_answer(state_dir: Path) -> None:
    services = up(state_dir, durable=False)
    try:
        for name, database in (("DATABASE_URL", "counterfoil"), ("KEYRING_URL", "keyring")):
            with psycopg.connect(services.environ[name]) as connection:
                assert connection.execute("SELECT current_database()").fetchone() == (database,)
        assert redis.Redis.from_url(services.environ["REDIS_URL"]).ping() is True
    finally:
        services.stop()


def test_six_processes_at_once_share_one_cluster_until_the_last_has_left(state_dir: Path) -> None:
    users = [_user(state_dir) for _ in range(6)]
    seen = {user.stdout.readline() for user in users if user.stdout}
    assert len(seen) == 1
    assert "datetime" in seen.pop()
    for user in users:
        user.communicate()
    assert [user.returncode for user in users] == [0] * 6
    assert not (state_dir / "services.json").exists()
    assert not (state_dir / "postgres" / "data" / "postmaster.pid").exists()


def test_where_the_state_dir_is_closed_to_the_servers_account_they_run_elsewhere(state_dir: Path) -> None:
    state_dir.mkdir()
    state_dir.parent.chmod(0o700)
    services = up(state_dir, durable=False)
    data = (state_dir / "postgres").resolve()
    try:
        with psycopg.connect(services.environ["DATABASE_URL"]) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        services.stop()
    assert (data / "data" / "PG_VERSION").exists()
    assert clean(state_dir) is True
    assert not data.exists()
    assert not state_dir.exists()


def test_what_is_in_use_is_not_removed(state_dir: Path) -> None:
    services = up(state_dir, durable=False)
    try:
        with pytest.raises(LocalError, match="in use"):
            clean(state_dir)
        with psycopg.connect(services.environ["DATABASE_URL"]) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        services.stop()


def test_a_folder_that_is_not_ours_is_not_removed(state_dir: Path) -> None:
    state_dir.mkdir()
    (state_dir / "letters.txt").write_text("dear")
    with pytest.raises(LocalError, match="does not look like"):
        clean(state_dir)
    assert (state_dir / "letters.txt").read_text() == "dear"
    assert clean(state_dir / "absent") is False


def test_a_server_that_is_killed_comes_back_at_the_same_address(state_dir: Path) -> None:
    services = up(state_dir, durable=False)
    try:
        client = redis.Redis.from_url(services.environ["REDIS_URL"], retry=None)
        client.set("kept", "yes")
        os.kill(int(client.info("server")["process_id"]), signal.SIGKILL)
        again = up(state_dir)
        assert again.environ == services.environ
        assert redis.Redis.from_url(again.environ["REDIS_URL"]).get("kept") == b"yes"
        again.stop()
    finally:
        services.stop()


def test_given_databases_are_used_and_nothing_is_started(state_dir: Path) -> None:
    given = {name: f"given://{name}" for name in ("DATABASE_URL", "KEYRING_URL", "REDIS_URL")}
    services = up(state_dir, given={**given, "PATH": "x"})
    assert services.environ == given
    services.stop()
    assert not state_dir.exists()


def test_a_command_finds_the_settings_of_the_shop_and_never_a_real_party(state_dir: Path) -> None:
    environ = {"STATE_DIR": str(state_dir), "CARRIER_URL": "http://127.0.0.1:1"}
    complete(environ)
    assert environ["CARRIER_URL"] == "http://127.0.0.1:1"
    assert environ["STRIPE_API_BASE"] == "http://127.0.0.1:9"
    assert environ["STRIPE_SECRET_KEY"].startswith("sk_test_")
    with psycopg.connect(environ["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("counterfoil",)
    again = {"STATE_DIR": str(state_dir)}
    complete(again)
    assert again["SECRET_KEY"] == environ["SECRET_KEY"]
    detach()
    assert not (state_dir / "services.json").exists()


def test_in_production_a_command_is_given_nothing(state_dir: Path) -> None:
    environ = {"APP_ENV": "production", "STATE_DIR": str(state_dir)}
    complete(environ)
    assert environ == {"APP_ENV": "production", "STATE_DIR": str(state_dir)}
    assert not state_dir.exists()
