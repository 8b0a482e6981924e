"""What a copy itself keeps for three days at most: its file, and where it is told that it is ready."""

from dataclasses import dataclass

from oms.kernel.register import THEIR_OWN, Basis, Category, Erase, Event, Purpose, Retention, personal, sealed

DAYS = 3
_LIFE = Retention(after=Event.SEALED, days=DAYS, at_most=DAYS)


@sealed(
    "copy.file",
    unit="copy",
    purposes=frozenset({Purpose.RIGHTS}),
    basis=Basis.LEGAL_OBLIGATION,
    retention=_LIFE,
    erase=Erase.DELETE_FILE,
    source="the shop",
    readers={
        Purpose.RIGHTS: f"{THEIR_OWN} copies",
    },
)
@dataclass(frozen=True, slots=True)
class CopyFile:
    """The file of a copy: everything else that is known, once more; gone as soon as it is taken."""

    name: str = personal(
        "A copy of your data", "So that you can take it along; you asked for it.", Category.EVIDENCE
    )


@sealed(
    "copy.mailbox",
    unit="copy",
    purposes=frozenset({Purpose.SECURITY}),
    basis=Basis.LEGAL_OBLIGATION,
    retention=_LIFE,
    readers={
        Purpose.SECURITY: "copies",
    },
)
@dataclass(frozen=True, slots=True)
class CopyMailbox:
    """Where it is told that a copy is ready, and the word in its link; not shown, because it opens it."""

    email: str = personal(
        "E-mail",
        "To tell you that the copy you asked for is ready.",
        Category.CONTACT,
        recipients=("mail service",),
        indexed=True,
    )
    word: str = personal(
        "Link to the copy",
        "So that nobody but you can take it.",
        Category.ACCOUNT,
        recipients=("mail service",),
    )
