"""Where the sealed bytes of a file lie: beside the database, named by the row that describes it."""

from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from oms.kernel.vault import master


def path(row_id: UUID) -> Path:
    """Return the place of a row's file, whether there is one or not; at most 256 folders."""
    name = row_id.hex
    return master.files() / name[:2] / f"{name}.sealed"


def remove(row_ids: Iterable[UUID]) -> int:
    """Remove the files of rows, where they have one; return how many there were."""
    count = 0
    for row_id in row_ids:
        try:
            path(row_id).unlink()
            count += 1
        except FileNotFoundError:
            continue
    return count
