"""The sealed file of a backup: AES-256-GCM in frames of a megabyte, so that any size passes through memory.

A line says what it is; then come frames, each bound to that line, to its number and to whether it is the
last (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizar, 2015). The first frame is the
manifest, the last one the SHA-256 of everything between. Each file has its own key, derived from BACKUP_KEY,
its own salt and what it holds, so that a frame, or a whole file, in the place of another does not open.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from oms.kernel.errors import CounterfoilError
from oms.kernel.register import declare_place
from oms.kernel.vault import master

declare_place(
    "backups",
    holds="sealed copies of both databases, apart, and of sealed files; without look-ups, sessions and codes",
    personal=True,
    purpose="to bring the shop back after an accident",
    life="the keyring's 7 days, the data's as long as the merchant set, 30 days unless changed",
)
FRAME_BYTES = 1 << 20
_MAGIC = "counterfoil backup 1"
_TAG_BYTES = 16
_LONGEST_LINE = 1000


class BrokenBackupError(CounterfoilError):
    """This backup cannot be used."""

    code = "broken_backup"


@dataclass(frozen=True, slots=True)
class Head:
    """The line at the beginning: `data` or `keyring`, a random name, when it was made."""

    what: str
    name: str
    made_at: datetime
    salt: bytes

    def line(self) -> bytes:
        """Return the line as it is written."""
        told = {_MAGIC: self.made_at.isoformat(), "what": self.what, "name": self.name}
        return json.dumps({**told, "salt": base64.b64encode(self.salt).decode()}).encode() + b"\n"


def new_head(what: str, made_at: datetime) -> Head:
    """Return the head of a new backup."""
    return Head(what, secrets.token_hex(4), made_at, secrets.token_bytes(32))


class _Sealer:
    """Seals or opens frame after frame; the number of a frame is its nonce, as the key is this file's own."""

    def __init__(self, head: Head, backup_key: bytes) -> None:
        self._cipher = AESGCM(master.derive(backup_key, head.salt, f"backup/{head.what}"))
        self._bound = hashlib.sha256(head.line()).digest()
        self._number = 0

    def _place(self, *, is_last: bool) -> tuple[bytes, bytes]:
        self._number += 1
        return self._number.to_bytes(12, "big"), self._bound + (b"\1" if is_last else b"\0")

    def seal(self, plain: bytes, *, is_last: bool = False) -> bytes:
        nonce, bound = self._place(is_last=is_last)
        sealed = self._cipher.encrypt(nonce, plain, bound)
        return len(sealed).to_bytes(4, "big") + sealed

    def open(self, sealed: bytes, *, is_last: bool) -> bytes:
        nonce, bound = self._place(is_last=is_last)
        return self._cipher.decrypt(nonce, sealed, bound)


def write(
    file: BinaryIO, head: Head, backup_key: bytes, manifest: Mapping[str, Any], content: Iterable[bytes]
) -> int:
    """Write a backup and return how many bytes of content it holds."""
    sealer, digest, count = _Sealer(head, backup_key), hashlib.sha256(), 0
    file.write(head.line())
    file.write(sealer.seal(json.dumps(manifest).encode()))
    for part in content:
        digest.update(part)
        count += len(part)
        file.write(sealer.seal(part))
    file.write(sealer.seal(json.dumps({"sha256": digest.hexdigest()}).encode(), is_last=True))
    return count


def head_of(path: Path) -> Head:
    """Return the head of a file, which nothing proves yet. Raises BrokenBackupError."""
    try:
        with path.open("rb") as file:
            line = file.readline(_LONGEST_LINE)
        told = json.loads(line)
        made_at = datetime.fromisoformat(told[_MAGIC])
        head = Head(str(told["what"]), str(told["name"]), made_at, base64.b64decode(told["salt"]))
    except OSError as error:
        raise BrokenBackupError(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, KeyError, TypeError):
        raise BrokenBackupError(
            f"{path} is no backup of Counterfoil, or its first line is damaged."
        ) from None
    if head.line() != line:
        raise BrokenBackupError(f"{path} is damaged in its first line.")
    return head


def manifest_of(path: Path, backup_key: bytes) -> dict[str, Any]:
    """Return the manifest inside a backup, proven by the key. Raises BrokenBackupError."""
    told: dict[str, Any] = json.loads(next(_frames(path, backup_key)))
    return told


def content_of(path: Path, backup_key: bytes) -> Iterator[bytes]:
    """Give what is inside, part by part; raises BrokenBackupError, at the latest at the end."""
    frames, digest = _frames(path, backup_key), hashlib.sha256()
    next(frames)
    held = next(frames)
    for frame in frames:
        digest.update(held)
        yield held
        held = frame
    if json.loads(held) != {"sha256": digest.hexdigest()}:
        raise BrokenBackupError(f"{path} does not hold what was written into it.")


def _frames(path: Path, backup_key: bytes) -> Iterator[bytes]:
    head = head_of(path)
    sealer = _Sealer(head, backup_key)
    with path.open("rb") as file:
        file.readline(_LONGEST_LINE)
        size = path.stat().st_size
        is_first = True
        while True:
            at = file.tell()
            length = int.from_bytes(file.read(4), "big")
            end = at + 4 + length
            if not _TAG_BYTES <= length <= FRAME_BYTES + _TAG_BYTES or end > size:
                raise BrokenBackupError(f"{path} is damaged, or cut off, at byte {at}.")
            try:
                yield sealer.open(file.read(length), is_last=end == size)
            except InvalidTag:
                why = "is of another BACKUP_KEY, or" if is_first else "is"
                raise BrokenBackupError(f"{path} {why} damaged or cut off at byte {at}.") from None
            if end == size:
                return
            is_first = False
