"""What an export itself keeps, for a day at most: its file."""

from dataclasses import dataclass

from oms.kernel.register import Basis, Category, Erase, Event, Purpose, Retention, personal, sealed

DAYS = 1


@sealed(
    "export.file",
    unit="export",
    purposes=frozenset({Purpose.AFTER_SALES}),
    basis=Basis.CONTRACT,
    retention=Retention(after=Event.SEALED, days=DAYS, at_most=DAYS),
    erase=Erase.DELETE_FILE,
    source="the shop",
    readers={
        Purpose.AFTER_SALES: "owner service privacy",
    },
)
@dataclass(frozen=True, slots=True)
class ExportFile:
    """A list of many people, once more what is known; gone as soon as it is taken."""

    name: str = personal(
        "A list with your address or mailbox",
        "For what concerns many orders at once, such as a recall. Two of our staff must agree to it.",
        Category.CONTACT,
    )
