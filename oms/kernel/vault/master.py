"""The master key: it wraps data keys and the salts of index keys, and is never stored beside either.

Each use has its own key, derived with HKDF-SHA256 (RFC 5869). While it is exchanged there are two: the one
that wraps, and another that still, or already, unwraps.
"""

from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from oms.kernel.config import Settings
from oms.kernel.errors import ConfigurationError
from oms.kernel.vault.envelope import shut, unshut
from oms.kernel.vault.errors import BrokenSealError

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class _Configured:
    wrapping: bytes = field(repr=False)
    other: bytes = field(repr=False)
    tombstones: Path
    files: Path


_configured: list[_Configured] = []


def configure(settings: Settings) -> None:
    """Take master keys, tombstone file and file store from the settings; call once per process."""
    wrapping = derive(settings.master_key, b"", "wrapping")
    other = derive(settings.master_key_other, b"", "wrapping") if settings.master_key_other else b""
    _configured[:] = [_Configured(wrapping, other, settings.tombstones, settings.state_dir / "files")]


def _now() -> _Configured:
    if not _configured:
        raise ConfigurationError("The vault has no master key: call vault.configure() first.")
    return _configured[0]


def derive(master: bytes, salt: bytes, use: str) -> bytes:
    """Return 32 bytes for one use of the master key."""
    info = f"counterfoil/{use}".encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt or None, info=info).derive(master)


def tombstones() -> Path:
    """Return where tombstones are written."""
    return _now().tombstones


def files() -> Path:
    """Return the folder of sealed files."""
    return _now().files


def wrap(secret: bytes, place: tuple[str, ...]) -> bytes:
    """Return a key wrapped for its row in the keyring; it unwraps in no other."""
    return shut(_now().wrapping, secret, place)


def unwrap(wrapped: bytes, place: tuple[str, ...]) -> bytes:
    """Return a key; raises BrokenSealError when its row differs, or neither master key wrapped it."""
    try:
        return unshut(_now().wrapping, wrapped, place)
    except BrokenSealError:
        if not _now().other:
            raise
        return unshut(_now().other, wrapped, place)


def rewrapped(wrapped: bytes, place: tuple[str, ...]) -> bytes | None:
    """Return a key of the other master key wrapped by this one; None where this one wrapped it already."""
    try:
        unshut(_now().wrapping, wrapped, place)
    except BrokenSealError:
        return wrap(unwrap(wrapped, place), place)
    return None
