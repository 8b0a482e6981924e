"""What the launcher asks of the databases itself, because loading the shop to ask it takes seconds."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import psycopg

from oms.local.settings import write_private

_ROOT = Path(__file__).resolve().parents[2]
_DATABASES = ("DATABASE_URL", "KEYRING_URL")


class Migrations:
    """Whether the two databases are at this checkout's schema, remembered in a file of STATE_DIR."""

    def __init__(self, state: Path, environ: Mapping[str, str]) -> None:
        self._stamp = state / "migrated"
        self._urls = [environ[name] for name in _DATABASES]

    def are_done(self) -> bool:
        """Tell whether nothing has changed since `note`: no migration, no right, no database."""
        return self._stamp.exists() and self._stamp.read_text() == self._now()

    def note(self) -> None:
        """Remember that the migrations of this checkout were applied to these databases."""
        write_private(self._stamp, self._now())

    def _now(self) -> str:
        said = hashlib.sha256()
        for path in sorted((_ROOT / "migrations").rglob("*.py")):
            said.update(path.read_bytes())
        return "\n".join([said.hexdigest(), *(f"{_revision(url)} {url}" for url in self._urls)])


def is_empty(url: str) -> bool:
    """Tell whether the migrated shop has no product yet."""
    with _connected(url) as connection:
        return connection.execute("SELECT 1 FROM products LIMIT 1").fetchone() is None


def _revision(url: str) -> str:
    """Return a database's revision as Alembic keeps it, empty where it has none."""
    with _connected(url) as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except psycopg.errors.UndefinedTable:
            return ""
    return str(row[0]) if row else ""


def _connected(url: str) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(url.replace("+psycopg", "", 1))
