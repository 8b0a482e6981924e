"""What was recorded at the marketplaces, read by the connectors: to exactly what it says."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from oms.channels.connectors import amazon_orders, shopify_orders, tiktok_orders
from oms.channels.connectors.reading import GarbledError, parts
from oms.channels.connectors.wire import Address, ChannelRefusedError, SoldLine
from oms.channels.states import SoldState

ORDERS = "/orders/v0/orders"
ORDER = f"{ORDERS}/{{orderId}}"


@pytest.fixture(scope="module")
def payloads(data_dir: Path) -> Path:
    return data_dir / "4-payloads"


def at_amazon(payloads: Path, path: str) -> list[dict[str, Any]]:
    """Return what Amazon's sandbox answers at a path, those that are good."""
    lines = (payloads / "amazon-sp-api/sp-api-sandbox-dev.jsonl").read_text(encoding="utf-8").splitlines()
    told = (json.loads(line) for line in lines)
    return [
        one["response"]["payload"]
        for one in told
        if one["model"] == "ordersV0.json" and one["path"] == path and one["status"] == "200"
    ]


def of_shopify(payloads: Path, name: str) -> Any:  # noqa: ANN401 - any JSON
    return json.loads((payloads / f"shopify/shopify-python-api-fixtures/{name}.json").read_text("utf-8"))


def of_tiktok(payloads: Path, name: str) -> Any:  # noqa: ANN401 - any JSON
    return json.loads((payloads / f"tiktok-shop/captures-transcribed/{name}.json").read_text("utf-8"))


def test_an_order_of_amazon(payloads: Path) -> None:
    (told,) = at_amazon(payloads, ORDER)
    assert amazon_orders.head(told) == amazon_orders.Head(
        ref="902-3159896-1390916",
        state=SoldState.PENDING,
        changed_at=datetime(2017, 1, 20, 19, 49, 35, tzinfo=UTC),
        placed_at=datetime(2017, 1, 20, 19, 49, 35, tzinfo=UTC),
        marketplace="ATVPDKIKX0DER",
        country="US",
        region="MI",
        postcode_prefix="48",
    )


def test_orders_of_amazon_for_us_to_send_without_a_country_are_not_half_built(payloads: Path) -> None:
    listed = [one for page in at_amazon(payloads, ORDERS) for one in page["Orders"]]
    unsent = [one for one in listed if one["OrderStatus"] == "Unshipped"]
    assert [one["AmazonOrderId"] for one in unsent] == ["902-1845936-5435065", "902-8745147-1934268"]
    for one in unsent:
        with pytest.raises(GarbledError):
            amazon_orders.head(one)
    given = {**unsent[0], "ShippingAddress": {"CountryCode": "US"}}
    assert amazon_orders.head(given).state is SoldState.TO_SEND


def test_the_items_of_an_order_of_amazon(payloads: Path) -> None:
    page = next(one for one in at_amazon(payloads, f"{ORDER}/orderItems") if len(one["OrderItems"]) == 1)
    listed = next(one for page in at_amazon(payloads, ORDERS) for one in page["Orders"])
    head = amazon_orders.head({**listed, "ShippingAddress": {"CountryCode": "US"}})

    sold = amazon_orders.sold(head, page["OrderItems"])

    line = SoldLine("05015851154158", "NABetaASINB00551Q3CS", "B00551Q3CS [Card Book]", 1, 1000, 0)
    assert sold.lines == (line,)
    # DeemedResellerCategory IOSS: Amazon owes its tax of 1.01, which the US shows on top.
    assert (sold.currency, sold.collects_tax, sold.tax_included) == ("USD", True, False)


def test_a_yen_with_decimals_is_none(payloads: Path) -> None:
    page = next(one for one in at_amazon(payloads, f"{ORDER}/orderItems") if len(one["OrderItems"]) == 2)
    assert page["OrderItems"][0]["ItemPrice"] == {"CurrencyCode": "JPY", "Amount": "25.99"}
    listed = next(one for page in at_amazon(payloads, ORDERS) for one in page["Orders"])
    head = amazon_orders.head({**listed, "ShippingAddress": {"CountryCode": "JP"}})
    with pytest.raises(GarbledError):
        amazon_orders.sold(head, page["OrderItems"])


def test_an_address_of_amazon(payloads: Path) -> None:
    (told,) = at_amazon(payloads, f"{ORDER}/address")
    assert amazon_orders.address(told) == Address(
        name="Michigan address",
        street="1 cross st",
        country="US",
        city="Canton",
        postcode="48817",
        region="MI",
    )


def test_an_order_of_shopify_that_is_not_paid(payloads: Path) -> None:
    sold = shopify_orders.sold(of_shopify(payloads, "order")["order"])
    assert (sold.ref, sold.state, sold.lines) == ("450789469", SoldState.PENDING, ())
    assert sold.changed_at == datetime(2008, 1, 10, 16, tzinfo=UTC)
    assert (sold.currency, sold.country, sold.region, sold.postcode_prefix) == ("USD", "US", "KY", "40")


def paid_at_shopify(payloads: Path) -> dict[str, Any]:
    """Return the recorded order as paid, with its tax by line and shipping as Shopify writes it now."""
    told: dict[str, Any] = of_shopify(payloads, "order")["order"]
    assert told["tax_lines"] == [{"price": "11.94", "rate": 0.06, "title": "State Tax"}]
    lines = [{**one, "tax_lines": [{"price": "3.98"}]} for one in told["line_items"]]
    ways = [{**one, "tax_lines": []} for one in told["shipping_lines"]]
    return {**told, "financial_status": "paid", "line_items": lines, "shipping_lines": ways}


def test_the_lines_of_an_order_of_shopify(payloads: Path) -> None:
    sold = shopify_orders.sold(paid_at_shopify(payloads))
    assert sold.state is SoldState.TO_SEND
    assert sold.lines == tuple(
        SoldLine(ref, sku, f"IPod Nano - 8gb, {color}", 1, 19900, 398)
        for ref, sku, color in (
            ("466157049", "IPOD2008GREEN", "green"),
            ("518995019", "IPOD2008RED", "red"),
            ("703073504", "IPOD2008BLACK", "black"),
        )
    )
    assert (sold.tax_included, sold.tax, sold.delivery) == (False, 1194, 0)


def test_an_order_of_shopify_without_lines_is_not_half_built(payloads: Path) -> None:
    (told,) = of_shopify(payloads, "orders")["orders"]
    assert "line_items" not in told
    with pytest.raises(GarbledError):
        shopify_orders.sold(told)


def test_a_paid_order_of_shopify_without_tax_lines_is_not_half_built(payloads: Path) -> None:
    told = {**of_shopify(payloads, "order")["order"], "financial_status": "paid"}
    with pytest.raises(GarbledError):
        shopify_orders.sold(told)


def test_an_address_of_shopify(payloads: Path) -> None:
    assert shopify_orders.address(of_shopify(payloads, "order")["order"]) == Address(
        name="Bob Norman",
        street="Chestnut Street 92",
        country="US",
        city="Louisville",
        postcode="40202",
        region="KY",
        phone="555-625-1199",
    )


def test_a_tax_that_tiktok_tells_as_one_is_shared_by_the_lines(payloads: Path) -> None:
    (told,) = of_tiktok(payloads, "order_list_202309_id_sandbox_masked_buyer")["data"]["orders"]
    paid = {**told["payment"], "tax": "110000", "shipping_fee_tax": "10"}
    sold = tiktok_orders.sold({**told, "payment": paid})
    assert ([line.tax for line in sold.lines], sold.delivery_tax) == ([10_999_000], 1_000)


def test_a_parcel_of_shopify_is_known_by_its_number(payloads: Path) -> None:
    told = of_shopify(payloads, "fulfillment")["fulfillment"]
    assert shopify_orders.tells_of(told, "1Z2345")
    assert not shopify_orders.tells_of(told, "1Z2346")
    assert not shopify_orders.tells_of({**told, "status": "cancelled"}, "1Z2345")
    assert not shopify_orders.tells_of(told, "")


def test_an_order_of_tiktok(payloads: Path) -> None:
    (told,) = of_tiktok(payloads, "order_list_202309_id_sandbox_masked_buyer")["data"]["orders"]

    sold = tiktok_orders.sold(told)

    assert (sold.ref, sold.state) == ("580193230867958565", SoldState.SENT)
    assert sold.changed_at == datetime(2020, 1, 13, 23, tzinfo=UTC)
    assert (sold.currency, sold.country, sold.region) == ("IDR", "ID", "DKI Jakarta")
    assert sold.lines == (SoldLine("1234", "1234", "Test Product Test Product 1", 1, 1_000_000, 0),)
    assert (sold.delivery, sold.tax) == (100, 0)


def test_a_buyer_whom_tiktok_masks_has_no_address(payloads: Path) -> None:
    (told,) = of_tiktok(payloads, "order_list_202309_id_sandbox_masked_buyer")["data"]["orders"]
    with pytest.raises(ChannelRefusedError, match="masked"):
        tiktok_orders.address(told)


def broken(told: Any) -> Iterator[Any]:  # noqa: ANN401 - any JSON
    """Give what was told with each of its places, one by one, left out or of another kind."""
    if isinstance(told, dict):
        for name, value in told.items():
            yield {other: told[other] for other in told if other != name}
            for wrong in (None, 7.5, "\x00", -1, [], {}, ["x"], True, "9" * 500):
                yield {**told, name: wrong}
            for inner in broken(value):
                yield {**told, name: inner}
    elif isinstance(told, list):
        for place, value in enumerate(told):
            yield from ([*told[:place], inner, *told[place + 1 :]] for inner in broken(value))


def test_whatever_is_missing_or_of_another_kind_is_read_or_refused_and_nothing_else(payloads: Path) -> None:
    (ours,) = of_tiktok(payloads, "order_list_202309_id_sandbox_masked_buyer")["data"]["orders"]
    (address,) = at_amazon(payloads, f"{ORDER}/address")
    (order,) = at_amazon(payloads, ORDER)
    items = next(one for one in at_amazon(payloads, f"{ORDER}/orderItems") if len(one["OrderItems"]) == 1)
    head = amazon_orders.head({**order, "OrderStatus": "Unshipped"})
    shop = paid_at_shopify(payloads)
    readers: list[tuple[Any, Any]] = [
        (ours, tiktok_orders.sold),
        (ours, tiktok_orders.address),
        (address, amazon_orders.address),
        (order, amazon_orders.head),
        (items, lambda told: amazon_orders.sold(head, parts(told, "OrderItems"))),
        (shop, shopify_orders.sold),
        (shop, shopify_orders.address),
    ]
    tried = refused = 0
    for told, read in readers:
        for one in broken(told):
            tried += 1
            try:
                read(one)
            except (GarbledError, ChannelRefusedError):
                refused += 1
    assert tried > 5000
    assert refused > 300
