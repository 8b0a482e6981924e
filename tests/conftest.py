"""What every test stands on: real Postgres, real Valkey, a clean shop each time."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, MetaData, text

from migrations.run import upgrade
from oms import tables
from oms.kernel import db
from oms.kernel.db import KeyringBase
from oms.local import services

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Return the folder of real input; where it is absent the test is skipped, with the reason."""
    folder = Path(os.environ.get("COUNTERFOIL_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no real input at {folder}: set COUNTERFOIL_DATA")
    return folder


@pytest.fixture(scope="session")
def running() -> Iterator[services.Services]:
    """Start, or join, the embedded services of the tests."""
    found = services.up(Path(os.environ.get("STATE_DIR") or ROOT / "var" / "test"), durable=False)
    yield found
    found.stop()


@pytest.fixture(scope="session")
def databases(running: services.Services) -> Iterator[tuple[str, str]]:
    """Make this test process's own database and keyring, migrated; return their addresses."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    urls = [_fresh(running, f"test_{worker}_{name}") for name in ("shop", "keyring")]
    upgrade(urls[0], urls[1])
    yield urls[0], urls[1]
    db.close()


@pytest.fixture
def shop(databases: tuple[str, str]) -> Iterator[None]:
    """Give an empty, migrated shop; everything written is gone afterwards."""
    db.configure(*databases)
    yield
    _empty(db.engine(db.Role.MIGRATE), tables.metadata)
    _empty(db.keyring_engine(), KeyringBase.metadata)


def _fresh(running: services.Services, name: str) -> str:
    db.configure(running.url("postgres"), "")
    with db.engine(db.Role.MIGRATE).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    return running.url(name)


def _empty(engine: Engine, metadata: MetaData) -> None:
    names = [f'"{t.schema}"."{t.name}"' if t.schema else f'"{t.name}"' for t in metadata.sorted_tables]
    if not names:
        return
    probe = " UNION ALL ".join(f"SELECT '{n}' WHERE EXISTS (SELECT 1 FROM {n})" for n in names)  # noqa: S608
    with engine.begin() as connection:
        used = connection.scalars(text(probe)).all()
        if used:
            connection.execute(text(f"TRUNCATE {', '.join(used)} RESTART IDENTITY CASCADE"))
