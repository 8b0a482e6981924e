"""The stores of this test process, emptied between tests."""

from sqlalchemy import Engine, MetaData, text

from oms import tables
from oms.kernel import db
from oms.kernel.db import KeyringBase
from oms.local.services import Services


def fresh_database(services: Services, name: str) -> str:
    """Make an empty database of this name in embedded services, in place of an earlier one; its address."""
    db.configure(services.url("postgres"), "")
    with db.engine(db.Role.MIGRATE).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    return services.url(name)


def empty_stores() -> None:
    """Take every row out of the database and the keyring that are configured now."""
    _empty(db.engine(db.Role.MIGRATE), tables.metadata)
    _empty(db.keyring_engine(db.Role.MIGRATE), KeyringBase.metadata)


def _empty(engine: Engine, metadata: MetaData) -> None:
    tables_of = {f'"{t.schema}"."{t.name}"' if t.schema else f'"{t.name}"': t for t in metadata.sorted_tables}
    if not tables_of:
        return
    probe = " UNION ALL ".join(f"SELECT '{n}' WHERE EXISTS (SELECT 1 FROM {n})" for n in tables_of)
    with engine.begin() as connection:
        used = connection.scalars(text(probe)).all()
        if used:
            # Some ten times as quick as TRUNCATE, which makes new files for every table and index of it.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text("; ".join(f"DELETE FROM {name}" for name in used)))
            counted = [(name, c.name) for name in used for c in tables_of[name].columns if c.identity]
            again = (f"setval(pg_get_serial_sequence('{name}', '{c}'), 1, false)" for name, c in counted)
            connection.execute(text("SELECT " + ", ".join(("1", *again))))
