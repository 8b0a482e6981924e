"""The master key: it wraps data keys and derives index keys, and is never stored beside either.

Each use has its own key, derived with HKDF-SHA256 (RFC 5869).
"""

from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from oms.kernel.config import Settings
from oms.kernel.errors import ConfigurationError
from oms.kernel.vault.envelope import shut, unshut

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class _Configured:
    master: bytes = field(repr=False)
    wrapping: bytes = field(repr=False)
    tombstones: Path
    files: Path


_configured: list[_Configured] = []


def configure(settings: Settings) -> None:
    """Take master key, tombstone file and file store from the settings; call once per process."""
    master = settings.master_key
    wrapping = derive(master, b"", "wrapping")
    _configured[:] = [_Configured(master, wrapping, settings.tombstones, settings.state_dir / "files")]


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


def index_key(salt: bytes, field_name: str) -> bytes:
    """Return the blind index key of one field under one version's salt."""
    return derive(_now().master, salt, f"index/{field_name}")


def wrap(secret: bytes, key_id: UUID, subject_id: UUID, unit: str, kind: str) -> bytes:
    """Return a data key wrapped for its row in the keyring; it unwraps in no other."""
    return shut(_now().wrapping, secret, ("keys", str(key_id), str(subject_id), unit, kind))


def unwrap(wrapped: bytes, key_id: UUID, subject_id: UUID, unit: str, kind: str) -> bytes:
    """Return a data key; raises BrokenSealError when row, subject, unit, kind or master key differ."""
    return unshut(_now().wrapping, wrapped, ("keys", str(key_id), str(subject_id), unit, kind))
