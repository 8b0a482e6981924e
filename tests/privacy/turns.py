"""Whose turn it is when two processes run the tests of privacy: what measures time works alone."""

import os
from collections.abc import Iterator

import pytest

from oms.local.locks import FileLock

# Seconds; the longest test takes half an hour.
_PATIENCE = 7_200


@pytest.fixture(autouse=True)
def turn(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let a test that measures time work alone, and all others beside those of another process."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        yield
        return
    folder = tmp_path_factory.getbasetemp().parent  # all processes of a run share it
    door, room = FileLock(folder / "door"), FileLock(folder / "room")
    # Whoever waits to be alone stands in the door, so that nobody else comes in before.
    door.take_exclusive()
    take = room.alone if request.node.get_closest_marker("alone") else room.share
    try:
        take(_PATIENCE, "the tests of another process")
        door.release()
        yield
    finally:
        room.close()
        door.close()
