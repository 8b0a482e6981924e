"""Marketplaces at the desk: who sees them, who decides, and what is said when something cannot be used."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from oms.app import create_desk
from oms.channels import queries
from oms.channels.models import ChannelOrder, Connection, Listing
from oms.channels.states import Scope, SoldState
from oms.kernel import clock
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.staff.states import StaffRole
from tests.make import Shop
from tests.oms.channels.test_desk_allowing import allowed
from tests.oms.channels.test_desk_listings import offered, shelf
from tests.oms.desk.conftest import Seat, paid
from tests.people import Office, Visitor, seated, words

ACCOUNTS = {
    "amazon-eu": {"channel": "amazon", "client_secret": "hidden-word"},
    "shop-nl": {"channel": "shopify", "token": "hidden-word"},
}
GOOD: dict[str, object] = {"scopes": ["orders", "stock"], "place": "eu/de"}


@pytest.fixture
def seat(small: Shop, settings: Settings) -> Iterator[Seat]:
    """Give somebody of a role at the desk of a shop with two accounts."""
    app = create_desk(replace(settings, accounts=ACCOUNTS))

    def taken(role: StaffRole) -> Visitor:
        return seated(app.test_client(), Office().employ(f"{role}@shop.test", role))

    return taken


@pytest.fixture
def owner(seat: Seat) -> Visitor:
    return seat(StaffRole.OWNER)


def allow(owner: Visitor, code: str = "amazon-eu", **changed: object) -> TestResponse:
    until = (clock.today() + timedelta(days=30)).isoformat()
    fields = {**GOOD, "until": until, **changed}
    return owner.send(f"/channels/{code}/allow", page="/channels", **fields)


def connections() -> list[tuple[str, list[str], str]]:
    with reading() as session:
        return [(one.code, one.scopes, one.language) for one in session.scalars(select(Connection))]


def test_without_an_account_the_page_says_where_they_are_named(shop: None, settings: Settings) -> None:
    visitor = seated(create_desk(settings).test_client(), Office().employ("o@shop.test", StaffRole.OWNER))
    told = words(visitor.get("/channels"))
    assert "No account at a marketplace" in told
    assert "CHANNELS in the settings" in told
    assert "docs/production.md" in told


def test_an_account_is_allowed_renewed_and_revoked(owner: Visitor) -> None:
    first = owner.get("/channels")
    told = words(first)
    assert told.count("not allowed yet") == 2
    assert "hidden-word" not in first.text
    assert owner.get("/channels/amazon-eu").status_code == 404
    assert allow(owner).status_code == 303
    told = words(owner.get("/channels"))
    assert "Amazon, amazon-eu allowed" in told
    assert "Take its orders; Tell how many units there are" in told
    assert "own at the desk" in told
    assert allow(owner, scopes=["orders"], place="eu/en").status_code == 303
    assert connections() == [("amazon-eu", ["orders"], "en")]
    gone = owner.send("/channels/amazon-eu/revoke", page="/channels", reason="We sell there no more")
    assert gone.status_code == 303
    told = words(owner.get("/channels"))
    assert "revoked" in told
    assert "We sell there no more" in told
    with reading() as session:
        [found] = session.scalars(select(Connection))
        assert not found.allows(Scope.ORDERS)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"until": "2020-01-01"}, "Give a day from today on, within a year."),
        ({"until": ""}, "Give the day."),
        ({"scopes": []}, "Choose at least one thing that it may be used for."),
        ({"scopes": ["everything"]}, "It may be used to:"),
        ({"place": "moon/en"}, "Its orders belong to:"),
        ({"place": "eu/fr"}, "Its orders belong to:"),
    ],
)
def test_what_cannot_be_allowed_is_told_beside_its_field(
    owner: Visitor, changed: dict[str, object], told: str
) -> None:
    answer = allow(owner, **changed)
    assert answer.status_code == 422
    assert told in words(answer)
    assert connections() == []


def test_an_account_that_the_settings_do_not_know_cannot_be_allowed(owner: Visitor) -> None:
    assert allow(owner, "shop-fr").status_code == 404
    allowed(code="shop-old")
    assert allow(owner, "shop-old").status_code == 409
    assert "not among the settings" in words(owner.get("/channels"))
    missing = owner.send("/channels/shop-nl/revoke", page="/channels", reason="We sell there no more")
    assert missing.status_code == 404
    assert owner.send("/channels/shop-old/revoke", page="/channels", reason="Because").status_code == 422
    gone = owner.send("/channels/shop-old/revoke", page="/channels", reason="We sell there no more")
    assert gone.status_code == 303
    with reading() as session:
        [found] = session.scalars(select(Connection))
        assert found.revoked_at is not None


def test_orders_with_something_in_their_way_stand_first(owner: Visitor, small: Shop) -> None:
    number = allowed()
    taken = paid({small.pencil: 1})
    with transaction() as session:
        told = {"connection_id": number, "state": SoldState.TO_SEND, "changed_at": clock.now()}
        why = "Nothing is listed as X1: add the listing."
        session.add(ChannelOrder(ref="305-1", trouble=why, **told))
        session.add(ChannelOrder(ref="305-2", order_id=taken.id, **told))
        session.add(ChannelOrder(ref="305-3", **told))
    page = owner.get("/channels/amazon-eu")
    told = words(page)
    assert re.findall(r"(305-\d) to send not taken: sold before", told) == ["305-3"]
    assert told.index("Nothing is listed as X1") < told.index("All orders") < told.index("305-2")
    assert f'href="/oms/orders/{taken.number}"' in page.text or f'href="/orders/{taken.number}"' in page.text
    assert "Ada" not in page.text
    assert "ada@" not in page.text
    assert "2311" not in page.text
    assert "Channels 1 Money" in words(owner.get("/"))


def test_an_account_without_orders_and_listings_says_so(owner: Visitor) -> None:
    allowed()
    assert "No order yet" in words(owner.get("/channels/amazon-eu"))
    assert "Nothing is offered there" in words(owner.get("/channels/amazon-eu/listings"))


def test_an_account_whose_time_is_over_says_so_on_its_pages(owner: Visitor) -> None:
    allowed()
    with transaction() as session:
        session.execute(update(Connection).values(until=clock.today() - timedelta(days=1)))
    for page in ("/channels", "/channels/amazon-eu", "/channels/amazon-eu/listings"):
        assert "Renew it to go on where it stopped" in words(owner.get(page))


def test_a_sku_is_offered_and_withdrawn(owner: Visitor) -> None:
    number = allowed()
    path = "/channels/amazon-eu/listings"
    answer = owner.send(path, sku="NO-SUCH", their_sku="", ref="")
    assert answer.status_code == 422
    assert "There is no SKU 'NO-SUCH'." in words(answer)
    assert owner.send(path, sku="", their_sku="", ref="").status_code == 422
    assert owner.send(path, sku="RETRO-CLOCK", their_sku="CLK", ref="").status_code == 303
    told = words(owner.get(path))
    assert "RETRO-CLOCK Retro clock CLK 20 not yet" in told
    with reading() as session:
        [made] = session.scalars(select(Listing))
    allowed(code="shop-nl", channel=queries.Channel.SHOPIFY)
    assert owner.send(f"/channels/shop-nl/listings/{made.id}/withdraw", page=path).status_code == 404
    assert shelf(number) == [("CLK", "", True)]
    assert owner.send(f"{path}/{made.id}/withdraw", page=path).status_code == 303
    assert shelf(number) == [("CLK", "", False)]
    assert "withdrawn" in words(owner.get(path))


def test_a_file_of_listings_is_taken_or_its_bad_row_is_named(owner: Visitor) -> None:
    number = allowed()
    bad = _file(owner, "sku,their_sku,ref\r\nRETRO-CLOCK,,\r\nNO-SUCH,,\r\n")
    assert bad.status_code == 422
    assert "Row 3: There is no SKU 'NO-SUCH'. Nothing was taken." in words(bad)
    assert shelf(number) == []
    assert "The columns are sku, their_sku, ref." in words(_file(owner, "sku\r\nRETRO-CLOCK\r\n"))
    assert "Choose the file first." in words(_file(owner, None))
    assert _file(owner, "sku,their_sku,ref\r\nRETRO-CLOCK,,\r\nCEDAR-PENCIL,PEN,\r\n").status_code == 303
    assert shelf(number) == [("PEN", "", True), ("RETRO-CLOCK", "", True)]
    assert "2 listings are offered." in words(owner.get("/channels/amazon-eu/listings"))


def _file(owner: Visitor, content: str | None) -> TestResponse:
    path = "/channels/amazon-eu/listings"
    sent = {} if content is None else {"file": (io.BytesIO(content.encode()), "listings.csv")}
    return owner.send(f"{path}/file", page=path, **sent)


def test_who_looks_after_neither_settings_nor_goods_sees_no_form(seat: Seat) -> None:
    number = allowed()
    offered(number, "RETRO-CLOCK")
    for role in (StaffRole.SERVICE, StaffRole.FINANCE):
        visitor = seat(role)
        assert "Channels" in words(visitor.get("/"))
        page = visitor.get("/channels")
        assert page.status_code == 200
        assert "/allow" not in page.text
        assert "/revoke" not in page.text
        listed = visitor.get("/channels/amazon-eu/listings")
        assert "RETRO-CLOCK" in words(listed)
        assert "/withdraw" not in listed.text
        assert allow(visitor).status_code == 403
    packer = seat(StaffRole.PICKER_PACKER)
    assert packer.get("/channels").status_code == 403
    assert "Channels" not in words(packer.get("/"))


def test_the_pages_of_accounts_lead_on_over_fifty_rows(owner: Visitor) -> None:
    number = allowed()
    with transaction() as session:
        told = {"connection_id": number, "state": SoldState.SENT, "changed_at": clock.now()}
        session.add_all(ChannelOrder(ref=f"305-{n}", **told) for n in range(60))
        session.add_all(
            Listing(connection_id=number, variant_id=1 + n % 2, sku=f"S{n:02}") for n in range(60)
        )
    page = owner.get("/channels/amazon-eu")
    assert "305-59" in words(page)
    assert "after=" in page.text
    second = owner.get("/channels/amazon-eu/listings?page=2")
    assert "51 to 60 of 60" in words(second)
