"""How often somebody may try to sign in, and who has to wait for whose failures."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from oms.kernel import clock
from oms.kernel.db import reading, transaction
from oms.web import budgets
from oms.web.budgets import Attempt, SignInBudget

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOME, ELSEWHERE = "203.0.113.7", "198.51.100.9"


def attempt(account: str = "ada@shop.test", address: str = HOME) -> Attempt:
    return Attempt.of("a secret of the shop", account, address)


def take(tried: Attempt) -> int:
    with transaction() as session:
        return budgets.take(session, tried)


def rows() -> list[SignInBudget]:
    with reading() as session:
        return list(session.scalars(select(SignInBudget)))


def test_four_tries_are_free_and_then_waits_double(shop: None) -> None:
    with clock.held_at(NOON):
        assert [take(attempt()) for _ in range(5)] == [0, 0, 0, 0, 1]
    with clock.held_at(NOON + timedelta(seconds=1)):
        assert [take(attempt()), take(attempt())] == [0, 2]
    with clock.held_at(NOON + timedelta(seconds=3)):
        assert [take(attempt()), take(attempt())] == [0, 4]


def test_waits_end_at_a_quarter_of_an_hour(shop: None) -> None:
    at = NOON
    for _ in range(30):
        with clock.held_at(at):
            wait = take(attempt())
        at += timedelta(seconds=wait or 0)
    assert wait <= 900
    with clock.held_at(NOON + timedelta(hours=9)):
        assert take(attempt()) == 0


def test_a_refused_try_counts_nothing(shop: None) -> None:
    with clock.held_at(NOON):
        for _ in range(4):
            take(attempt())
        before = sorted((row.key, row.failures) for row in rows())
        assert take(attempt()) == 1
        assert sorted((row.key, row.failures) for row in rows()) == before


def test_success_forgives(shop: None) -> None:
    with clock.held_at(NOON):
        for _ in range(4):
            take(attempt())
        with transaction() as session:
            budgets.succeeded(session, attempt())
        assert [take(attempt()) for _ in range(4)] == [0, 0, 0, 0]


def test_strangers_slow_each_other_but_not_the_place_where_somebody_signed_in(shop: None) -> None:
    with clock.held_at(NOON):
        assert take(attempt()) == 0
        with transaction() as session:
            budgets.succeeded(session, attempt())
        for n in range(40):
            take(attempt(address=f"198.51.100.{n}"))
        assert take(attempt(address=ELSEWHERE)) > 0
        assert take(attempt()) == 0
    with clock.held_at(NOON + timedelta(minutes=1)):
        assert take(attempt(address=ELSEWHERE)) == 0


def test_a_known_place_is_known_the_day_after(shop: None) -> None:
    with clock.held_at(NOON):
        take(attempt())
        with transaction() as session:
            budgets.succeeded(session, attempt())
    with clock.held_at(NOON + timedelta(days=1)):
        for n in range(30):
            take(attempt(address=f"198.51.100.{n}"))
        assert take(attempt()) == 0


def test_one_place_trying_many_accounts_has_to_wait(shop: None) -> None:
    with clock.held_at(NOON):
        waits = [take(attempt(f"buyer{n}@shop.test")) for n in range(32)]
    assert waits == [0] * 30 + [1, 1]


def test_an_address_of_one_ipv6_home_is_one_place(shop: None) -> None:
    assert attempt(address="2001:db8:1:2::1").place == attempt(address="2001:db8:1:2:ffff::9").place
    assert attempt(address="2001:db8:1:3::1").place != attempt(address="2001:db8:1:2::1").place
    assert attempt(address="no address").place == attempt(address="").place


def test_keys_change_daily_and_say_nothing(shop: None) -> None:
    with clock.held_at(NOON):
        today = attempt()
        take(today)
    with clock.held_at(NOON + timedelta(days=1)):
        tomorrow = attempt()
    assert tomorrow.pair != today.pair
    assert tomorrow.pair_yesterday == today.pair
    assert {len(row.key) for row in rows()} == {32}


def test_of_fifty_tries_at_once_no_more_than_the_free_ones_pass(shop: None) -> None:
    with ThreadPoolExecutor(7) as pool:
        passed = list(pool.map(lambda _: take(attempt()), range(50))).count(0)
    assert 4 <= passed <= 6


def test_rows_go_after_two_days(shop: None) -> None:
    with clock.held_at(NOON):
        take(attempt())
    with clock.held_at(NOON + timedelta(days=2, seconds=1)), transaction() as session:
        assert budgets.forget_old(session) == 3
    assert rows() == []
