"""What the launcher asks of the databases before it starts the shop."""

from pathlib import Path

import psycopg

from oms.local.postgres import Cluster
from oms.local.schema import Migrations, is_empty


def test_migrations_are_run_again_only_when_something_has_changed(state_dir: Path) -> None:
    cluster = Cluster.start(state_dir, durable=False)
    environ = {"DATABASE_URL": cluster.url("counterfoil"), "KEYRING_URL": cluster.url("keyring")}
    migrations = Migrations(state_dir, environ)
    assert migrations.are_done() is False
    with psycopg.connect(environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CREATE TABLE alembic_version AS SELECT '0001' AS version_num")
        connection.execute("CREATE TABLE products (id int)")
        migrations.note()
        assert migrations.are_done() is True
        connection.execute("UPDATE alembic_version SET version_num = '0002'")
        assert migrations.are_done() is False
        assert is_empty(environ["DATABASE_URL"]) is True
        connection.execute("INSERT INTO products VALUES (1)")
        assert is_empty(environ["DATABASE_URL"]) is False
    cluster.create_database("elsewhere")
    assert Migrations(state_dir, {**environ, "KEYRING_URL": cluster.url("elsewhere")}).are_done() is False
    cluster.stop()
