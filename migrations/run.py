"""Bring both databases to the newest schema, as their owner, and give the roles their rights."""

from collections.abc import Mapping
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, create_engine, make_url, text

from migrations.rights import grant_keyring_rights, grant_rights, let_in
from oms import tables
from oms.kernel.db import KeyringBase, Role

HERE = Path(__file__).parent
_LOCK = text("SELECT pg_advisory_lock(hashtext('counterfoil migrations'))")
_UNLOCK = text("SELECT pg_advisory_unlock(hashtext('counterfoil migrations'))")


def upgrade(
    database_url: str, keyring_url: str, revision: str = "head", *, logins: Mapping[str, str] | None = None
) -> None:
    """Upgrade the database and the keyring, and let the roles sign in by their own logins.

    Safe to repeat, and safe when two starts do it at once.
    """
    known = logins or {}
    for url, metadata, versions, grant, keys in (
        (database_url, tables.metadata, "versions", grant_rights, False),
        (keyring_url, KeyringBase.metadata, "keyring", grant_keyring_rights, True),
    ):
        engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), hide_parameters=True)
        with engine.connect() as connection:
            connection.execute(_LOCK)
            connection.commit()
            command.upgrade(config(connection, metadata, versions), revision)
            grant(connection)
            let_in(connection, {role: at for role, at in known.items() if (role == Role.KEYS) is keys})
            connection.execute(_UNLOCK)
            connection.commit()
        engine.dispose()


def config(connection: Connection, metadata: MetaData, versions: str) -> Config:
    """Return Alembic's configuration for one database; there is no ini file."""
    settings = Config()
    settings.set_main_option("script_location", str(HERE))
    settings.set_main_option("path_separator", "newline")
    settings.set_main_option("version_locations", str(HERE / versions).replace("%", "%%"))
    settings.attributes.update(connection=connection, metadata=metadata, include_name=_is_ours)
    return settings


def differences(connection: Connection, metadata: MetaData) -> list[object]:
    """Return what the models say and the migrated database does not, or the other way round."""
    options = {"compare_type": True, "include_schemas": True, "include_name": _is_ours}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "schema" or name in {None, "personal"}
