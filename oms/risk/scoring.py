"""From signals to points: a pure function, and one table of what counts how much, and why.

Each sign is taken as evidence by itself: what is left of trust is the product of what each sign leaves.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import prod

# From here on a person looks. Below it nothing at all happens.
THRESHOLD = 0.5
# A total so many times the usual one is high: what is bought to be sold again is dear.
HIGH = 2.0
_RUSH_LEAST = 10


class Sign(StrEnum):
    """What can be unusual of an order; the codes are kept, and shown in words."""

    REFUSED = "refused"
    RUSH = "rush"
    RECENT = "recent"
    NEARBY = "nearby"
    CLAIMS = "claims"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of an order at the moment it is placed; each is a count but `ratio`, total to usual.

    `refused`: cards that were refused before one paid. `rush`, `paid`: refusals and payments of the whole
    shop within the hour. `recent`: other orders of its mailbox within a day. `others`: other mailboxes that
    ordered to its place within 30 days; `nearby`: those of them whose order was their first, and dear.
    `earlier`: orders of its mailbox or account within a year, and `claims`: those of them for which money
    went back because goods were damaged or missing. A withdrawal is a right, and is not in it.
    """

    refused: int = 0
    rush: int = 0
    paid: int = 0
    recent: int = 0
    others: int = 0
    nearby: int = 0
    earlier: int = 0
    claims: int = 0
    ratio: float = 1.0


@dataclass(frozen=True, slots=True)
class Assessed:
    """The score between 0 and 1, and what led to it: each sign with its figure."""

    score: float
    signs: Mapping[Sign, int]

    @property
    def is_doubtful(self) -> bool:
        """Say whether a person should look."""
        return self.score >= THRESHOLD

    @property
    def codes(self) -> str:
        """Return the signs as they are kept: `refused=4 nearby=3`."""
        return " ".join(f"{sign}={figure}" for sign, figure in self.signs.items())


def _step(count: int, steps: tuple[float, ...]) -> float:
    return steps[min(count, len(steps) - 1)]


def _refused(found: Signals) -> float:
    """One card is mistyped by anybody and two are rare; who tries stolen ones tries many."""
    return _step(found.refused, (0.0, 0.12, 0.3, 0.5, 0.65, 0.8))


def _rush(found: Signals) -> float:
    """While cards are tried here, an order of a stranger is likelier to be one; it never suffices alone."""
    is_rush = found.rush >= _RUSH_LEAST and found.rush > found.paid
    return 0.35 if is_rush and not found.earlier else 0.0


def _recent(found: Signals) -> float:
    """Anybody orders once more what was forgotten, or twice. Each was paid, so it never suffices alone."""
    return _step(found.recent, (0.0, 0.03, 0.12, 0.25, 0.35, 0.45))


def _nearby(found: Signals) -> float:
    """First and dear orders of many mailboxes to one place are sent on from there.

    Offices, families, dormitories and parcel shops share a place too, but most orders there are neither: it
    counts only where such orders are half of all that others ordered there.
    """
    is_alike = not found.earlier and found.ratio >= HIGH and found.nearby * 2 >= found.others
    return _step(found.nearby, (0.0, 0.25, 0.55, 0.75)) if is_alike else 0.0


def _claims(found: Signals) -> float:
    """Shrunk by two orders without one, so that what happens once, or twice in many, is no pattern."""
    if found.claims < 2:  # noqa: PLR2004 - once is nothing
        return 0.04 * found.claims
    return min(0.9, 1.3 * found.claims / (found.earlier + 2))


def _total(found: Signals) -> float:
    """Weak: most dear orders are what they seem."""
    return 0.15 if found.ratio >= HIGH * 3 else 0.1 if found.ratio >= HIGH * 1.5 else 0.0


def _tenths(found: Signals) -> int:
    return round(found.ratio * 10)


# Each sign: how much it counts, and the figure that is shown of it.
RULES: Mapping[Sign, tuple[Callable[[Signals], float], Callable[[Signals], int]]] = {
    Sign.REFUSED: (_refused, lambda found: found.refused),
    Sign.RUSH: (_rush, lambda found: found.rush),
    Sign.RECENT: (_recent, lambda found: found.recent),
    Sign.NEARBY: (_nearby, lambda found: found.nearby),
    Sign.CLAIMS: (_claims, lambda found: found.claims),
    Sign.TOTAL: (_total, _tenths),
}


def assess(found: Signals) -> Assessed:
    """Return how doubtful an order is, and why; signs that count nothing are not in it."""
    counted = {sign: weigh(found) for sign, (weigh, _figure) in RULES.items()}
    signs = {sign: RULES[sign][1](found) for sign, weight in counted.items() if weight > 0}
    return Assessed(1 - prod(1 - weight for weight in counted.values()), signs)


def read(codes: str) -> dict[Sign, int]:
    """Return the signs that were kept as codes."""
    pairs = (word.partition("=") for word in codes.split())
    return {Sign(name): int(figure) for name, _equals, figure in pairs}
