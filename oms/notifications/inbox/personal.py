"""What an order or account keeps of the letters that were written about it."""

from dataclasses import dataclass

from oms.kernel.register import THEIR_OWN, Basis, Category, Event, Purpose, Retention, personal, sealed

_LABEL, _WORDS = "Subject of a message", "Words of a message"
_WHY = "So that you can read again what we wrote to you, also where no mail arrives."


@sealed(
    "order.letter",
    unit="order",
    purposes=frozenset({Purpose.RIGHTS}),
    basis=Basis.CONTRACT,
    # As long as the order's mailbox, by which a guest comes to read it.
    retention=Retention(after=Event.RETURN_WINDOW_ENDED, days=0, at_most=240),
    source="the shop",
    readers={Purpose.RIGHTS: THEIR_OWN},
)
@dataclass(frozen=True, slots=True)
class OrderLetter:
    """A letter about an order, kept short; the person it was written to reads it, and nobody else."""

    subject: str = personal(_LABEL, _WHY, Category.MESSAGE)
    words: str = personal(_WORDS, _WHY, Category.MESSAGE)


@sealed(
    "account.letter",
    unit="account",
    purposes=frozenset({Purpose.RIGHTS}),
    basis=Basis.CONTRACT,
    retention=Retention(after=Event.SEALED, days=90, at_most=90),
    source="the shop",
    readers={Purpose.RIGHTS: THEIR_OWN},
)
@dataclass(frozen=True, slots=True)
class AccountLetter:
    """A letter about an account, kept for three months."""

    subject: str = personal(_LABEL, _WHY, Category.MESSAGE)
    words: str = personal(_WORDS, _WHY, Category.MESSAGE)


KINDS_OF: dict[str, type[OrderLetter] | type[AccountLetter]] = {
    "order": OrderLetter,
    "account": AccountLetter,
}
