"""What a request in words brings with it: a mailbox to answer to, and the words."""

from dataclasses import dataclass

from oms.kernel.register import (
    THEIR_MAILBOX,
    THEIR_OWN,
    Basis,
    Category,
    Event,
    Purpose,
    Retention,
    personal,
    sealed,
)

# Longer than any law allows for an answer; it goes with the answer, or then. The words go first.
_UNTIL_ANSWERED = Retention(after=Event.SEALED, days=107, at_most=107)
_WORDS_FIRST = Retention(after=Event.SEALED, days=100, at_most=100)


@sealed(
    "request.contact",
    unit="request",
    purposes=frozenset({Purpose.RIGHTS}),
    basis=Basis.LEGAL_OBLIGATION,
    retention=_UNTIL_ANSWERED,
    readers={
        Purpose.RIGHTS: f"{THEIR_MAILBOX} requests answers",
    },
)
@dataclass(frozen=True, slots=True)
class RequestContact:
    """The mailbox that asks: it proves itself with a code, and hears the answer."""

    email: str = personal(
        "E-mail",
        "To prove that it is you who asks, and to answer.",
        Category.CONTACT,
        recipients=("mail service",),
        indexed=True,
    )


@sealed(
    "request.words",
    unit="request",
    purposes=frozenset({Purpose.RIGHTS}),
    basis=Basis.LEGAL_OBLIGATION,
    retention=_WORDS_FIRST,
    readers={
        Purpose.RIGHTS: f"{THEIR_OWN} owner privacy",
    },
)
@dataclass(frozen=True, slots=True)
class RequestWords:
    """What somebody wrote with a request."""

    text: str = personal(
        "Your words", "To understand what you ask for.", Category.MESSAGE, free_text=True, default=""
    )
