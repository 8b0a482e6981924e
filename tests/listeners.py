"""Who listens at a port of this machine, by what Linux says of sockets and of processes (proc(5))."""

import sys
from ipaddress import ip_address
from pathlib import Path

_LISTENS = "0A"
_PROC = Path("/proc")


def is_run_of(folder: Path, host: str, port: int) -> bool:
    """Say whether it is this process that listens there, or one that was started with this ear's folder.

    A system that tells nobody who listens, as others than Linux do, is believed of its own addresses.
    """
    if not (_PROC / "net" / "tcp").exists():
        return host.startswith("127.") or host in {"::1", "localhost"}
    wanted = {f"socket:[{inode}]" for inode in _inodes(host, port)}
    if not wanted:
        return False
    if _holds("self", wanted):
        return True
    mark = f"COUNTERFOIL_EAR={folder}\0".encode()
    return any(_holds(pid, wanted) and mark in _environ(pid) for pid in _processes())


def _inodes(host: str, port: int) -> set[str]:
    """Return the sockets that listen at this port, at this address or at every one."""
    own = "127.0.0.1" if host in {"", "localhost", "0.0.0.0"} else host  # noqa: S104 - nothing is bound
    addresses = {_hexed(own), _hexed("0.0.0.0"), _hexed("::")}  # noqa: S104 - as above
    ends = {f"{address}:{port:04X}" for address in addresses}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in (_PROC / "net" / table).read_text(encoding="ascii").splitlines()[1:]:
            words = line.split()
            if words[1] in ends and words[3] == _LISTENS:
                found.add(words[9])
    return found


def _hexed(host: str) -> str:
    """Write an address as the kernel's tables do: words of four bytes in the order of this machine."""
    try:
        packed = ip_address(host).packed
    except ValueError:
        return "a name"
    step = -1 if sys.byteorder == "little" else 1
    return b"".join(packed[at : at + 4][::step] for at in range(0, len(packed), 4)).hex().upper()


def _processes() -> list[str]:
    return [path.name for path in _PROC.iterdir() if path.name.isdecimal()]


def _holds(pid: str, wanted: set[str]) -> bool:
    try:
        return any(_target(path) in wanted for path in (_PROC / pid / "fd").iterdir())
    except OSError:  # it has ended, or it is somebody else's
        return False


def _target(path: Path) -> str:
    try:
        return str(path.readlink())
    except OSError:
        return ""


def _environ(pid: str) -> bytes:
    try:
        return (_PROC / pid / "environ").read_bytes() + b"\0"
    except OSError:
        return b""
