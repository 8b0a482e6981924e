"""The sealed file of a backup opens whole, with its key, as what it is, or not at all."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from oms.backups import archive
from oms.backups.archive import FRAME_BYTES, BrokenBackupError
from tests.restoring import BACKUP_KEY

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
MANIFEST = {"rows": {"public.orders": 2}}


def made(path: Path, content: list[bytes], what: str = "data", key: bytes = BACKUP_KEY) -> Path:
    with path.open("wb") as file:
        archive.write(file, archive.new_head(what, NOON), key, MANIFEST, content)
    return path


def read(path: Path, key: bytes = BACKUP_KEY) -> bytes:
    return b"".join(archive.content_of(path, key))


@pytest.mark.parametrize("parts", [[], [b"a"], [b"a" * FRAME_BYTES, b"b" * FRAME_BYTES, b"c"]])
def test_what_was_written_is_read_in_order(tmp_path: Path, parts: list[bytes]) -> None:
    path = made(tmp_path / "a", parts)

    assert read(path) == b"".join(parts)
    assert archive.manifest_of(path, BACKUP_KEY) == MANIFEST
    assert (archive.head_of(path).what, archive.head_of(path).made_at) == ("data", NOON)


def test_nothing_of_the_content_is_in_the_file(tmp_path: Path) -> None:
    raw = made(tmp_path / "a", [b"Ada Lovelace"]).read_bytes()

    assert b"Ada Lovelace" not in raw
    assert b"orders" not in raw
    assert made(tmp_path / "b", [b"Ada Lovelace"]).read_bytes()[-200:] != raw[-200:]


def test_no_changed_byte_goes_unseen(tmp_path: Path) -> None:
    whole = made(tmp_path / "a", [b"one", b"two"]).read_bytes()

    for at in range(len(whole)):
        changed = bytearray(whole)
        changed[at] ^= 1
        (tmp_path / "b").write_bytes(changed)
        with pytest.raises(BrokenBackupError):
            read(tmp_path / "b")


def test_no_cut_and_no_addition_goes_unseen(tmp_path: Path) -> None:
    whole = made(tmp_path / "a", [b"one", b"two"]).read_bytes()

    for wrong in [*(whole[:n] for n in range(len(whole))), whole + b"\0", whole + whole]:
        (tmp_path / "b").write_bytes(wrong)
        with pytest.raises(BrokenBackupError):
            read(tmp_path / "b")


def frames(raw: bytes) -> tuple[bytes, list[bytes]]:
    line, _, rest = raw.partition(b"\n")
    found = []
    while rest:
        length = 4 + int.from_bytes(rest[:4], "big")
        found.append(rest[:length])
        rest = rest[length:]
    return line + b"\n", found


def test_frames_cannot_be_moved_repeated_or_left_out(tmp_path: Path) -> None:
    line, (manifest, one, two, last) = frames(made(tmp_path / "a", [b"one", b"two"]).read_bytes())

    for order in ([manifest, two, one, last], [manifest, one, last], [manifest, one, one, two, last], [last]):
        (tmp_path / "b").write_bytes(line + b"".join(order))
        with pytest.raises(BrokenBackupError):
            read(tmp_path / "b")


def test_a_frame_of_another_backup_does_not_fit(tmp_path: Path) -> None:
    line, ours = frames(made(tmp_path / "a", [b"one"]).read_bytes())
    _, theirs = frames(made(tmp_path / "b", [b"one"]).read_bytes())

    (tmp_path / "c").write_bytes(line + ours[0] + theirs[1] + ours[2])

    with pytest.raises(BrokenBackupError, match="damaged or cut off at byte"):
        read(tmp_path / "c")


def test_a_keyring_cannot_be_passed_off_as_data(tmp_path: Path) -> None:
    raw = made(tmp_path / "a", [b"one"], what="keyring").read_bytes()
    (tmp_path / "b").write_bytes(raw.replace(b'"keyring"', b'"data"', 1))

    assert archive.head_of(tmp_path / "b").what == "data"
    with pytest.raises(BrokenBackupError, match="another BACKUP_KEY, or damaged"):
        read(tmp_path / "b")


def test_another_key_and_another_file_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(BrokenBackupError, match="is of another BACKUP_KEY, or damaged"):
        read(made(tmp_path / "a", [b"one"]), key=bytes(range(32)))
    (tmp_path / "b").write_text(json.dumps({"some": "file"}) + "\n")
    with pytest.raises(BrokenBackupError, match="is no backup of Counterfoil"):
        read(tmp_path / "b")
    with pytest.raises(BrokenBackupError, match="cannot be read: No such file"):
        read(tmp_path / "c")
