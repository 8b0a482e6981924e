"""When a sign-in is unusual: one function over what is known of it, without a clock or a database."""

from dataclasses import dataclass
from datetime import timedelta

from oms.signins.states import Reason

# From a place that tried this many passwords of others in vain, and seldom one that was right. Behind one
# address of an office or a dormitory people mistype too, but most of what they type is right.
WRONG_HERE = 5
# Wrong passwords of one account from other places; one person with one phone mistypes at one place.
WRONG_ELSEWHERE = 3
# Of every right password this many wrong ones, or it is no usual day: people give up far less often.
WRONG_FOR_RIGHT = 2
# Within these times so many places failed that never succeeded.
WAVES = ((timedelta(minutes=10), 10), (timedelta(hours=1), 15), (timedelta(hours=24), 30))
# An airliner's speed in km/h; and so many kilometers between two countries say nothing yet, as each is known
# by a few places only, and its registry may be that of the neighbor.
SPEED = 1000.0
NEAR = 1000.0


@dataclass(frozen=True, slots=True)
class Tries:
    """How many tries failed, and how many were right."""

    wrong: int = 0
    right: int = 0

    def are_many(self, least: int) -> bool:
        """Say whether too many of them failed."""
        return self.wrong >= least and self.wrong > WRONG_FOR_RIGHT * self.right


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of a sign-in; `here` counts the tries of other accounts at its place.

    `kilometers` and `since` are the way from the sign-in before, None where there is none to measure.
    """

    is_known_place: bool = False
    is_new_country: bool = False
    is_new_browser: bool = False
    here: Tries = Tries()
    wrong_elsewhere: int = 0
    is_wave: bool = False
    kilometers: float = 0.0
    since: timedelta | None = None


def reasons(found: Signals) -> frozenset[Reason]:
    """Return why a sign-in is unusual; nothing for a usual one, and always for a place that is known."""
    if found.is_known_place:
        return frozenset()
    holds = {
        Reason.PLACE: found.here.are_many(WRONG_HERE),
        Reason.ACCOUNT: found.wrong_elsewhere >= WRONG_ELSEWHERE,
        Reason.WAVE: found.is_wave,
        Reason.TRAVEL: _is_too_fast(found),
        Reason.NEW: found.is_new_country and found.is_new_browser,
    }
    return frozenset(reason for reason, is_so in holds.items() if is_so)


def _is_too_fast(found: Signals) -> bool:
    if found.since is None:
        return False
    return found.kilometers - NEAR > SPEED * found.since.total_seconds() / 3600
