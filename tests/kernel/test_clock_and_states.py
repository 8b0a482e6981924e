"""The clock can be held and is in UTC; a state moves by its table alone."""

from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum

import pytest

from oms.kernel import clock
from oms.kernel.errors import IllegalMoveError
from oms.kernel.states import Machine, Outcome

EVENING = datetime(2026, 12, 31, 23, 30, tzinfo=timezone(-timedelta(hours=5)))


def test_a_held_clock_tells_utc_and_goes_on_afterwards() -> None:
    with clock.held_at(EVENING):
        assert clock.now() == EVENING
        assert clock.now().tzinfo is UTC
        assert clock.today() == date(2027, 1, 1)
        with clock.held_at(EVENING + timedelta(days=1)):
            assert clock.today() == date(2027, 1, 2)
        assert clock.now() == EVENING
    assert abs(datetime.now(UTC) - clock.now()) < timedelta(seconds=10)


def test_a_clock_is_not_held_at_a_moment_without_a_zone() -> None:
    with pytest.raises(ValueError, match="aware"), clock.held_at(EVENING.replace(tzinfo=None)):
        pass


@pytest.mark.parametrize(
    ("end", "day"),
    [
        (datetime(2026, 12, 1, 22, 0, tzinfo=UTC), date(2026, 12, 1)),
        (datetime(2026, 12, 1, 22, 59, 59, tzinfo=UTC), date(2026, 12, 1)),
        (datetime(2026, 12, 1, 23, 0, 1, tzinfo=UTC), date(2026, 12, 2)),
    ],
)
def test_what_ends_goes_at_the_next_full_hour(end: datetime, day: date) -> None:
    assert clock.gone_on(end) == day


class Light(StrEnum):
    RED = "red"
    GREEN = "green"
    OFF = "off"


LIGHTS = Machine(
    "light", {Light.RED: frozenset({Light.GREEN, Light.OFF}), Light.GREEN: frozenset({Light.RED})}
)


@pytest.mark.parametrize("current", Light)
@pytest.mark.parametrize("to", Light)
def test_a_state_moves_by_its_table_alone(current: Light, to: Light) -> None:
    allowed = (current, to) in {(Light.RED, Light.GREEN), (Light.RED, Light.OFF), (Light.GREEN, Light.RED)}
    same = current is to
    outcome = Outcome.ALREADY_THERE if same else Outcome.MOVED if allowed else Outcome.REFUSED
    assert LIGHTS.attempt(current, to) is outcome
    if allowed:
        LIGHTS.check(current, to)
    else:
        with pytest.raises(IllegalMoveError, match=f"light: {current} cannot become {to}"):
            LIGHTS.check(current, to)


def test_a_state_that_nothing_follows_is_final() -> None:
    assert [LIGHTS.is_final(state) for state in Light] == [False, False, True]
