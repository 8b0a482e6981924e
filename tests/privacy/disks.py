"""The files of the servers themselves, as a thief of the disk would read them."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import redis

from tests.privacy.canaries import Source
from tests.privacy.unpacking import lzf_strings, pglz_values

_PAGES = 8192 * 512
_OVERLAP = 8192


def postgres_files(url: str) -> Source:
    """Give the files of a database and of all databases, the server's log, and what is compressed in them."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        folder = Path(str(_one(connection, "SHOW data_directory")))
        number = _one(connection, "SELECT oid FROM pg_database WHERE datname = current_database()")
    for part in (f"base/{number}", "global", "pg_wal", "base/pgsql_tmp", "pg_stat", "pg_stat_tmp"):
        for path in sorted((folder / part).rglob("*")) if (folder / part).exists() else ():
            for content in _read(path):
                yield f"{part} {path.name}", content
                for value in pglz_values(content):
                    yield f"{part} {path.name}, compressed", value
    for content in _read(server_log(url)):
        yield "server log", content


def server_log(url: str) -> Path:
    """Return where the server of a database writes what it did."""
    with psycopg.connect(url, autocommit=True) as connection:
        folder = Path(str(_one(connection, "SHOW data_directory")))
    return folder.parent.parent / "logs" / "postgres.log"


def _one(connection: "psycopg.Connection[tuple[object, ...]]", statement: str) -> object:
    row = connection.execute(statement).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return row[0]


def _read(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            tail = b""
            while part := file.read(_PAGES):
                if part.strip(b"\0"):
                    yield tail + part
                tail = part[-_OVERLAP:]
    except (FileNotFoundError, IsADirectoryError):
        return  # the server removes files while they are looked at


def valkey_files(url: str) -> Source:
    """Give the append-only files and snapshots of the queue, and every string compressed in them."""
    with redis.Redis.from_url(url) as server:
        folder = Path(server.config_get("dir")["dir"])
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in {".aof", ".rdb"}:
            content = path.read_bytes()
            yield f"valkey {path.name}", content
            for value in lzf_strings(content):
                yield f"valkey {path.name}, compressed", value
