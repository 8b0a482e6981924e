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
    names = [f'"{t.schema}"."{t.name}"' if t.schema else f'"{t.name}"' for t in metadata.sorted_tables]
    if not names:
        return
    probe = " UNION ALL ".join(f"SELECT '{n}' WHERE EXISTS (SELECT 1 FROM {n})" for n in names)
    with engine.begin() as connection:
        used = connection.scalars(text(probe)).all()
        if used:
            connection.execute(text(f"TRUNCATE {', '.join(used)} RESTART IDENTITY CASCADE"))
