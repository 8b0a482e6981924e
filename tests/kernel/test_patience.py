"""How long what failed is tried: hours while somebody is away, minutes for a fault of ours, else never."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from oms.desk.outbox import queries
from oms.kernel import jobs, outbox
from oms.kernel.db import Role, reading, transaction
from oms.kernel.errors import PermanentError, UnavailableError
from oms.kernel.outbox import DeliveryState, Message, OutboxDelivery, Patience

AN_HOUR = Patience(timedelta(hours=1), timedelta(minutes=10))


class Party:
    """Somebody outside, who answers what the test says."""

    def __init__(self) -> None:
        self.error: Exception | None = UnavailableError("away")
        self.heard = 0

    def tell(self, _message: Message) -> None:
        if self.error is not None:
            raise self.error
        self.heard += 1


@pytest.fixture
def party(shop: None) -> Iterator[Party]:
    somebody = Party()
    jobs.HANDLERS["test.tell"] = jobs.Handler("test.tell", "thing.made", Role.BLIND, somebody.tell, AN_HOUR)
    with transaction() as session:
        outbox.say(session, "thing.made", thing=1)
    yield somebody
    del jobs.HANDLERS["test.tell"]


def delivery() -> OutboxDelivery:
    with reading() as session:
        return session.query(OutboxDelivery).one()


def later(passed: timedelta) -> None:
    """Let time pass for the only delivery, and let it be due."""
    with transaction(Role.MIGRATE) as session:
        session.execute(
            text("UPDATE outbox_deliveries SET due_at = now(), tried_since = tried_since - :passed"),
            {"passed": passed},
        )


def tried(times: int) -> None:
    for _ in range(times):
        jobs.drain()
        later(timedelta(0))


def test_who_is_away_for_most_of_an_hour_is_told_when_they_are_back(party: Party) -> None:
    tried(20)
    later(timedelta(minutes=40))
    assert (delivery().state, delivery().attempts) == (DeliveryState.WAITING, 20)
    with reading() as session:
        again = queries.retrying(session)
    assert again is not None
    assert (again.count, again.error) == (1, "UnavailableError")
    party.error = None
    jobs.drain()
    assert (delivery().state, party.heard) == (DeliveryState.DONE, 1)
    with reading() as session:
        assert queries.retrying(session) is None


def test_pauses_double_up_to_the_longest(party: Party) -> None:
    waits = []
    for _ in range(12):
        jobs.drain()
        with reading() as session:
            wait = session.scalar(text("SELECT extract(epoch FROM due_at - now()) FROM outbox_deliveries"))
        waits.append(float(wait))
        later(timedelta(0))
    assert waits == pytest.approx([2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600], abs=2)


def test_who_stays_away_beyond_the_horizon_is_a_dead_letter_that_the_desk_can_revive(party: Party) -> None:
    tried(3)
    later(timedelta(minutes=61))
    jobs.drain()
    with reading() as session:
        [letter] = queries.dead_letters(session)
    assert (letter.attempts, letter.error) == (4, "UnavailableError")
    party.error = None
    with transaction() as session:
        assert outbox.retry(session, [(letter.message_id, letter.handler)]) == 1
    jobs.drain()
    assert (delivery().state, party.heard) == (DeliveryState.DONE, 1)


def test_a_revived_letter_has_the_whole_patience_again(party: Party) -> None:
    later(timedelta(0))
    jobs.drain()
    later(timedelta(hours=2))
    jobs.drain()
    assert delivery().state is DeliveryState.DEAD
    with transaction() as session:
        outbox.retry(session, [(delivery().message_id, "test.tell")])
    tried(2)
    assert (delivery().state, delivery().attempts) == (DeliveryState.WAITING, 2)


@pytest.mark.parametrize(
    ("error", "attempts", "told"),
    [
        (lambda: PermanentError("Nobody lives there."), 1, "PermanentError: Nobody lives there."),
        (
            lambda: PermanentError("Nobody is %(who)s.", who="ada@shop.test"),
            1,
            "PermanentError: Nobody is %(who)s.",
        ),
        (lambda: ZeroDivisionError("ada@shop.test"), outbox.MOST_ATTEMPTS, "ZeroDivisionError"),
    ],
)
def test_what_no_waiting_heals_is_dead_soon_and_says_nothing_of_anybody(
    party: Party, error: Callable[[], Exception], attempts: int, told: str
) -> None:
    party.error = error()
    tried(outbox.MOST_ATTEMPTS + 2)
    with reading() as session:
        [letter] = queries.dead_letters(session)
    assert (letter.attempts, letter.error) == (attempts, told)
