"""A shop with a key for backups, and two empty databases to restore into."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from secrets import token_hex

import pytest
from sqlalchemy import text

from oms.kernel import db, vault
from oms.kernel.config import Settings
from oms.local.services import Services

BACKUP_KEY = base64.b64decode("c29tZSB0aGlydHktdHdvIGJ5dGVzIG9mIGEga2V5ISE=")


@pytest.fixture
def kept(shop: None, settings: Settings, tmp_path: Path) -> Settings:
    """Return the settings of the shop with folders and key for backups."""
    assert len(BACKUP_KEY) == 32
    folders = {"backup_data": tmp_path / "disk", "backup_keyring": tmp_path / "safe"}
    return replace(settings, backup_key=BACKUP_KEY, **folders)


@pytest.fixture
def elsewhere(kept: Settings, running: Services) -> Iterator[Settings]:
    """Give the settings of another machine: two empty databases, the same keys, tombstones and files."""
    names = [f"restored_{token_hex(4)}_{what}" for what in ("shop", "keyring")]
    urls = [running.create_database(name) for name in names]
    yield replace(kept, database_url=urls[0], keyring_url=urls[1])
    db.configure(running.url("postgres"), "")
    with db.engine(db.Role.MIGRATE).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name in names:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    move_to(kept)


def move_to(settings: Settings) -> None:
    """Point this process at the databases of the settings."""
    db.configure(settings.database_url, settings.keyring_url)
    vault.configure(settings)
