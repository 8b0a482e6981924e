"""The life of an export, and what one can hold."""

from enum import StrEnum

from oms.kernel.states import Machine


class ExportState(StrEnum):
    """How far an export is; it is taken once. `dropped`: taken back, or somebody in it was erased."""

    ASKED = "asked"
    AGREED = "agreed"
    READY = "ready"
    TAKEN = "taken"
    REFUSED = "refused"
    DROPPED = "dropped"


EXPORT = Machine(
    "export",
    {
        ExportState.ASKED: frozenset({ExportState.AGREED, ExportState.REFUSED, ExportState.DROPPED}),
        ExportState.AGREED: frozenset({ExportState.READY, ExportState.DROPPED}),
        ExportState.READY: frozenset({ExportState.TAKEN, ExportState.DROPPED}),
    },
)
LIVE = (ExportState.ASKED, ExportState.AGREED, ExportState.READY)


class ExportKind(StrEnum):
    """What a list tells of each order beside its number; never both in one."""

    ADDRESSES = "addresses"
    MAILBOXES = "mailboxes"
