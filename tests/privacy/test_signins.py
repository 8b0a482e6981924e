"""B31: unusual sign-ins are noticed and told within a minute, usual ones left alone; no address is kept."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from oms.kernel.db import transaction
from oms.signins import actions as signins
from oms.signins.queries import Visit
from oms.signins.states import How
from tests.fakes import wait_until
from tests.people import Mailbox
from tests.privacy.comers import SECRET, Seen, came
from tests.privacy.intruders import Besieged
from tests.privacy.town import FULL, SMALL
from tests.running import RunningShop

RECALL, FALSE = 0.95, 0.01


@dataclass(frozen=True)
class Score:
    """How much of a labelled set was noticed: of attacks, and of people."""

    attacks: int
    noticed: int
    people: int
    bothered: int

    @classmethod
    def of(cls, found: list[Seen]) -> "Score":
        """Count it."""
        attacks = [one for one in found if one.is_attack]
        people = [one for one in found if not one.is_attack]
        return cls(
            len(attacks),
            sum(one.is_unusual for one in attacks),
            len(people),
            sum(one.is_unusual for one in people),
        )

    @property
    def recall(self) -> float:
        """Return the share of the attacks that was noticed."""
        return self.noticed / self.attacks

    @property
    def false(self) -> float:
        """Return the share of the people who were taken for somebody else."""
        return self.bothered / self.people

    def is_enough(self) -> bool:
        """Say whether the bar is reached."""
        return self.recall >= RECALL and self.false <= FALSE


def told(found: list[Seen], *, are_attacks: bool) -> str:
    """Return how many of each kind were taken as unusual, of how many."""
    mine = [one for one in found if one.is_attack is are_attacks]
    all_of, seen = Counter(one.kind for one in mine), Counter(one.kind for one in mine if one.is_unusual)
    return "; ".join(f"{kind} {seen[kind]} of {all_of[kind]}" for kind in sorted(all_of))


@pytest.mark.usefixtures("shop")
def test_attacks_are_noticed_and_a_watch_that_sleeps_or_cries_at_everybody_is_below_the_bar() -> None:
    found = came(Besieged(SMALL).tries())
    score = Score.of(found)
    # Too few to show a hundredth: the whole bar is measured on the large set.
    assert score.recall >= 0.9
    assert score.false <= 0.03
    asleep = [replace(one, is_unusual=False) for one in found]
    crying = [replace(one, is_unusual=True) for one in found]
    assert not Score.of(asleep).is_enough()
    assert not Score.of(crying).is_enough()
    assert Score.of([replace(one, is_unusual=one.is_attack) for one in found]).is_enough()


@pytest.mark.privacy
@pytest.mark.usefixtures("shop")
def test_of_a_year_of_sign_ins_the_bar_holds(measured: Callable[..., None]) -> None:
    found = came(Besieged(FULL).tries())
    score = Score.of(found)
    figure = (
        f"{score.noticed} of {score.attacks} attacks on sign-ins noticed ({score.recall:.1%}),"
        f" {score.bothered} of {score.people} people asked for a code ({score.false:.2%})"
    )
    measured("B31", figure, passed=score.is_enough() and score.attacks + score.people >= 2000)
    measured("B31", f"attacks noticed: {told(found, are_attacks=True)}", passed=True)
    measured("B31", f"people asked for a code: {told(found, are_attacks=False)}", passed=True)


@pytest.mark.privacy
def test_the_person_is_told_within_a_minute_by_the_running_shop(
    live: RunningShop, measured: Callable[..., None]
) -> None:
    buyer = Mailbox().open_account("ada@shop.test")
    home, rio = (
        Visit(SECRET, address, agent)
        for address, agent in (("145.97.39.155", "Linux Firefox/1"), ("200.160.2.3", "Windows Chrome/1"))
    )
    for visit in (home, rio):
        begun = time.monotonic()
        with transaction() as session:
            row = signins.arrive(session, buyer.person, How.PASSWORD, visit)
            signins.finish(session, row.id, buyer.person)

    def told() -> list[str]:
        texts = (path.read_text(errors="replace") for path in (live.folder / "mail").glob("*.eml"))
        return [text for text in texts if "/account/not-me/" in text]

    [mail] = wait_until(told, patience=120)
    seconds = time.monotonic() - begun
    assert "200.160" not in mail
    figure = f"its person has a mail {seconds:.0f} s after an unusual sign-in, by the running shop"
    measured("B31", figure, passed=seconds <= 60)
