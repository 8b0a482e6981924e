"""Forty strings of somebody, each with a field of the shop of its own, and where every field is filled."""

import secrets

from oms.kernel.register import KINDS
from storefront.account.codes import SORTS
from tests.privacy.canaries import Person, letters

_PAST = ("name", "street", "city", "postcode", "region", "district", "phone")
# `{a}` is random letters, `{z}` a Dutch postcode, `{m}` a Dutch mobile number that could exist.
_SHAPES = {
    "email": "{a}@{a}.example",
    "name": "Zu{a} Lovelace",
    "new_street": "7 {a} Lane",
    "city": "New {a}",
    "zip": "{z}",
    "mobile": "{m}",
    "nickname": "<{a}>",
    "friend_name": "Friend {a}",
    "friend_street": "9 {a} Square",
    "friend_city": "{a} upon Sea",
    "friend_zip": "{z}",
    "friend_phone": "{m}",
    "note": "Asked for {a}, twice.",
    "second_note": "Rang again: {a}.",
    "withdrawn_name": "Mrs {a}",
    "withdrawn_email": "{a}@{a}.example",
    "tracking": "{a}",
    "words": "Please tell me of my {a}.",
    "more_words": "And of my {a}, too.",
    "new_email": "{a}@{a}.example",
    "lost_zip": "{z}",
    **{f"past_{part}_{n}": f"{part} {{a}}" for n in (1, 2) for part in _PAST},
    **{f"past_{part}": f"{part} {{a}}" for part in ("number_1", "number_2", "goods_1", "goods_2", "goods_3")},
}
FORTY = len(_SHAPES)
_GIVEN: set[str] = set()
# Fields that no string of one's own can be in, and why; every other that a mailbox opens holds one.
NO_STRING = {
    "order.delivery.country": "a code of the market's list",
    "order.delivery.region": "chosen from a list, where a country has regions",
    "order.doubt.signs": "codes of the shop",
    "order.doubt.points": "a number of the shop",
    "order.letter.subject": "words of the shop",
    "account.letter.subject": "words of the shop",
    "account.letter.words": "words of the shop",
    "shipment.label.name": "the name of a file, the same for everybody",
    "account.profile.country": "a code of a list",
    "move.claim.number": "the number of an order of this shop",
    "move.claim.amount": "an amount of this shop",
    "history.address.country": "a code of a list",
    "history.order.placed_at": "a moment",
    "history.order.country": "a code of a list",
    "history.order.currency": "a code of a list",
    "history.order.total": "an amount",
    "history.order.tax": "an amount",
    "history.order.delivery": "an amount",
    "guardian.contact.email": "only of a child, whom others buy for",
    **{
        f"channel.delivery.{part}": "only of who bought at a marketplace"
        for part in ("name", "street", "country", "city", "postcode", "region", "phone")
    },
    **{
        f"request.parcel.{part}": "only of who got a parcel that somebody else ordered"
        for part in ("number", "postcode", "name")
    },
}


def filled_person() -> Person:
    """Return somebody with forty new strings; the carrier gives the one of `tracking` later."""
    strings, cores = {}, {}
    for what, shape in _SHAPES.items():
        core = _core(shape)
        strings[what] = shape.format(a=core, z=core, m=f"+{core}")
        cores[what] = core
    return Person(strings, cores)


def _core(shape: str) -> str:
    """Return something random that nobody was given before: there are few postcodes."""
    while (core := _drawn(shape)) in _GIVEN:
        continue
    _GIVEN.add(core)
    return core


def _drawn(shape: str) -> str:
    if "{z}" in shape:
        digits = str(secrets.randbelow(9000) + 1000)
        return f"{digits} {''.join(secrets.choice('BCEGHJKLMNPRTVWXZ') for _ in range(2))}"
    if "{m}" in shape:
        return "3161" + "".join(secrets.choice("123456789") for _ in range(7))
    return letters(12)


def fields_of_shoppers() -> set[str]:
    """Return every field, as `kind.field`, that a proven mailbox opens; codes and copies are on their way."""
    ours = [kind for kind in KINDS.values() if kind.type.__module__.startswith("oms.") and kind.unit in SORTS]
    return {f"{kind.name}.{name}" for kind in ours for name in kind.names()}


def brought_along(who: Person) -> dict[str, object]:
    """Return the copy of another shop that this person brings along: two addresses and two orders."""
    said = who.strings
    places = [{part: said[f"past_{part}_{n}"] for part in _PAST} | {"country": "NL"} for n in (1, 2)]
    goods = (("goods_1", "goods_2"), ("goods_3",))
    records = [
        {"kind": "history.order", "values": _past_order(who, n + 1, goods[n])} for n in range(len(goods))
    ]
    return {
        "$schema": "https://elsewhere.example/your-data/schema.json",
        "records": [*({"kind": "history.address", "values": one} for one in places), *records],
        "orders": [],
        "wishes": [],
    }


def _past_order(who: Person, number: int, goods: tuple[str, ...]) -> dict[str, object]:
    return {
        "number": who.strings[f"past_number_{number}"],
        "placed_at": "2020-02-02T10:00:00+00:00",
        "country": "NL",
        "currency": "EUR",
        "total": 1900,
        "goods": [who.strings[f"past_{one}"] for one in goods],
    }
