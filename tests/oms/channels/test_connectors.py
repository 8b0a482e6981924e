"""Every connector over the real stand-in: orders, addresses, stock, parcels, permissions, troubles."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from oms.channels.connectors import amazon, reading, shopify, tiktok
from oms.channels.connectors.wire import (
    Address,
    ChannelRefusedError,
    Connector,
    ForbiddenError,
    NotAllowedError,
    Sent,
    Shelf,
    Sold,
    SoldLine,
    Unread,
)
from oms.channels.states import SoldState
from oms.kernel.errors import UnavailableError
from tests.fakes import MARKET_ACCOUNTS, Party
from tests.markets import CODES, FREE_REGION, MARKETS, Deal, Item, Person, listing_ref, put, raw, ref_of

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
MODULES = {"amazon": amazon, "shopify": shopify, "tiktok": tiktok}
LISTED = {
    "amazon": "/amazon/orders/v0/orders",
    "shopify": "/shopify/admin/api/2025-01/orders.json",
    "tiktok": "/tiktok/order/202309/orders/search",
}
each = pytest.mark.parametrize("market", MARKETS)


def connected(party: Party, market: str, **changed: str) -> Connector:
    account = {**MARKET_ACCOUNTS(party.address)[CODES[market]], **changed}
    found: Connector = MODULES[market].connect(account)
    return found


def two_items(number: int = 1, **changed: Any) -> Deal:  # noqa: ANN401 - any field of a deal
    items = (Item("PEN-01", 2, 1190, tax=380), Item("INK-7/blau", 1, 899, tax=127, discount=100))
    return Deal(number, items, **{"delivery": 490, "delivery_tax": 78, **changed})


def parcel(sold: Sold, **changed: Any) -> Sent:  # noqa: ANN401 - any field
    told = {
        "ref": sold.ref,
        "key": "shp-9f3",
        "lines": tuple((line.ref, line.quantity) for line in sold.lines),
        "carrier": "Hollow Post",
        "number": "HP123456789DE",
        "at": datetime(2026, 11, 21, 8, 0, tzinfo=UTC),
    }
    return Sent(**{**told, **changed})


@each
def test_an_order_is_read_to_the_cent_without_its_person(markets: Party, market: str) -> None:
    put(markets, market, two_items())

    (found,) = connected(markets, market).changed(LONG_AGO)

    refs = [line.ref for line in found.lines]
    assert found == Sold(
        ref=ref_of(market, 1),
        state=SoldState.TO_SEND,
        changed_at=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
        placed_at=datetime(2026, 11, 20, 8, 30, tzinfo=UTC),
        currency="EUR",
        country="DE",
        tax_included=True,
        lines=(
            SoldLine(refs[0], "PEN-01", "The PEN-01", 2, 2380, 380),
            SoldLine(refs[1], "INK-7/blau", "The INK-7/blau", 1, 799, 127),
        ),
        delivery=490,
        delivery_tax=78,
        region="",
        postcode_prefix="22",
        collects_tax=False,
    )
    assert (found.goods, found.tax) == (3179, 585)
    # The town of the address has two characters in common with nothing else that is kept.
    kept = repr(found)
    assert [name for name, value in two_items().values().items() if value in kept] == []


@each
def test_one_order_is_read_as_among_many(markets: Party, market: str) -> None:
    put(markets, market, two_items())
    there = connected(markets, market)
    assert there.one(ref_of(market, 1)) == next(there.changed(LONG_AGO))


@each
def test_an_order_that_nobody_knows_is_none(markets: Party, market: str) -> None:
    assert connected(markets, market).one(ref_of(market, 99)) is None


@each
@pytest.mark.parametrize("state", [SoldState.PENDING, SoldState.SENT, SoldState.CANCELLED])
def test_every_state_is_known(markets: Party, market: str, state: SoldState) -> None:
    put(markets, market, two_items(state=state))
    found = connected(markets, market).one(ref_of(market, 1))
    assert found is not None
    assert found.state is state
    assert bool(found.lines) == (state is SoldState.SENT)


@each
def test_orders_come_page_by_page_the_oldest_change_first(markets: Party, market: str) -> None:
    markets.post(f"markets/{market}/pages", size=2)
    start = datetime(2026, 11, 20, 9, tzinfo=UTC)
    for number in (3, 1, 5, 2, 4):
        put(markets, market, Deal(number, at=start + timedelta(minutes=number)))

    found = [sold.ref for sold in connected(markets, market).changed(start + timedelta(minutes=2))]

    assert found == [ref_of(market, number) for number in (2, 3, 4, 5)]
    pages = [one for one in markets.get("received")["received"] if one["path"] == LISTED[market]]
    assert len(pages) == 2


@each
def test_what_is_called_off_there_comes_as_cancelled(markets: Party, market: str) -> None:
    put(markets, market, two_items())
    before = datetime.now(UTC) - timedelta(minutes=1)
    markets.post(f"markets/{market}/cancel", ref=ref_of(market, 1))
    (found,) = connected(markets, market).changed(before)
    assert (found.ref, found.state) == (ref_of(market, 1), SoldState.CANCELLED)


@each
def test_an_order_that_cannot_be_read_keeps_no_other_waiting(
    markets: Party, market: str, caplog: pytest.LogCaptureFixture
) -> None:
    for number in (1, 2, 3):
        put(markets, market, Deal(number, at=datetime(2026, 11, 20, 9, number, tzinfo=UTC)))
    broken: dict[str, dict[str, Any]] = {
        "amazon": {"OrderItems": [{**raw("amazon", Deal(2))["OrderItems"][0], "QuantityOrdered": "two"}]},
        "shopify": {"line_items": [{**raw("shopify", Deal(2))["line_items"][0], "price": "eleven"}]},
        "tiktok": {"payment": None},
    }
    put(markets, market, Deal(2, at=datetime(2026, 11, 20, 9, 2, tzinfo=UTC)), **broken[market])

    with caplog.at_level(logging.WARNING, "oms.channels"):
        found = list(connected(markets, market).changed(LONG_AGO))

    assert [one.ref for one in found] == [ref_of(market, number) for number in (1, 2, 3)]
    assert found[1] == Unread(ref_of(market, 2), datetime(2026, 11, 20, 9, 2, tzinfo=UTC))
    said = [record.getMessage() for record in caplog.records if record.name.startswith("oms.channels")]
    assert said == [f"an order of a marketplace cannot be read: {ref_of(market, 2)}"]
    with pytest.raises(UnavailableError):
        connected(markets, market).one(ref_of(market, 2))


@each
def test_an_order_without_a_date_that_can_be_read_is_told_as_of_when_it_was_asked_for(
    markets: Party, market: str
) -> None:
    put(markets, market, Deal(1))
    dates = {"amazon": "LastUpdateDate", "shopify": "updated_at", "tiktok": "update_time"}
    told = reading.Known("id", dates[market], reading.moment, LONG_AGO)
    assert told.of({"id": "77", dates[market]: "soon"}) == Unread("77", LONG_AGO)
    with pytest.raises(reading.GarbledError):
        told.of({"id": "no/ref"})


@each
def test_the_address_is_the_one_that_was_given(markets: Party, market: str) -> None:
    put(markets, market, two_items())
    company = "Q7 Quillwright GmbH, " if market == "amazon" else ""
    assert connected(markets, market).address(ref_of(market, 1)) == Address(
        name="Marta Quillmeier",
        street=f"{company}Elbchaussee 187",
        country="DE",
        city="Hamburg-Othmarschen",
        postcode="22605",
        phone="+49 40 55501234",
    )


@each
@pytest.mark.parametrize("country", ["DE", "US"])
def test_a_region_in_the_buyers_own_words_is_in_the_address_alone(
    markets: Party, market: str, country: str
) -> None:
    put(markets, market, two_items(person=Person(region=FREE_REGION, country=country)))
    there = connected(markets, market)
    (found,) = there.changed(LONG_AGO)
    assert isinstance(found, Sold)
    assert (found.region, FREE_REGION in repr(found)) == ("", False)
    assert there.address(found.ref).region == FREE_REGION


@each
def test_nothing_of_an_address_is_in_its_repr(markets: Party, market: str) -> None:
    put(markets, market, two_items())
    assert repr(connected(markets, market).address(ref_of(market, 1))) == "Address(country='DE')"


def test_only_an_address_is_opened_by_a_restricted_token(markets: Party) -> None:
    put(markets, "amazon", two_items())
    there = connected(markets, "amazon")
    (sold,) = there.changed(LONG_AGO)
    there.one(sold.ref)
    there.tell_stock(Shelf("PEN-01", "", 7))
    there.tell_sent(parcel(sold))
    assert [call for call in markets.get("ledger")["calls"] if call["restricted"]] == []

    there.address(sold.ref)

    restricted = [(one["path"], one["order"]) for one in markets.get("ledger")["calls"] if one["restricted"]]
    assert restricted == [
        ("/tokens/2021-03-01/restrictedDataToken", sold.ref),
        (f"/orders/v0/orders/{sold.ref}/address", sold.ref),
    ]
    asked = [
        one for one in markets.get("received")["received"] if one["path"].endswith("restrictedDataToken")
    ]
    path = f"/orders/v0/orders/{sold.ref}/address"
    assert [one["params"] for one in asked] == [{"restrictedResources": [{"method": "GET", "path": path}]}]


def test_no_field_of_a_person_is_asked_of_shopify_beside_the_address(markets: Party) -> None:
    put(markets, "shopify", two_items())
    there = connected(markets, "shopify")
    list(there.changed(LONG_AGO))
    there.one(ref_of("shopify", 1))
    asked = {name for one in markets.get("ledger")["calls"] for name in one["fields"].split(",")}
    assert asked == {
        "id",
        "created_at",
        "updated_at",
        "cancelled_at",
        "financial_status",
        "fulfillment_status",
        "currency",
        "taxes_included",
        "tax_exempt",
        "line_items",
        "shipping_lines",
        "shipping_address",
    }


@each
def test_stock_is_told_and_told_again(markets: Party, market: str) -> None:
    shelf = Shelf("INK-7/blau", listing_ref(market, "INK-7/blau"), 12)
    there = connected(markets, market)
    there.tell_stock(shelf)
    there.tell_stock(shelf)
    (told,) = markets.get("ledger")["stock"]
    assert (told["market"], told["sku"], told["units"]) == (market, shelf.ref or shelf.sku, 12)


@pytest.mark.parametrize("market", ["shopify", "tiktok"])
def test_stock_of_a_listing_without_a_number_is_refused(markets: Party, market: str) -> None:
    with pytest.raises(ChannelRefusedError, match="no-"):
        connected(markets, market).tell_stock(Shelf("PEN-01", "", 3))
    assert markets.get("ledger")["stock"] == []


@each
def test_a_parcel_told_twice_is_told_once(markets: Party, market: str) -> None:
    put(markets, market, two_items())
    there = connected(markets, market)
    (sold,) = there.changed(LONG_AGO)

    there.tell_sent(parcel(sold))
    there.tell_sent(parcel(sold))

    (told,) = markets.get("ledger")["shipments"]
    assert (told["order"], told["number"], told["carrier"]) == (sold.ref, "HP123456789DE", "Hollow Post")
    assert sum(told["lines"].values()) == 3
    after = there.one(sold.ref)
    assert after is not None
    assert after.state is SoldState.SENT


@each
def test_half_an_order_can_be_sent_and_then_the_rest(markets: Party, market: str) -> None:
    put(markets, market, two_items())
    there = connected(markets, market)
    (sold,) = there.changed(LONG_AGO)
    first, second = sold.lines

    there.tell_sent(parcel(sold, lines=((first.ref, 1),)))
    half = there.one(sold.ref)
    there.tell_sent(parcel(sold, key="shp-2", number="HP2", lines=((first.ref, 1), (second.ref, 1))))
    whole = there.one(sold.ref)

    assert half is not None
    assert whole is not None
    assert (half.state, whole.state) == (SoldState.PENDING, SoldState.SENT)
    told = markets.get("ledger")["shipments"]
    assert [(one["number"], sum(one["lines"].values())) for one in told] == [("HP123456789DE", 1), ("HP2", 2)]


@each
def test_more_than_was_ordered_cannot_be_sent(markets: Party, market: str) -> None:
    put(markets, market, two_items())
    there = connected(markets, market)
    (sold,) = there.changed(LONG_AGO)
    with pytest.raises(ChannelRefusedError):
        there.tell_sent(parcel(sold, lines=((sold.lines[0].ref, 3),)))
    assert markets.get("ledger")["shipments"] == []


@each
def test_what_was_revoked_is_not_allowed_any_more(markets: Party, market: str) -> None:
    put(markets, market, two_items())
    there = connected(markets, market)
    (sold,) = there.changed(LONG_AGO)
    markets.post(f"markets/{market}/revoke")
    for tried in (
        lambda: list(there.changed(LONG_AGO)),
        lambda: there.one(sold.ref),
        lambda: there.address(sold.ref),
        lambda: there.tell_stock(Shelf("PEN-01", listing_ref(market, "PEN-01"), 1)),
        lambda: there.tell_sent(parcel(sold)),
        lambda: list(connected(markets, market).changed(LONG_AGO)),
    ):
        with pytest.raises(NotAllowedError):
            tried()
    assert (markets.get("ledger")["stock"], markets.get("ledger")["shipments"]) == ([], [])


@each
def test_a_scope_that_was_revoked_takes_only_what_it_covers(markets: Party, market: str) -> None:
    put(markets, market, two_items())
    markets.post(f"markets/{market}/revoke", scope="stock")
    there = connected(markets, market)
    with pytest.raises(ForbiddenError):
        there.tell_stock(Shelf("PEN-01", listing_ref(market, "PEN-01"), 1))
    assert len(list(there.changed(LONG_AGO))) == 1
    markets.post(f"markets/{market}/allow")
    there.tell_stock(Shelf("PEN-01", listing_ref(market, "PEN-01"), 1))
    assert len(markets.get("ledger")["stock"]) == 1


def test_a_token_of_one_address_that_is_refused_ends_nothing_else(markets: Party) -> None:
    ref = put(markets, "amazon", two_items())
    there = connected(markets, "amazon")
    markets.fault("error", path="/amazon/orders", status=401, count=1)
    with pytest.raises(ForbiddenError):
        there.address(ref)
    assert there.address(ref).country == "DE"


KEYS = {"amazon": "client_secret", "shopify": "token", "tiktok": "app_secret"}


@each
def test_a_wrong_key_is_not_allowed(markets: Party, market: str) -> None:
    with pytest.raises(NotAllowedError):
        list(connected(markets, market, **{KEYS[market]: "another"}).changed(LONG_AGO))


TROUBLES: list[dict[str, Any]] = [
    {"kind": "error", "status": 500},
    {"kind": "garbage"},
    {"kind": "lose_response"},
    {"kind": "refuse", "mode": "503"},
    {"kind": "refuse", "mode": "429"},
    {"kind": "refuse", "mode": "close"},
]


@each
@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda one: "-".join(map(str, one.values())))
def test_a_marketplace_in_trouble_is_asked_again_later(
    markets: Party, market: str, trouble: dict[str, Any]
) -> None:
    put(markets, market, two_items())
    there = connected(markets, market)
    markets.fault(path=LISTED[market], **trouble)
    with pytest.raises(UnavailableError):
        list(there.changed(LONG_AGO))
    assert len(list(there.changed(LONG_AGO))) == 1


@each
def test_a_refusal_repeats_nothing_of_what_was_told(markets: Party, market: str) -> None:
    put(markets, market, two_items())
    there = connected(markets, market)
    (sold,) = there.changed(LONG_AGO)
    gone = "902-0000000-0000000" if market == "amazon" else "12"
    with pytest.raises(ChannelRefusedError) as refused:
        there.tell_sent(parcel(sold, ref=gone, number="HPSECRET1"))
    assert "HPSECRET1" not in refused.value.message
    assert gone not in refused.value.message


def test_a_pass_is_asked_for_once_an_hour(markets: Party) -> None:
    put(markets, "amazon", two_items())
    there = connected(markets, "amazon")
    for _ in range(3):
        list(there.changed(LONG_AGO))
    asked = [one for one in markets.get("ledger")["calls"] if one["path"] == "/auth/o2/token"]
    assert len(asked) == 1


def test_what_amazon_sends_itself_is_not_for_us_to_send(markets: Party) -> None:
    put(markets, "amazon", two_items(), FulfillmentChannel="AFN")
    (found,) = connected(markets, "amazon").changed(LONG_AGO)
    assert found.state is SoldState.PENDING
    put(markets, "amazon", two_items(), FulfillmentChannel="AFN", OrderStatus="Shipped")
    (found,) = connected(markets, "amazon").changed(LONG_AGO)
    assert found.state is SoldState.SENT


@pytest.mark.parametrize(
    ("market", "told"),
    [
        ("amazon", {"OrderStatus": "PartiallyShipped"}),
        ("shopify", {"fulfillment_status": "partial"}),
        ("tiktok", {"status": "PARTIALLY_SHIPPING"}),
    ],
)
def test_what_somebody_sent_in_part_is_not_taken_whole(
    markets: Party, market: str, told: dict[str, Any]
) -> None:
    put(markets, market, two_items(), **told)
    (found,) = connected(markets, market).changed(LONG_AGO)
    assert found.state is SoldState.PENDING


@pytest.mark.parametrize(
    "mark", [{"DeemedResellerCategory": "UOSS"}, {"TaxCollection": {"Model": "MarketplaceFacilitator"}}]
)
def test_tax_that_amazon_owes_is_in_no_figure(markets: Party, mark: dict[str, Any]) -> None:
    items = [{**one, **mark} for one in raw("amazon", two_items())["OrderItems"]]
    put(markets, "amazon", two_items(), OrderItems=items)
    (found,) = connected(markets, "amazon").changed(LONG_AGO)
    assert (found.collects_tax, found.tax_included, found.tax) == (True, False, 0)
    assert ([line.total for line in found.lines], found.delivery) == ([2000, 672], 412)


def test_tax_on_top_stays_on_top_where_amazon_shows_prices_without(markets: Party) -> None:
    put(markets, "amazon", two_items(currency="USD"), MarketplaceId="ATVPDKIKX0DER")
    (found,) = connected(markets, "amazon", marketplace="ATVPDKIKX0DER").changed(LONG_AGO)
    assert (found.tax_included, found.goods, found.tax) == (False, 3179, 585)


def test_units_taken_out_of_an_order_at_shopify_are_not_sent(markets: Party) -> None:
    lines = raw("shopify", two_items())["line_items"]
    lines[0]["current_quantity"], lines[1]["current_quantity"] = 1, 0
    put(markets, "shopify", two_items(), line_items=lines)
    (found,) = connected(markets, "shopify").changed(LONG_AGO)
    assert [(line.quantity, line.total, line.tax) for line in found.lines] == [(1, 1190, 190)]


def test_an_address_that_tiktok_shows_with_asterisks_is_refused(markets: Party) -> None:
    masked = {**raw("tiktok", Deal(1))["recipient_address"], "name": "M***", "address_line1": "El****"}
    put(markets, "tiktok", Deal(1), recipient_address=masked)
    with pytest.raises(ChannelRefusedError, match="masked"):
        connected(markets, "tiktok").address(ref_of("tiktok", 1))
