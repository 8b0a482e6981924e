"""The account that embedded servers run under: Postgres refuses to run as root."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from oms.local.errors import LocalError

_ORDINARY = ("nobody", "daemon", "games")


@dataclass(frozen=True)
class Account:
    """A user id and group id of this machine; `switches` is true where we are root and must drop to it."""

    uid: int
    gid: int
    switches: bool

    def may(self, right: str, path: Path) -> bool:
        """Tell whether it has the right `-x`, `-r` or `-w` of test(1) on the path, by asking the kernel."""
        return self.run(["test", right, path]).returncode == 0

    def run(self, command: Sequence[str | Path]) -> "subprocess.CompletedProcess[str]":
        """Run a command under this account to its end, and return its status and what it said."""
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            user=self.user,
            group=self.group,
            extra_groups=self.groups,
        )

    @property
    def user(self) -> int | None:
        """Return the user id that a child must change to, None where it is ours already."""
        return self.uid if self.switches else None

    @property
    def group(self) -> int | None:
        """Return the group id that a child must change to, None where it is ours already."""
        return self.gid if self.switches else None

    @property
    def groups(self) -> list[int] | None:
        """Return the other groups of a child: none of root's."""
        return [] if self.switches else None

    def own(self, folder: Path, mode: int = 0o700) -> Path:
        """Make the folder where it is missing, hand it to the account, and return it.

        Raises LocalError where somebody else owns it.
        """
        folder.mkdir(mode=mode, parents=True, exist_ok=True)
        if self.switches and folder.lstat().st_uid == 0:
            os.chown(folder, self.uid, self.gid)
        if folder.is_symlink() or folder.lstat().st_uid != self.uid:
            raise LocalError(
                f"{folder} belongs to another user: remove it, or set STATE_DIR to a folder of your own"
            )
        folder.chmod(mode)
        return folder


def server_account() -> Account:
    """Return the account for embedded servers: our own, or an ordinary one where we are root.

    Raises LocalError where we are root and the machine has no ordinary account.
    """
    if os.geteuid() != 0:
        return _own_account()
    for name in _ORDINARY:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        found = Account(entry.pw_uid, entry.pw_gid, switches=True)
        try:
            found.run(["true"])
        except OSError as refusal:
            raise LocalError(
                f"we are root but may not become {name} ({refusal.strerror}), and Postgres does not run as "
                "root. Start as an ordinary user, or set DATABASE_URL and KEYRING_URL."
            ) from refusal
        return found
    raise LocalError(
        "Postgres does not run as root and this machine has no account 'nobody'. "
        "Start as an ordinary user, or set DATABASE_URL and KEYRING_URL."
    )


def _own_account() -> Account:
    """Return the account we run under; initdb needs it to have a line in the list of users."""
    uid = os.geteuid()
    try:
        pwd.getpwuid(uid)
    except KeyError as missing:
        raise LocalError(
            f"user id {uid} has no entry in /etc/passwd, and Postgres cannot start without one. "
            f"Add a line such as 'shop:x:{uid}:{os.getegid()}::/tmp:/bin/sh', "
            "or set DATABASE_URL and KEYRING_URL."
        ) from missing
    return Account(uid, os.getegid(), switches=False)
