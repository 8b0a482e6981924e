"""What people said yes and no to is a ledger: only added to; what is in force is its replay (B23)."""

import random
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from oms.kernel import clock, vault
from oms.kernel.db import Role, reading, transaction
from oms.kernel.i18n import LANGUAGES
from oms.orders.models import Order
from oms.privacy.states import Channel, channels
from oms.privacy.wishes import actions, queries
from oms.privacy.wishes.actions import Said
from oms.privacy.wishes.models import Wish
from oms.privacy.wishes.states import (
    ASKED,
    NEEDS_YES,
    WORDING,
    Choice,
    WishPurpose,
    WishWay,
    hash_of,
    wording,
)
from tests import make
from tests.forgetting import delivered
from tests.make import Shop

ROOT = Path(__file__).parents[2]
FEW, MANY = 100, 10_000
# The first ten letters of the hash of each wording: whoever changes a word begins a new version.
WORDINGS = {
    "2026-11-22": {
        ("news", "mail", "en"): "db82a9452a",
        ("news", "mail", "de"): "51a47f30ac",
        ("news", "mail", "zh"): "30332c3bfc",
        ("news", "sms", "en"): "2fb4d35ead",
        ("news", "sms", "de"): "e3ed26f810",
        ("news", "sms", "zh"): "fcc8cfce07",
        ("news", "inbox", "en"): "dcbeef6daa",
        ("news", "inbox", "de"): "833739204d",
        ("news", "inbox", "zh"): "e725c345cc",
        ("promotions", "mail", "en"): "0e1d4b5e4f",
        ("promotions", "mail", "de"): "fa2ad20582",
        ("promotions", "mail", "zh"): "2d1419b78f",
        ("promotions", "sms", "en"): "7478f4eadc",
        ("promotions", "sms", "de"): "587f3f59fa",
        ("promotions", "sms", "zh"): "53fe072e86",
        ("promotions", "inbox", "en"): "be269615fd",
        ("promotions", "inbox", "de"): "266cb9db14",
        ("promotions", "inbox", "zh"): "eb4fd8ce12",
        ("sharing", "inbox", "en"): "a3ff7e7bfd",
        ("sharing", "inbox", "de"): "5754998a8e",
        ("sharing", "inbox", "zh"): "f3964734a3",
    },
}


def tell(order: Order, choice: Choice, **more: object) -> None:
    with transaction() as session:
        said = Said(choice, Channel.MAIL, **more)  # type: ignore[arg-type]
        actions.say(session, [order.unit], said, by=make.GUEST)


def rows(order: Order) -> list[Wish]:
    with reading() as session:
        return queries.ledger(session, [order.unit])


def test_every_row_holds_what_was_read_and_how(small: Shop) -> None:
    order = delivered({small.clock: 1})
    at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    with clock.held_at(at):
        tell(order, Choice.WITHDRAWN, language="de", way=WishWay.PROGRAM)
    tell(order, Choice.WITHDRAWN)
    tell(order, Choice.GIVEN)
    first, second = rows(order)
    assert (first.choice, first.way, first.language, first.at) == ("withdrawn", "program", "de", at)
    assert (first.wording, first.text_hash) == (WORDING, hash_of(WishPurpose.NEWS, Channel.MAIL, "de"))
    assert second.choice == "given"
    assert hash_of(WishPurpose.NEWS, Channel.MAIL, "de") != hash_of(WishPurpose.NEWS, Channel.MAIL, "en")


@pytest.mark.parametrize("role", [Role.WEB, Role.WORKER, Role.BLIND, Role.MIGRATE])
@pytest.mark.parametrize(
    "forbidden", ["UPDATE privacy_wishes SET choice = 'given'", "DELETE FROM privacy_wishes"]
)
def test_nobody_changes_a_row_or_takes_one_out(small: Shop, role: Role, forbidden: str) -> None:
    order = delivered({small.clock: 1})
    tell(order, Choice.WITHDRAWN)
    with (
        pytest.raises(ProgrammingError, match=r"written once|permission denied"),
        transaction(role) as session,
    ):
        session.execute(text(forbidden))
    assert [row.choice for row in rows(order)] == ["withdrawn"]


def test_a_letter_that_comes_while_somebody_is_deleted_stops_nothing(small: Shop) -> None:
    order = delivered({small.clock: 1})
    tell(order, Choice.WITHDRAWN)
    with transaction() as session:
        actions.forget(session, order.unit)
    assert [row.choice for row in rows(order)] == ["withdrawn"]

    vault.destroy_unit(order.unit)
    with transaction() as session:
        actions.forget(session, order.unit)
    assert rows(order) == []


def test_a_new_wording_is_a_new_version() -> None:
    hashes = {
        (purpose.value, channel.value, language): hash_of(purpose, channel, language)[:10]
        for purpose, channel in ASKED
        for language in LANGUAGES
    }
    assert len(set(hashes.values())) == len(hashes), "two wordings read the same"
    assert hashes == WORDINGS[WORDING]


def test_nothing_is_ticked_beforehand_and_yes_and_no_are_one_click_of_one_size() -> None:
    page = (ROOT / "templates/components/wishes.html").read_text()
    yes, no = re.findall(r"button\(_\('[^']*'\), ([^)]*name='choice'[^)]*)\)", page)
    assert yes.replace("given", "") == no.replace("withdrawn", "")
    assert "checked" not in page
    asking = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "templates/store").rglob("*.html")
        if "name='choice'" in path.read_text() or "wishes_url" in path.read_text()
    ]
    # No page asks by itself, so nobody is asked again; the second one only leads to the first.
    assert sorted(asking) == [
        "templates/store/privacy/unsubscribe.html",
        "templates/store/privacy/your_data.html",
    ]


Step = tuple[str, WishPurpose, Channel, Choice]


def sequences(people: int, chance: random.Random) -> Iterator[list[Step]]:
    """Random lives: up to nine answers with up to two units each, named for the person."""
    for number in range(people):
        units = [f"order:{token_hex(4)}-{number}" for _ in range(chance.randint(1, 2))]
        yield [
            (
                chance.choice(units),
                chance.choice(list(WishPurpose)),
                chance.choice(list(Channel)),
                chance.choice(list(Choice)),
            )
            for _ in range(chance.randint(1, 9))
        ]


def write(session: Session, lives: list[list[Step]]) -> None:
    """Put the answers of many into the ledger, all lives mixed, each in its own order."""
    begun, made = datetime(2026, 1, 1, tzinfo=UTC), []
    for turn in range(9):
        for life in lives:
            if turn < len(life):
                unit, purpose, channel, choice = life[turn]
                same = {"text_hash": "0" * 64, "wording": "1", "language": "en", "way": WishWay.PAGE}
                what = {"unit": unit, "purpose": purpose, "channel": channel, "choice": choice}
                made.append({**what, **same, "at": begun + timedelta(minutes=turn)})
    session.execute(insert(Wish), made)


def expected(life: list[Step], purpose: WishPurpose, channel: Channel) -> bool:
    """What a person's answers allow, told by going back from the last: no row decides twice."""
    decided: dict[str, bool] = {}
    for unit, about, where, choice in reversed(life):
        if (about, where) == (purpose, channel) and unit not in decided:
            decided[unit] = choice == "given"
    if False in decided.values():
        return False
    return True in decided.values() or purpose == "news"


def differing(session: Session, lives: list[list[Step]], chance: random.Random) -> int:
    """For how many of these people the shop would do other than was said, for some purpose and channel."""
    wrong = 0
    for life in lives:
        units = sorted({step[0] for step in life})
        kept = queries.replay(queries.ledger(session, units))
        same = all(
            kept[step[:3]].choice == [later for later in life if later[:3] == step[:3]][-1][3]
            for step in life
        )
        _unit, purpose, channel, _choice = chance.choice(life)
        is_right = queries.may(session, units, purpose, channel) is expected(life, purpose, channel)
        newest = queries.answers(session, units[:1], purpose, channel).get(units[0])
        row = kept.get((units[0], purpose, channel))
        wrong += not (is_right and same and newest == (row and row.choice))
    return wrong


def replayed(people: int) -> tuple[int, int]:
    chance = random.Random(20261122)  # noqa: S311 - the same lives in every run
    lives = list(sequences(people, chance))
    with transaction() as session:
        write(session, lives)
    with reading() as session:
        return len(lives), differing(session, lives, chance)


def test_what_is_in_force_is_the_replay_of_the_ledger(shop: None) -> None:
    assert replayed(FEW) == (FEW, 0)


def test_a_ledger_that_lost_a_row_is_noticed(shop: None) -> None:
    chance = random.Random(7)  # noqa: S311 - the same lives in every run
    lives = [life for life in sequences(60, chance) if len(set(life)) > 1]
    with transaction() as session:
        write(session, [[step for step in life if step != life[-1]] or life for life in lives])
    with reading() as session, pytest.raises(KeyError):
        differing(session, lives, chance)


@pytest.mark.privacy
def test_ten_thousand_lives_are_replayed(shop: None, measured: Callable[..., None]) -> None:
    people, wrong = replayed(MANY)
    figure = f"{people} random sequences of answers: {wrong} states other than the replay of the ledger"
    measured("B23", figure, passed=wrong == 0 and people >= MANY)


def test_promotions_are_off_until_somebody_said_yes(small: Shop) -> None:
    order = delivered({small.clock: 1})
    with transaction() as session:
        assert {WishPurpose.PROMOTIONS, WishPurpose.SHARING} == NEEDS_YES
        for channel in Channel:
            assert not queries.may(session, [order.unit], WishPurpose.PROMOTIONS, channel)
            # What comes to a phone waits for a yes too.
            is_asked = channel is Channel.SMS
            assert queries.may(session, [order.unit], WishPurpose.NEWS, channel) is not is_asked
    assert channels(texts=True) == tuple(Channel)
    assert Channel.SMS not in channels(texts=False)
    assert "We send none" in wording(WishPurpose.PROMOTIONS, Channel.MAIL, "en")[1]


def test_what_was_said_here_since_then_wins_over_what_is_brought_along(small: Shop) -> None:
    order = delivered({small.clock: 1})
    tell(order, Choice.WITHDRAWN)
    [mine] = rows(order)
    later, earlier = mine.at + timedelta(days=1), mine.at - timedelta(days=1)
    yes = (WishPurpose.NEWS, Channel.MAIL, Choice.GIVEN, mine.text_hash, "1", "de")
    for at, choices in ((earlier, ["withdrawn"]), (later, ["withdrawn", "given"])):
        with transaction() as session:
            actions.bring(session, order.unit, [queries.Answer(*yes, at)], by=make.GUEST)
        assert [row.choice for row in rows(order)] == choices
    assert [row.way for row in rows(order)] == ["page", "brought"]
