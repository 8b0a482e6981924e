"""What makes an order doubtful, and what does not: whole orders, by their signals alone."""

from dataclasses import fields, replace

import pytest

from oms.desk.changes.forms import REFUND_REASONS
from oms.risk.queries import CLAIMS
from oms.risk.scoring import THRESHOLD, Sign, Signals, assess, read

HONEST = {
    "an ordinary first order": Signals(),
    "two cards mistyped": Signals(refused=2),
    "a dear present": Signals(ratio=9.0),
    "five orders in a day, each paid": Signals(recent=5, earlier=5),
    "one claim of one order": Signals(earlier=1, claims=1),
    "two claims of ten orders": Signals(earlier=10, claims=2),
    "a first order while cards are tried": Signals(rush=60, paid=3),
    "a dear first order to a dormitory": Signals(ratio=2.5, others=30, nearby=3),
    "a dear order of a regular at a busy address": Signals(ratio=4.0, others=3, nearby=3, earlier=4),
}
DOUBTFUL = {
    "four cards refused": Signals(refused=4),
    "two cards refused while cards are tried": Signals(refused=2, rush=40, paid=5),
    "the third dear first order to one place": Signals(ratio=4.0, others=2, nearby=2),
    "money back for three of four orders": Signals(earlier=4, claims=3),
    "a card refused, and five orders in a day": Signals(refused=1, recent=5, earlier=5),
}


@pytest.mark.parametrize("name", HONEST)
def test_what_happens_to_honest_people_alone_holds_nothing(name: str) -> None:
    assert assess(HONEST[name]).score < THRESHOLD


@pytest.mark.parametrize("name", DOUBTFUL)
def test_what_looks_like_abuse_waits_for_a_person_with_its_reasons(name: str) -> None:
    found = assess(DOUBTFUL[name])
    assert THRESHOLD <= found.score < 1
    assert found.signs


def test_more_of_a_sign_never_makes_an_order_less_doubtful() -> None:
    for field in fields(Signals):
        if field.name in {"ratio", "others", "paid", "earlier"}:  # what the others are compared with
            continue
        scores = [assess(replace(Signals(ratio=3.0, earlier=0), **{field.name: n})).score for n in range(12)]
        assert scores == sorted(scores), field.name


def test_signs_are_kept_as_codes_with_figures_and_read_again() -> None:
    found = assess(Signals(refused=4, ratio=6.04))
    assert found.codes == "refused=4 total=60"
    assert read(found.codes) == {Sign.REFUSED: 4, Sign.TOTAL: 60}
    assert assess(Signals()).codes == ""


def test_claims_are_reasons_of_the_desk_and_a_withdrawal_is_none_of_them() -> None:
    assert set(CLAIMS) < set(REFUND_REASONS)
    assert "The buyer withdrew" not in CLAIMS
