"""What a marketplace or a file may say that is not as it should be, and what becomes of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from oms.channels.connectors.places import region_of
from oms.channels.connectors.reading import text
from oms.channels.connectors.wire import Sold, SoldLine
from oms.channels.selling import figures
from oms.channels.selling.files import orders_in
from oms.channels.states import SoldState
from oms.kernel import clock
from oms.kernel.errors import BadInputError

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
LINE = SoldLine("1", "PEN-01", "Pen", 1, 1190, 190)
SOLD = Sold("7", SoldState.TO_SEND, NOW, NOW, "EUR", "DE", tax_included=True, lines=(LINE,))
HEAD = "order,changed_at,currency,country,tax_included,sku,quantity,total,tax,region"


def trouble(**changed: Any) -> str:  # noqa: ANN401 - any field of an order
    return figures.problem(replace(SOLD, **changed), {"PEN-01", ""}, [1900, 700])


def lines(**changed: Any) -> tuple[SoldLine, ...]:  # noqa: ANN401 - any field of a line
    return (LINE, replace(LINE, **changed))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, ""),
        ({"lines": lines(tax=700)}, "Its tax is more than its price"),
        ({"lines": lines(tax=1300)}, "Its tax is more than its price"),
        ({"lines": lines(tax=1191), "tax_included": False}, "Its tax is more than its price"),
        ({"delivery": 100, "delivery_tax": 90}, "Its tax is more than its price"),
        ({"delivery": -1}, "Its lines make no sense"),
        ({"delivery_tax": -1}, "Its lines make no sense"),
        ({"lines": lines(total=-1, tax=0)}, "Its lines make no sense"),
        ({"lines": lines(quantity=10**14)}, "Its lines make no sense"),
        ({"lines": lines(sku="")}, "One of its lines has no SKU there"),
        ({"lines": (replace(LINE, tax=0),)}, ""),
        ({"lines": (replace(LINE, tax=0, total=0),)}, ""),
        ({"lines": (replace(LINE, tax=0),), "tax_included": False}, "Its prices are without tax"),
        ({"lines": (replace(LINE, tax=0),), "tax_included": False, "is_tax_free": True}, ""),
        ({"lines": (replace(LINE, tax=0),), "tax_included": False, "collects_tax": True}, ""),
    ],
)
def test_figures_that_cannot_be_wait_with_what_to_do(changed: dict[str, Any], said: str) -> None:
    found = trouble(**changed)
    assert found.startswith(said)
    assert bool(found) == bool(said)


UNTOLD = replace(
    SOLD, lines=(replace(LINE, tax=0), replace(LINE, sku="BOOK", total=2140, tax=0)), delivery=333
)
RATES = {"standard": 1900, "reduced": 700}
CLASSES = {"PEN-01": "standard", "BOOK": "reduced"}


def test_a_tax_that_is_not_told_is_what_our_own_sale_would_hold() -> None:
    read = figures.with_tax(UNTOLD, RATES, CLASSES)
    assert [line.tax for line in read.lines] == [190, 140]
    assert (read.goods, read.delivery, figures.total(read)) == (3330, 333, 3663)
    # Of the delivery 1.19 goes with the pen and 2.14 with the book: 0.19 and 0.14.
    assert read.delivery_tax == 33
    assert figures.taxes(read, RATES.values()) == {1900: (1100, 209), 700: (2200, 154)}


@pytest.mark.parametrize(
    "changed",
    [
        {"lines": (LINE, replace(LINE, sku="BOOK", tax=0))},
        {"delivery_tax": 10},
        {"collects_tax": True},
        {"is_tax_free": True},
        {"tax_included": False},
    ],
)
def test_what_is_told_of_tax_stands(changed: dict[str, Any]) -> None:
    sold = replace(UNTOLD, **changed)
    assert figures.with_tax(sold, RATES, CLASSES) == sold


def test_where_no_tax_is_known_there_is_none_and_what_brings_gifts_has_theirs() -> None:
    assert figures.with_tax(UNTOLD, {}, CLASSES).tax == 0
    given = replace(UNTOLD, lines=(replace(LINE, total=0, tax=0),))
    read = figures.with_tax(given, RATES, CLASSES)
    assert (read.tax, read.delivery_tax) == (53, 53)
    assert figures.taxes(read, RATES.values()) == {0: (0, 0), 1900: (280, 53)}


def test_a_delivery_that_was_taxed_in_another_way_is_one_rate_as_told() -> None:
    sold = replace(figures.with_tax(UNTOLD, RATES, CLASSES), delivery=1190, delivery_tax=190)
    assert figures.taxes(sold, RATES.values()) == {1900: (2000, 380), 700: (2000, 140)}


@pytest.mark.parametrize(
    ("country", "told", "kept"),
    [
        ("US", "CA", "CA"),
        ("US", "us-ca", "CA"),
        ("US", "California", "CA"),
        ("CA", "Colombie-Britannique", "BC"),
        ("US", "bei Quillmeier Hinterhaus 3", ""),
        ("DE", "bei Quillmeier Hinterhaus 3", ""),
        ("DE", "", ""),
        ("", "CA", ""),
        ("QQ", "CA", ""),
    ],
)
def test_a_region_is_one_of_its_country_or_none(country: str, told: str, kept: str) -> None:
    assert region_of(country, told) == kept


def test_half_a_character_is_no_text() -> None:
    assert text({"said": "BAD\ud800\x00 SKU \U0001f58a"}, "said") == "BAD SKU \U0001f58a"


def row(**changed: str) -> bytes:
    given = {
        "order": "77",
        "changed_at": "2026-11-20T09:30:00+00:00",
        "currency": "EUR",
        "country": "US",
        "tax_included": "yes",
        "sku": "PEN-01",
        "quantity": "1",
        "total": "11.90",
        "tax": "1.90",
        "region": "NY",
    }
    return f"{HEAD}\n{','.join({**given, **changed}.values())}\n".encode()


def test_a_file_says_that_no_tax_is_owed_by_a_nought_and_nothing_by_an_empty_cell() -> None:
    with clock.held_at(NOW):
        assert [orders_in(row(tax=told))[0].sold.is_tax_free for told in ("0", "0.00", "")] == [
            True,
            True,
            False,
        ]


@pytest.mark.parametrize(
    ("first", "second", "wrong"), [("1.90", "", 3), ("", "1.90", 2), ("0", "", 3), ("0", "0", 0), ("", "", 0)]
)
def test_the_tax_of_an_order_in_a_file_is_told_whole_or_not_at_all(
    first: str, second: str, wrong: int
) -> None:
    file = row(tax=first) + row(tax=second).splitlines(keepends=True)[1]
    with clock.held_at(NOW):
        if wrong:
            with pytest.raises(BadInputError, match=f"Row {wrong}: tax is told for the rest of this order"):
                orders_in(file)
        else:
            [found] = orders_in(file)
            assert found.sold.is_tax_free == bool(first)


def test_a_region_of_a_file_is_one_of_its_country_or_none() -> None:
    with clock.held_at(NOW):
        assert orders_in(row())[0].sold.region == "NY"
        assert orders_in(row(region="bei Quillmeier"))[0].sold.region == ""


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"quantity": "100001"}, "quantity is 1 to 100000"),
        ({"quantity": "0"}, "quantity is 1 to 100000"),
        ({"changed_at": (NOW + timedelta(minutes=6)).isoformat()}, "changed_at is not in the future"),
        ({"country": "1!"}, "the country is two letters"),
        ({"country": "ÄÖ"}, "the country is two letters"),
        ({"total": "9999999999999.00"}, "has more decimals or digits than EUR holds"),
    ],
)
def test_a_row_that_cannot_be_is_refused(changed: dict[str, str], said: str) -> None:
    with clock.held_at(NOW), pytest.raises(BadInputError, match=said):
        orders_in(row(**changed))
