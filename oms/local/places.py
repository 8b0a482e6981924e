"""Where embedded services keep their files, sockets and logs, all below one STATE_DIR."""

import hashlib
import os
import re
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from oms.local.account import Account, server_account

# sockaddr_un.sun_path holds 107 bytes and a NUL; the longest name below is "/pg/.s.PGSQL.5432.lock".
_LONGEST_FOLDER = 80
_PLAIN = re.compile(r"[A-Za-z0-9/._-]+")
_SYSTEM_STATE = Path("/var/lib/counterfoil")


@dataclass(frozen=True)
class Places:
    """The folders of one STATE_DIR; `account` is who the embedded Postgres runs as."""

    state: Path
    account: Account

    @property
    def logs(self) -> Path:
        """Return the folder of the servers' logs, made where missing."""
        return _made(self.state / "logs")

    def lock(self, name: str) -> Path:
        """Return the path of a lock file."""
        return _made(self.state / "locks") / name

    def postgres(self) -> Path:
        """Return the folder that holds the cluster.

        Where we are root and the account may not reach STATE_DIR (a home closed to others), it is a folder of
        random name below /var/lib/counterfoil, and `STATE_DIR/postgres` is a link to it.
        """
        home = self.state / "postgres"
        if home.exists():
            return home.resolve()
        if self.account.switches and not self.account.may("-x", self.state):
            far = system_state() / secrets.token_hex(8)
            self.account.own(far)
            home.symlink_to(far)
            return far
        return self.account.own(home)

    def sockets(self, server: str) -> Path:
        """Return the 0700 folder for a server's Unix socket: short, with no character a URL must escape."""
        folder = self.state / "run"
        reachable = not self.account.switches or self.account.may("-x", self.state)
        if len(os.fsencode(folder)) > _LONGEST_FOLDER or not _PLAIN.fullmatch(str(folder)) or not reachable:
            mark = hashlib.sha256(os.fsencode(self.state)).hexdigest()[:12]
            folder = _short_temporary() / f"counterfoil-{os.geteuid()}-{mark}"
        _made(folder)
        return self.account.own(folder / server) if server == "pg" else _private(folder / server)

    def drop_sockets(self) -> None:
        """Remove the folders of the sockets, which may lie outside of STATE_DIR, when no server uses them."""
        for folder in {self.sockets("pg").parent, self.sockets("valkey").parent}:
            shutil.rmtree(folder)


def places(state_dir: Path) -> Places:
    """Return the places of a STATE_DIR, which is made where missing."""
    state_dir.mkdir(parents=True, exist_ok=True)
    return Places(state_dir.resolve(), server_account())


def system_state() -> Path:
    """Return the folder, open to all, for what an unprivileged server must reach when we are root."""
    return _made(_SYSTEM_STATE)


def _short_temporary() -> Path:
    """Return the temporary folder, or /tmp where its name is too long or too odd for a socket."""
    named = Path(tempfile.gettempdir())
    return named if len(str(named)) <= _LONGEST_FOLDER // 2 and _PLAIN.fullmatch(str(named)) else Path("/tmp")  # noqa: S108  the folder in it is private and its owner is checked


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    return folder


def _private(folder: Path) -> Path:
    return Account(os.geteuid(), os.getegid(), switches=False).own(folder)
