"""Embedded services: many users, one cluster, nothing left behind."""

import subprocess
import sys
from pathlib import Path

import psycopg
import redis

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
