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
    return figures.problem(replace(SOLD, **changed), {"PEN-01", ""}, {1900, 700})


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
        ({"lines": (replace(LINE, tax=0),)}, "No tax is told for DE"),
        ({"lines": (replace(LINE, tax=0),), "collects_tax": True}, ""),
        ({"lines": (replace(LINE, tax=0, total=0),)}, ""),
    ],
)
def test_figures_that_cannot_be_wait_with_what_to_do(changed: dict[str, Any], said: str) -> None:
    found = trouble(**changed)
    assert found.startswith(said)
    assert bool(found) == bool(said)


def test_where_no_tax_is_taken_none_need_be_told() -> None:
    assert figures.problem(replace(SOLD, lines=(replace(LINE, tax=0),)), {"PEN-01"}, {0}) == ""


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
