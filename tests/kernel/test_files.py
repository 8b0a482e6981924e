"""A file lies sealed beside the database, opens with its description, and goes with its order."""

import os
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from oms.kernel import audit, clock, files, vault
from oms.kernel.audit import SYSTEM, Actor, ActorKind
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError
from oms.kernel.ids import new_id
from oms.kernel.register import Purpose
from oms.kernel.vault import BrokenSealError, OpenedFile, PurposeRefusedError, blobs
from oms.kernel.vault.models import SealedRow
from tests.kernel.vault.kinds import ADA, LABEL, Delivery, LabelFile

pytestmark = pytest.mark.usefixtures("shop")
PDF = b"%PDF-1.7\x00Ada Lovelace, 12 St James's Square"


def keep(unit: str = "order:7", content: bytes = PDF) -> UUID:
    keys = vault.prepare(new_id(), unit, LabelFile)
    with transaction() as session:
        return files.store(session, LABEL, content, keys)


def read(file_id: UUID) -> OpenedFile | None:
    with reading() as session:
        return files.open_file(session, file_id, purpose=Purpose.DELIVERY, by=SYSTEM)


def sealed_rows() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(SealedRow)) or 0


def test_a_label_comes_back_and_is_unreadable_on_the_disk(tmp_path: Path) -> None:
    file_id = keep()

    assert read(file_id) == OpenedFile(LABEL, PDF)
    [path] = (tmp_path / "files").glob("*/*")
    assert path.name == f"{file_id.hex}.sealed"
    assert len(path.read_bytes()) == len(PDF) + 1 + 12 + 16
    assert b"Ada Lovelace" not in path.read_bytes()
    assert b"%PDF-1" not in path.read_bytes()


def test_files_that_changed_places_do_not_open() -> None:
    first, second = keep(), keep("order:8")
    one, other = blobs.path(first).read_bytes(), blobs.path(second).read_bytes()
    blobs.path(first).write_bytes(other)
    blobs.path(second).write_bytes(one)

    for file_id in (first, second):
        with pytest.raises(BrokenSealError):
            read(file_id)


def test_a_file_too_large_is_refused_with_the_limit() -> None:
    with pytest.raises(BadInputError, match="has 41943041 bytes; 41943040 is the most"):
        keep(content=b"x" * (files.MOST_BYTES + 1))

    assert sealed_rows() == 0
    with reading() as session:
        assert files.orphans(session) == []


def test_only_a_kind_that_deletes_its_file_describes_one(tmp_path: Path) -> None:
    keys = vault.prepare(new_id(), "order:7", Delivery)

    with pytest.raises(TypeError, match="sample_delivery is not declared"), transaction() as session:
        files.store(session, ADA, PDF, keys)

    assert sealed_rows() == 0
    assert list((tmp_path / "files").glob("*/*")) == []


def test_a_file_opens_for_its_purpose_and_staff_leave_a_trace() -> None:
    file_id = keep()
    packer = Actor(ActorKind.STAFF, "staff:4")

    with transaction() as session, pytest.raises(PurposeRefusedError):
        files.open_file(session, file_id, purpose=Purpose.PAYMENT, by=packer)
    with transaction() as session:
        files.open_file(session, file_id, purpose=Purpose.DELIVERY, by=packer)

    with reading() as session:
        [entry] = audit.about(session, "order:7")
    assert (entry.verb, entry.fields) == ("vault.open", ("sample_label.name", "sample_label.media_type"))


def test_destroying_the_order_takes_its_file(tmp_path: Path) -> None:
    first, second = keep(), keep("order:8")

    assert vault.destroy_unit("order:7").files == 1

    assert read(first) is None
    assert read(second) == OpenedFile(LABEL, PDF)
    assert [path.stem for path in (tmp_path / "files").glob("*/*")] == [second.hex]


def test_what_a_crash_left_is_found_after_an_hour_and_removed() -> None:
    kept = keep()
    crashed = new_id()
    draft = blobs.path(crashed).with_suffix(".draft")
    for path in (blobs.path(crashed), draft):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")

    with reading() as session:
        assert files.orphans(session) == []
        with clock.held_at(clock.now() + timedelta(minutes=61)):
            assert files.orphans(session) == sorted([blobs.path(crashed), draft])
            assert files.remove_orphans(session) == 2
            assert files.orphans(session) == []
    assert read(kept) == OpenedFile(LABEL, PDF)


def test_a_lost_file_is_told_and_does_not_break_its_page() -> None:
    file_id = keep()
    with reading() as session:
        assert files.missing(session) == []
    os.unlink(blobs.path(file_id))  # noqa: PTH108 - as somebody else would

    assert read(file_id) is None
    with reading() as session:
        assert files.missing(session) == [file_id]
