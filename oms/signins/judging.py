"""When a sign-in is unusual: one function over what is known of it, without a clock or a database."""

from dataclasses import dataclass
from datetime import timedelta

from oms.signins.states import Reason

# From a place that tried this many passwords of others in vain, and seldom one that was right. Behind one
# address of an office or a dormitory people mistype too, but most of what they type is right.
WRONG_HERE = 5
# From so many other places this account was tried in vain since it was last signed in to; a person mistypes
# again and again, but at one place or two.
OTHER_PLACES = 3
# Of every right password this many wrong ones, or it is no usual day: people give up far less often.
WRONG_FOR_RIGHT = 2
# Within these times so many accounts were tried in vain. The desk is told of a slow tide, too; for a
# whole day of it nobody is asked for a code.
WAVES = ((timedelta(minutes=10), 6), (timedelta(hours=1), 12))
TIDE = (timedelta(hours=24), 30)
# An airliner's speed in km/h, and the time until it is in the air and left again. So many kilometers between
# two countries say nothing yet: each is known by a few places only, and the registry may be the neighbor's.
SPEED = 900.0
ON_THE_GROUND = timedelta(hours=1)
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

    An area is the provider's part of the net: a phone has another address each day, but seldom another area.
    A far country is one far from each that is known: most others are a neighbor's, or the seat of a provider.
    `kilometers` and `since` are the way from the sign-in before, None where there is none to measure.
    """

    is_known_place: bool = False
    is_new_area: bool = True
    is_far_country: bool = False
    is_new_browser: bool = False
    here: Tries = Tries()
    other_places: int = 0
    is_wave: bool = False
    kilometers: float = 0.0
    since: timedelta | None = None


def reasons(found: Signals) -> frozenset[Reason]:
    """Return why a sign-in is unusual; nothing for a usual one, and always for a place that is known."""
    if found.is_known_place:
        return frozenset()
    holds = {
        Reason.PLACE: found.here.are_many(WRONG_HERE),
        Reason.ACCOUNT: found.other_places >= OTHER_PLACES,
        Reason.WAVE: found.is_wave and found.is_new_area,
        Reason.TRAVEL: _is_too_fast(found),
        Reason.NEW: found.is_far_country and found.is_new_browser,
    }
    return frozenset(reason for reason, is_so in holds.items() if is_so)


def _is_too_fast(found: Signals) -> bool:
    if found.since is None or found.kilometers <= NEAR:
        return False
    return found.since < ON_THE_GROUND + timedelta(hours=(found.kilometers - NEAR) / SPEED)
