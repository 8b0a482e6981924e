"""What is known of a guardian: one mailbox, to ask them and to let them act for the child."""

from dataclasses import dataclass

from oms.kernel.register import (
    THEIR_MAILBOX,
    Basis,
    Category,
    Event,
    Purpose,
    Retention,
    personal,
    sealed,
)


@sealed(
    "guardian.contact",
    unit="guardian",
    purposes=frozenset({Purpose.RIGHTS}),
    basis=Basis.LEGAL_OBLIGATION,
    # It goes days after the child's data, which rarely stays that long.
    retention=Retention(after=Event.SEALED, days=365, at_most=365),
    source="the child, or somebody who told us of them",
    readers={Purpose.RIGHTS: f"{THEIR_MAILBOX} requests answers"},
)
@dataclass(frozen=True, slots=True)
class GuardianContact:
    """The mailbox of somebody who answers for a child; a code proves it, and opens the child's pages."""

    email: str = personal(
        "E-mail of a parent or guardian",
        "To ask whether we may keep what a child gave us, and to let you act for the child.",
        Category.CONTACT,
        recipients=("mail service",),
        indexed=True,
    )
