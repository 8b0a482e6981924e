"""State machines as tables: which moves there are, and what a move that is not there is called."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Generic, TypeVar

from oms.kernel.errors import IllegalMoveError

S = TypeVar("S", bound=StrEnum)


class Outcome(Enum):
    """What became of an attempted move."""

    MOVED = "moved"
    ALREADY_THERE = "already there"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Machine(Generic[S]):
    """One machine: its name and, for each state, the states that may follow."""

    name: str
    moves: Mapping[S, frozenset[S]]

    def attempt(self, current: S, to: S) -> Outcome:
        """Say what moving would be, without moving; repeating a move is not an error."""
        if current == to:
            return Outcome.ALREADY_THERE
        return Outcome.MOVED if to in self.moves.get(current, frozenset()) else Outcome.REFUSED

    def check(self, current: S, to: S) -> None:
        """Raise IllegalMoveError unless the move is in the table."""
        if self.attempt(current, to) is not Outcome.MOVED:
            raise IllegalMoveError(f"{self.name}: {current} cannot become {to}.")

    def is_final(self, state: S) -> bool:
        """Say whether nothing can follow."""
        return not self.moves.get(state)
