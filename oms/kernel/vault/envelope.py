"""Envelopes: AES-256-GCM around the canonical JSON of a record, bound to the place where it lies.

An envelope is a version byte, a random nonce of 12 bytes (NIST SP 800-38D, 8.2.2), ciphertext and tag. The
place - table, row, kind, unit, key - is authenticated with it, so that an envelope that is copied to another
row, another kind, another unit or under another key does not open.
"""

import dataclasses
import json
import secrets
from typing import Any, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from oms.kernel.vault.errors import BrokenSealError

T = TypeVar("T")

VERSION = b"\x01"
_NONCE_BYTES = 12
_KEEPABLE = (str, int, bool, type(None))


def shut(secret: bytes, plain: bytes, place: tuple[str, ...]) -> bytes:
    """Return an envelope that opens with this 32-byte secret, at this place, and nowhere else."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return VERSION + nonce + AESGCM(secret).encrypt(nonce, plain, _bound(place))


def unshut(secret: bytes, envelope: bytes, place: tuple[str, ...]) -> bytes:
    """Return what an envelope holds; raises BrokenSealError when anything about it is not as it was shut."""
    nonce, sealed = envelope[1 : 1 + _NONCE_BYTES], envelope[1 + _NONCE_BYTES :]
    if envelope[:1] != VERSION or len(nonce) != _NONCE_BYTES:
        raise BrokenSealError
    try:
        return AESGCM(secret).decrypt(nonce, sealed, _bound(place))
    except InvalidTag:
        raise BrokenSealError from None


def _bound(place: tuple[str, ...]) -> bytes:
    """Join with lengths, so that no two places share their bytes; the version is bound too."""
    parts = [part.encode() for part in place]
    return VERSION + b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def to_bytes(record: object) -> bytes:
    """Return the canonical JSON of a sealed dataclass; raises TypeError for a value that would not return.

    ASCII only, so that every string comes back, half a surrogate pair included.
    """
    if not dataclasses.is_dataclass(record) or isinstance(record, type):
        raise TypeError(f"{type(record).__name__} is not a record")
    values = {field.name: _keepable(getattr(record, field.name)) for field in dataclasses.fields(record)}
    return json.dumps(values, sort_keys=True, separators=(",", ":")).encode("ascii")


def from_bytes(cls: type[T], plain: bytes) -> T:
    """Return the record again: a field the class has lost is left out, a new one takes its default."""
    known = {field.name for field in dataclasses.fields(cls)}  # type: ignore[arg-type]  # T is a dataclass
    return cls(**{name: _restored(value) for name, value in json.loads(plain).items() if name in known})


def _keepable(value: object) -> object:
    if isinstance(value, tuple):
        return [_keepable(part) for part in value]
    if type(value) in _KEEPABLE or isinstance(value, str):
        return value
    raise TypeError(
        f"a sealed record holds text, whole numbers and tuples of them, not {type(value).__name__}"
    )


def _restored(value: Any) -> Any:  # noqa: ANN401 - whatever JSON gives back
    return tuple(_restored(part) for part in value) if isinstance(value, list) else value
