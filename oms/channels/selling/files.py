"""A file of orders that were sold elsewhere: a row for each line, read whole or not at all."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from oms.catalog.exchange.reading import Row, read
from oms.channels.connectors.places import region_of
from oms.channels.connectors.wire import Address, Sold, SoldLine
from oms.channels.selling.figures import MOST_UNITS
from oms.channels.states import SoldState
from oms.kernel import clock
from oms.kernel.errors import BadInputError
from oms.kernel.money import Money
from oms.orders.placing.actions import postcode_prefix

NEEDED = ("order", "changed_at", "currency", "country", "tax_included", "sku", "quantity", "total", "tax")
# An order's own columns are read in the first of its rows.
MORE = ("state", "line", "region", "postcode", "delivery", "delivery_tax", "name", "street", "city", "phone")
_REF = re.compile(r"[A-Za-z0-9-]{1,40}")
_COUNTRY = re.compile(r"[A-Z]{2}")
# Clocks differ by minutes.
_AHEAD = timedelta(minutes=5)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Filed:
    """An order of a file, and where it goes; without an address where the file gives none."""

    sold: Sold
    address: Address | None


def orders_in(data: bytes) -> list[Filed]:
    """Return the orders of a file. Raises BadInputError, which names the first row that is wrong."""
    table = read(data, _expect)
    for problem in table.problems:
        raise BadInputError(f"Row {problem.row}: {problem.message}")
    rows: dict[str, list[Row]] = {}
    for row in table.rows:
        ref = row.get("order")
        if not _REF.fullmatch(ref):
            raise BadInputError(f"Row {row.number}: the order is named with letters, digits and dashes.")
        rows.setdefault(ref, []).append(row)
    return [_filed(ref, theirs) for ref, theirs in rows.items()]


def _expect(columns: Sequence[str]) -> None:
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise BadInputError(f"The columns {', '.join(missing)} are missing.")
    unknown = [name for name in columns if name and name not in {*NEEDED, *MORE}]
    if unknown:
        raise BadInputError(f"Nothing is known of the column {unknown[0]}: take it out. It is not kept.")


def _filed(ref: str, rows: Sequence[Row]) -> Filed:
    first = rows[0]
    at = _read(first, "changed_at", _moment)
    currency = first.get("currency").upper()
    country = first.get("country").upper()
    if not _COUNTRY.fullmatch(country):
        raise BadInputError(f"Row {first.number}: the country is two letters, such as NL.")
    sold = Sold(
        ref=ref,
        state=_read(first, "state", lambda word: SoldState(word or SoldState.TO_SEND)),
        changed_at=at,
        placed_at=at,
        currency=currency,
        country=country,
        region=region_of(country, first.get("region")),
        postcode_prefix=postcode_prefix(first.get("postcode")),
        tax_included=_read(first, "tax_included", {"yes": True, "no": False}.__getitem__),
        lines=tuple(_line(row, currency) for row in rows),
        delivery=_amount(first, "delivery", currency),
        delivery_tax=_amount(first, "delivery_tax", currency),
        is_tax_free=all(row.get("tax") for row in rows),
    )
    _expect_tax(rows, sold)
    return Filed(sold, _address(first, country))


def _expect_tax(rows: Sequence[Row], sold: Sold) -> None:
    """Raise BadInputError where a part of an order's tax is told and another is not."""
    silent = [row.number for row in rows if not row.get("tax")]
    if silent and (len(silent) < len(rows) or sold.delivery_tax):
        raise BadInputError(
            f"Row {silent[0]}: tax is told for the rest of this order: write it here too, "
            "0 where none is owed."
        )


def _line(row: Row, currency: str) -> SoldLine:
    quantity = _read(row, "quantity", int)
    if not 1 <= quantity <= MOST_UNITS:
        raise BadInputError(f"Row {row.number}: quantity is 1 to {MOST_UNITS}.")
    amounts = (_amount(row, "total", currency), _amount(row, "tax", currency))
    ref = row.get("line") or str(row.number)
    return SoldLine(ref, row.get("sku"), row.get("sku"), quantity, *amounts)


def _address(row: Row, country: str) -> Address | None:
    if not row.get("name") or not row.get("street"):
        return None
    given = {name: row.get(name) for name in ("name", "street", "city", "postcode", "region", "phone")}
    return Address(country=country, **given)


def _amount(row: Row, name: str, currency: str) -> int:
    amount = _read(row, name, lambda text: Money.parse(text or "0", currency).amount)
    if amount < 0:
        raise BadInputError(f"Row {row.number}: {name} is not below zero.")
    return amount


def _read(row: Row, name: str, reader: Callable[[str], T]) -> T:
    """Return a cell as what it stands for; a wrong one is named, and never repeated."""
    try:
        return reader(row.get(name))
    except BadInputError as error:
        raise BadInputError(f"Row {row.number}: {error.message}") from None
    except (ValueError, KeyError):
        raise BadInputError(f"Row {row.number}: {name} cannot be read.") from None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    known = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if known > clock.now() + _AHEAD:
        raise BadInputError("changed_at is not in the future.")
    return known
