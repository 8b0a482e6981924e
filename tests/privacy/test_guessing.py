"""Ids that were guessed, at every address that has one: nobody sees anybody (B28)."""

import random
import re
import string
from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.routing import Rule

from oms.staff.states import StaffRole
from tests.people import Office, Visitor, seated
from tests.privacy.busy import Busy

PERSON = ("ada@shop.test", "Ada Lind", "Rapenburg", "2311 EZ")
SMALL, FULL = 300, 10_000
# A new stranger now and then, so that what slows one down does not answer for the rest.
_EACH = 50


def guessed(rule: Rule, chance: random.Random, seen: list[str]) -> str:
    """Return an address with every id guessed: near numbers, and real words with one letter changed."""
    path = str(rule)
    for name, converter in rule._converters.items():
        is_number = type(converter).__name__ == "IntegerConverter"
        value = str(chance.randrange(1, 60)) if is_number else changed(chance.choice(seen), chance)
        path = re.sub(rf"<(\w+:)?{name}>", value, path)
    return path


def changed(word: str, chance: random.Random) -> str:
    """Return a word of an address with one letter changed."""
    at = chance.randrange(len(word))
    others = (string.ascii_uppercase + string.digits).replace(word[at], "")
    return word[:at] + chance.choice(others) + word[at + 1 :]


def stranger(app: Flask, role: StaffRole | None, number: int) -> Visitor:
    if role is None:
        return Visitor(app.test_client())
    return seated(app.test_client(), Office().employ(f"{role}{number}@shop.test", role))


def guesses(app: Flask, role: StaffRole | None, known: dict[str, str], count: int) -> Counter[str]:
    """Try so many guesses at one application; return how each ended."""
    chance = random.Random(20261122)  # noqa: S311 - repeatable, no secret
    rules = [rule for rule in app.url_map.iter_rules() if rule.arguments and "/static" not in str(rule)]
    seen = [part for path in known.values() for part in path.split("/") if len(part) > 5]
    ends: Counter[str] = Counter()
    for number in range(count):
        if number % _EACH == 0:
            visitor = stranger(app, role, number)
        rule = rules[number % len(rules)]
        path = guessed(rule, chance, seen)
        if "GET" in (rule.methods or set()):
            answer = visitor.get(path)
        else:
            answer = visitor.client.post(path, environ_overrides={"REMOTE_ADDR": visitor.address})
        is_seen = any(word.encode() in answer.data for word in PERSON)
        ends["seen" if is_seen else "broken" if answer.status_code >= 500 else "closed"] += 1
    return ends


@pytest.mark.parametrize("count", [SMALL, pytest.param(FULL, marks=pytest.mark.privacy)])
def test_guessed_ids_show_nobody(
    apps: tuple[Flask, Flask], busy: Busy, measured: Callable[..., None], count: int
) -> None:
    store, desk = apps
    ends = guesses(store, None, busy.store, count // 2)
    ends += guesses(desk, None, busy.desk, count // 4)
    ends += guesses(desk, StaffRole.FINANCE, busy.desk, count // 4)
    figure = f"{ends.total()} guessed ids, {ends['seen']} saw somebody, {ends['broken']} broke"
    measured("B28", figure, passed=ends["closed"] == ends.total() >= count - 4)


def test_a_right_id_in_the_right_hands_is_seen(apps: tuple[Flask, Flask], busy: Busy) -> None:
    owner = Visitor(apps[0].test_client())
    owner.client.set_cookie("store", busy.buyer)
    assert any(word in owner.get(busy.store["orders.order"]).text for word in PERSON)
