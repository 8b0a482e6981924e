"""The life of a copy: asked for, built, ready, and taken once."""

from enum import StrEnum

from oms.kernel.states import Machine


class CopyState(StrEnum):
    """Whether a copy is built yet, and whether somebody has taken it; `dropped`: its person was erased."""

    ASKED = "asked"
    BUILDING = "building"
    READY = "ready"
    TAKEN = "taken"
    DROPPED = "dropped"


COPY = Machine(
    "copy",
    {
        CopyState.ASKED: frozenset({CopyState.BUILDING, CopyState.DROPPED}),
        CopyState.BUILDING: frozenset({CopyState.READY, CopyState.DROPPED}),
        CopyState.READY: frozenset({CopyState.TAKEN, CopyState.DROPPED}),
    },
)
UNDER_WAY = (CopyState.ASKED, CopyState.BUILDING)
LIVE = (*UNDER_WAY, CopyState.READY)
