"""The folders beside the database, copied file by file: what is sealed, and the pictures of goods.

Nothing there changes under its name, so that each file is copied once; sealed ones stay sealed with the
keys of their units. The name of a copy ends in the SHA-256 of what was written, by which it is read back.
Copies of sealed files go as soon as no row describes them: whom the shop forgot is not in the next backup.
"""

import hashlib
import os
import secrets
from collections.abc import Collection, Iterator
from pathlib import Path

from oms.backups.archive import BrokenBackupError
from oms.kernel import files
from oms.kernel.config import Settings
from oms.kernel.db import reading

FILES, MEDIA = "files", "media"
_DRAFTS = (".draft", ".new-")


def back_up(settings: Settings, folder: Path) -> int:
    """Copy what is new, read it back, and let go of what no row describes; return how many are kept.

    Raises BrokenBackupError when a copy is not what was written.
    """
    for name in (FILES, MEDIA):
        source, known = settings.state_dir / name, {one for one, _ in _held(folder / name)}
        for path in _files_of(source):
            if path.relative_to(source).as_posix() not in known:
                _copy(path, folder / name / path.relative_to(source))
    with reading() as session:
        living = files.names(session)
    for name, path in _held(folder / FILES):
        if name not in living:
            path.unlink(missing_ok=True)
    return sum(1 for name in (FILES, MEDIA) for _ in _held(folder / name))


def verify(folder: Path) -> int:
    """Read every copy and return how many there are. Raises BrokenBackupError for a damaged one."""
    copies = [path for name in (FILES, MEDIA) for _, path in _held(folder / name)]
    for path in copies:
        _content(path)
    return len(copies)


def bring_back(settings: Settings, folder: Path) -> int:
    """Put back the pictures, and those files that a restored row describes; return how many there were.

    Raises BrokenBackupError for a damaged copy.
    """
    with reading() as session:
        lacking = files.names(session)
    return _bring(folder / FILES, settings.state_dir / FILES, lacking) + _bring(
        folder / MEDIA, settings.state_dir / MEDIA
    )


def _bring(folder: Path, to: Path, wanted: Collection[str] | None = None) -> int:
    count = 0
    for name, path in _held(folder):
        if (wanted is None or name in wanted) and not (to / name).exists():
            _write(to / name, _content(path), 0o600 if wanted is not None else 0o644)
            count += 1
    return count


def _files_of(folder: Path) -> list[Path]:
    """Return the finished files of a folder and of the folders in it."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(_DRAFTS) and not path.name.endswith(_DRAFTS)
    ]


def _held(folder: Path) -> Iterator[tuple[str, Path]]:
    """Give the name that each copy had, with its path."""
    for path in _files_of(folder):
        yield path.relative_to(folder).with_name(path.name.rpartition(".")[0]).as_posix(), path


def _copy(path: Path, target: Path) -> None:
    try:
        content = path.read_bytes()
    except FileNotFoundError:  # erased while this ran
        return
    copied = target.with_name(f"{target.name}.{hashlib.sha256(content).hexdigest()}")
    _write(copied, content, 0o600)
    _content(copied)


def _content(path: Path) -> bytes:
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != path.suffix.removeprefix("."):
        raise BrokenBackupError(f"{path} is damaged: it does not hold what was written into it.")
    return content


def _write(path: Path, content: bytes, mode: int) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(mode=0o700 if mode == 0o600 else 0o755, parents=True, exist_ok=True)  # noqa: PLR2004 - octal
    draft = path.with_name(f"{secrets.token_hex(16)}.draft")
    with draft.open("xb") as file:
        draft.chmod(mode)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
