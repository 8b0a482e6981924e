"""Ways of delivery: offered only where a carrier can do it."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from oms.kernel.db import Role, reading, transaction
from oms.kernel.errors import BadInputError
from oms.shipping import actions, checks
from oms.shipping.actions import NewMethod
from oms.shipping.customs import must_declare
from oms.shipping.queries import Parcel, offers
from oms.web import doctor
from oms.web.doctor import Health
from tests import goods

SLOW = NewMethod(
    "slow", "eu", {"en": "Slow"}, "hollow", "post", ("NL", "DE"), ((500, 300), (2000, 500)), (3, 6)
)


@pytest.fixture
def markets(shop: None) -> None:
    with transaction() as session:
        goods.open_markets(session)


def offered(grams: int = 400) -> list[tuple[str, int, bool, bool]]:
    with reading() as session:
        found = offers(session, Parcel("eu", "NL", "2311", grams, 1000))
    return [(one.code, one.amount, one.needs_phone, one.is_pickup) for one in found]


def test_a_method_is_offered_once_and_brought_up_to_date(markets: None) -> None:
    for method in (SLOW, replace(SLOW, steps=((500, 350),))):
        with transaction() as session:
            actions.add_method(session, method)
    assert offered() == [("slow", 350, False, False)]
    assert offered(501) == []


def test_the_service_decides_about_phone_and_collecting(markets: None) -> None:
    with transaction() as session:
        actions.add_method(session, replace(SLOW, code="fast", service="express", position=1))
        actions.add_method(session, replace(SLOW, code="fetch", carrier="self", service="pickup", position=2))
    assert offered() == [("fast", 300, True, False), ("fetch", 300, False, True)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"carrier": "nobody"},
        {"service": "teleport"},
        {"market": "moon"},
        {"countries": ("US",)},
        {"countries": ()},
        {"names": {"de": "Langsam"}},
        {"steps": ()},
        {"steps": ((500, 1), (500, 2))},
        {"steps": ((500, -1),)},
        {"days": (4, 3)},
    ],
    ids=str,
)
def test_what_cannot_be_sent_is_not_offered(markets: None, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInputError, match="slow: "), transaction() as session:
        actions.add_method(session, replace(SLOW, **wrong))
    assert offered() == []


def test_an_ended_method_is_offered_no_longer(markets: None) -> None:
    with transaction() as session:
        actions.add_method(session, SLOW)
    with transaction() as session:
        assert actions.end_method(session, "slow")
        assert not actions.end_method(session, "slow")
        assert not actions.end_method(session, "never")
    assert offered() == []


@pytest.mark.parametrize(
    ("origin", "target", "declared"),
    [("NL", "NL", False), ("NL", "DE", False), ("NL", "US", True), ("JP", "NL", True)],
)
def test_goods_are_declared_where_they_leave_a_customs_territory(
    origin: str, target: str, *, declared: bool
) -> None:
    assert must_declare(origin, target) is declared


def test_the_doctor_sees_a_market_without_delivery_and_a_method_that_cannot_be(markets: None) -> None:
    assert checks
    named = ["Markets without any way of delivery", "Ways of delivery whose carrier or phone rule is wrong"]
    with transaction() as session:
        for number, (market, country) in enumerate((("eu", "NL"), ("us", "US"), ("jp", "JP"))):
            actions.add_method(session, replace(SLOW, code=f"m{number}", market=market, countries=(country,)))
    assert [found.health for found in doctor.examine(named)] == [Health.WELL] * 2
    with transaction(Role.MIGRATE) as session:
        session.execute(text("UPDATE shipping_methods SET is_active = false WHERE code = 'm2'"))
        session.execute(text("UPDATE shipping_methods SET service = 'express' WHERE code = 'm1'"))
    assert [(found.figure, found.health) for found in doctor.examine(named)] == [
        ("1", Health.ILL),
        ("m1", Health.ILL),
    ]
