"""The embedded Postgres: made whole or not at all, back after a crash, reachable for an ordinary user."""

import os
import traceback
from pathlib import Path

import psycopg
import pytest

from oms.local.account import server_account
from oms.local.errors import LocalError
from oms.local.places import places
from oms.local.postgres import Cluster


def _count(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert row is not None
    return int(row[0])


def test_what_was_committed_survives_a_hard_kill(state_dir: Path) -> None:
    cluster = Cluster.start(state_dir)
    with psycopg.connect(cluster.url("counterfoil")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000)")
    cluster.kill()
    cluster.launch()
    assert _count(cluster.url("counterfoil")) == 1000
    cluster.stop()


def test_a_half_made_cluster_of_a_killed_start_is_thrown_away(state_dir: Path) -> None:
    ground = places(state_dir)
    half = ground.account.own(ground.postgres() / "half-4711")
    (half / "PG_VERSION").write_text("17\n")
    cluster = Cluster.start(state_dir, durable=False)
    assert [path.name for path in cluster.data.parent.iterdir()] == ["data"]
    with psycopg.connect(cluster.url("keyring")) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    cluster.stop()


def test_a_pid_file_that_names_somebody_else_is_not_believed(state_dir: Path) -> None:
    cluster = Cluster.start(state_dir, durable=False)
    cluster.kill()
    lines = (cluster.data / "postmaster.pid").read_text().splitlines()
    (cluster.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    cluster.launch()
    with psycopg.connect(cluster.url("counterfoil")) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    cluster.stop()


def test_two_state_dirs_live_side_by_side_one_of_them_with_a_space_in_its_name(state_dir: Path) -> None:
    first = Cluster.start(state_dir / "plain", durable=False)
    second = Cluster.start(state_dir / "with a space & ü", durable=False)
    with psycopg.connect(first.url("counterfoil")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1")
    with psycopg.connect(second.url("counterfoil")) as connection:
        assert connection.execute("SELECT to_regclass('kept')").fetchone() == (None,)
    assert first.sockets != second.sockets
    assert " " not in second.url("counterfoil")
    first.stop()
    second.stop()
    places(state_dir / "with a space & ü").drop_sockets()


def test_only_the_owner_may_reach_the_server_and_only_through_the_socket(state_dir: Path) -> None:
    cluster = Cluster.start(state_dir, durable=False)
    with psycopg.connect(cluster.url("counterfoil")) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW log_parameter_max_length").fetchone() == ("0",)
        assert connection.execute("SHOW log_parameter_max_length_on_error").fetchone() == ("0",)
    assert cluster.sockets.stat().st_mode & 0o777 == 0o700
    assert cluster.data.stat().st_mode & 0o777 == 0o700
    cluster.stop()


def test_the_log_does_not_repeat_what_people_typed(state_dir: Path) -> None:
    cluster = Cluster.start(state_dir, durable=False)
    with psycopg.connect(cluster.url("counterfoil"), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (mailbox text PRIMARY KEY)")
        connection.execute("INSERT INTO kept VALUES (%s)", ["canary-7b1f@example.test"])
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO kept VALUES (%s)", ["canary-7b1f@example.test"])
    cluster.stop()
    said = cluster.log.read_text()
    assert "duplicate key value violates unique constraint" in said
    assert "canary" not in said


def test_an_ordinary_user_can_run_it(state_dir: Path) -> None:
    account = server_account()
    state_dir.mkdir()
    os.chown(state_dir, account.uid, account.gid)
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([]) if account.switches else None
            os.setresgid(account.gid, account.gid, account.gid)
            os.setresuid(account.uid, account.uid, account.uid)
            cluster = Cluster.start(state_dir, durable=False)
            cluster.stop()
        except BaseException:  # noqa: BLE001  the child of a fork must not return into the test run
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert (state_dir / "postgres" / "data" / "PG_VERSION").stat().st_uid == account.uid


def test_a_cluster_of_another_version_is_refused_and_left_as_it_was(state_dir: Path) -> None:
    ground = places(state_dir)
    data = ground.account.own(ground.postgres() / "data")
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(LocalError, match="was made by Postgres 9"):
        Cluster.start(state_dir)
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]
