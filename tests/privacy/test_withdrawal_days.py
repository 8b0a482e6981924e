"""B39: on each of the days 0 to 15, what a guest and an account find on the page of their order."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from oms.kernel import clock
from tests.forgetting import delivered, only_buyer, proven
from tests.make import Shop
from tests.people import Mailbox, Visitor, words

LABEL = "Withdraw from contract here"
# Delivered on a Monday, so that day 14 is a Monday that is no holiday.
MONDAY = datetime(2026, 11, 2, 10, tzinfo=UTC)


def signed_in(client: FlaskClient) -> Visitor:
    visitor = Visitor(client)
    visitor.send("/account/sign-in", email="ada@shop.test")
    assert visitor.send("/account/code", code=Mailbox().mailed()[-1].code).status_code == 303
    return visitor


@pytest.mark.parametrize("has_account", [False, True], ids=["guest", "account"])
def test_the_right_stands_on_the_page_of_the_order_from_day_0_to_14(
    small: Shop, store: FlaskClient, measured: Callable[..., None], *, has_account: bool
) -> None:
    with clock.held_at(MONDAY):
        account = signed_in(store) if has_account else None
        order = delivered({small.clock: 1}, buyer_id=only_buyer() if account else None)
    path, seen = f"/orders/{order.number}", []
    for days in range(16):
        with clock.held_at(MONDAY + timedelta(days=days)):
            visitor = account or proven(store.application.test_client(), "ada@shop.test", path)
            page = visitor.get(path)
            assert "Retro clock" in words(page)
            assert LABEL in words(page)
            seen.append(f'{path}/withdraw"' in page.text)
    who = "account" if account else "guest"
    wanted = [True] * 15 + [False]
    figure = f"{who}: on the page on days 0-14, not on day 15: {seen.count(True)} of 15"
    measured("B39", figure, passed=seen == wanted)
