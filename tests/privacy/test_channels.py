"""What may be written, by kind of message and channel: each switch turns one, and only a post acts (B24)."""

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from oms.kernel.db import reading, transaction
from oms.orders.models import Order
from oms.privacy.states import Channel, channels
from oms.privacy.wishes import queries
from oms.privacy.wishes.models import Wish
from oms.privacy.wishes.queries import token_of
from oms.privacy.wishes.states import MESSAGES, Choice, WishPurpose
from tests import make
from tests.forgetting import paid, proven
from tests.make import Shop
from tests.people import words

SECRET = "a-secret-for-tests-0123456789-abcdefgh"
Cell = tuple[WishPurpose, Channel]


@pytest.fixture
def small(shop: None) -> Shop:
    with transaction() as session:
        return make.small_shop(session)


def cells() -> Iterator[Cell]:
    """Each kind of message that nobody needs, on each channel that the shop writes on."""
    for purpose in MESSAGES:
        for channel in channels(texts=False):
            yield purpose, channel


def said(choice: Choice) -> set[Cell]:
    """What is answered so, whoever answered."""
    with reading() as session:
        rows = queries.replay(session.scalars(select(Wish).order_by(Wish.id))).values()
        return {(row.purpose, row.channel) for row in rows if row.choice is choice}


def link(order: Order, cell: Cell = (WishPurpose.NEWS, Channel.MAIL)) -> str:
    return f"/unsubscribe/{token_of(order.unit, cell[1], SECRET, cell[0])}"


def test_each_switch_turns_one_kind_on_one_channel(small: Shop, store: FlaskClient) -> None:
    paid({small.clock: 1})
    visitor = proven(store, "ada@shop.test")
    done: set[Cell] = set()
    for purpose, channel in cells():
        fields = {"purpose": purpose.value, "channel": channel.value}
        visitor.send("/your-data/wishes", page="/your-data/", **fields, choice="withdrawn")
        done.add((purpose, channel))
        assert said(Choice.WITHDRAWN) == done
    for purpose, channel in cells():
        fields = {"purpose": purpose.value, "channel": channel.value}
        visitor.send("/your-data/wishes", page="/your-data/", **fields, choice="given")
        done.remove((purpose, channel))
        assert said(Choice.WITHDRAWN) == done


def test_what_is_needed_has_no_switch_and_says_why(small: Shop, store: FlaskClient) -> None:
    paid({small.clock: 1})
    page = proven(store, "ada@shop.test").get("/your-data/")
    needed = page.text[page.text.index("Needed messages") : page.text.index("Messages you could do without")]
    assert "so there is no switch" in needed
    assert "<button" not in needed
    assert "Offers by mail : off" in words(page)
    assert "text message" not in words(page).lower()


def test_a_link_stops_each_kind_by_itself_without_login(small: Shop, store: FlaskClient) -> None:
    order, done = paid({small.clock: 1}), set()
    for purpose, channel in cells():
        fields = {"purpose": purpose.value, "channel": channel.value}
        answer = store.application.test_client().post(link(order), data=fields)
        assert (answer.status_code, "Done" in words(answer)) == (200, True)
        done.add((purpose, channel))
        assert said(Choice.WITHDRAWN) == done
    assert said(Choice.GIVEN) == set()


@pytest.mark.parametrize("cell", list(cells()))
def test_one_click_of_a_mail_program_stops_the_kind_of_its_mail(
    small: Shop, store: FlaskClient, cell: Cell
) -> None:
    order = paid({small.clock: 1})
    store.post(link(order, cell), data={"List-Unsubscribe": "One-Click"})
    assert said(Choice.WITHDRAWN) == {cell}


@pytest.mark.parametrize(
    "fields",
    [
        {"purpose": "news", "channel": "sms"},
        {"purpose": "news", "channel": "pigeon"},
        {"purpose": "needed", "channel": "mail"},
        {"purpose": "news"},
        {"purpose": "news", "channel": "mail", "choice": "given"},
    ],
)
def test_a_link_takes_nothing_but_a_no_to_what_there_is(
    small: Shop, store: FlaskClient, fields: dict[str, str]
) -> None:
    order = paid({small.clock: 1})
    assert store.post(link(order), data=fields).status_code == 422
    assert said(Choice.WITHDRAWN) == said(Choice.GIVEN) == set()


def test_the_page_behind_a_link_offers_every_kind_and_shows_nothing_of_anybody(
    small: Shop, store: FlaskClient
) -> None:
    order = paid({small.clock: 1})
    page = store.get(link(order))
    hidden = r'name="purpose" value="(\w+)"><input type="hidden" name="channel" value="(\w+)"'
    offered = re.findall(hidden, page.text)
    assert offered == [(purpose.value, channel.value) for purpose, channel in cells()]
    assert order.number not in words(page)
    assert "ada@" not in page.text
    assert "given" not in page.text
