"""Models and migrations say the same."""

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData

from migrations.run import HERE, config, differences
from oms import tables
from oms.kernel import db
from oms.kernel.db import KeyringBase, Role


def test_a_migrated_database_is_what_the_models_say(shop: None) -> None:
    with db.engine(Role.MIGRATE).connect() as connection:
        assert differences(connection, tables.metadata) == []
    with db.keyring_engine().connect() as connection:
        assert differences(connection, KeyringBase.metadata) == []


def test_a_column_that_no_migration_made_is_seen(shop: None) -> None:
    changed = MetaData()
    for table in tables.metadata.sorted_tables:
        table.to_metadata(changed)
    changed.tables["outbox_messages"].append_column(sa.Column("forgotten", sa.String()))
    with db.engine(Role.MIGRATE).connect() as connection:
        found = differences(connection, changed)
    assert len(found) == 1
    assert "forgotten" in str(found[0])


def test_the_migrations_are_one_line(shop: None) -> None:
    with db.engine(Role.MIGRATE).connect() as connection:
        for metadata, versions in ((tables.metadata, "versions"), (KeyringBase.metadata, "keyring")):
            script = ScriptDirectory.from_config(config(connection, metadata, versions))
            assert len(script.get_heads()) == 1
            files = [p.stem for p in (HERE / versions).glob("*.py")]
            assert sorted(files) == sorted(r.revision for r in script.walk_revisions())
