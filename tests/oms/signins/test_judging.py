"""What is unusual about a sign-in, what never is, and how far two countries are apart."""

from dataclasses import replace
from datetime import timedelta

import pytest

from oms.signins.countries import country_of, distance
from oms.signins.judging import Signals, Tries, reasons
from oms.signins.states import Reason

HOUR = timedelta(hours=1)
UNUSUAL = {
    Reason.PLACE: Signals(here=Tries(wrong=5, right=2)),
    Reason.ACCOUNT: Signals(other_places=3),
    Reason.WAVE: Signals(is_wave=True),
    Reason.TRAVEL: Signals(kilometers=9000, since=9 * HOUR),
    Reason.NEW: Signals(is_far_country=True, is_new_browser=True),
}
USUAL = {
    "the first one": Signals(),
    "a new phone": Signals(is_new_browser=True),
    "a journey with the known phone": Signals(is_far_country=True),
    "an office in which some mistype": Signals(here=Tries(wrong=9, right=40)),
    "two who mistype at home": Signals(here=Tries(wrong=4)),
    "mistyped at work, right at home": Signals(other_places=1),
    "a flight": Signals(kilometers=9000, since=11 * HOUR),
    "the neighbor country": Signals(kilometers=900, since=timedelta(minutes=5)),
    "a phone's other address during a wave": Signals(is_wave=True, is_new_area=False),
}


@pytest.mark.parametrize("reason", UNUSUAL)
def test_each_reason_stands_for_itself_and_a_known_place_for_none(reason: Reason) -> None:
    assert reasons(UNUSUAL[reason]) == {reason}
    assert reasons(replace(UNUSUAL[reason], is_known_place=True)) == frozenset()


@pytest.mark.parametrize("what", USUAL)
def test_what_people_do_is_usual(what: str) -> None:
    assert reasons(USUAL[what]) == frozenset()


def test_countries_are_as_far_apart_as_their_nearest_places() -> None:
    assert distance("NL", "NL") == distance("NL", "") == distance("", "") == 0
    assert 300 < distance("NL", "DE") == distance("DE", "NL") < 700
    assert 8500 < distance("NL", "JP") < 10000


def test_the_country_of_an_address_is_that_of_its_registry_or_nothing() -> None:
    assert [country_of(a) for a in ("145.97.39.155", "2001:610::1")] == ["NL", "NL"]
    assert [country_of(a) for a in ("10.1.2.3", "127.0.0.1", "::1", "nonsense", "")] == [""] * 5
