"""Rows of a Shopify product CSV as products: several rows each, the first says what the product is."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from oms.catalog.exchange import columns as c
from oms.catalog.exchange.reading import Row, Table
from oms.catalog.exchange.report import Problem, Weight
from oms.catalog.requests import PriceRequest
from oms.kernel.errors import BadInputError
from oms.kernel.money import Money

_DEFAULT = ("Title", "Default Title")
_NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,8})?")
_HANDLE = re.compile(r"[^\s/?#\\]{1,200}")
_HEAVIEST = 10_000_000
_LONGEST_SKU = 120
_YES = frozenset({"true", "yes", "1"})
_SOLD = frozenset({"", "active"})


@dataclass(frozen=True, slots=True)
class ParsedVariant:
    """A variant as its row says: `choices` holds (option name, value) pairs; no price: not sellable."""

    row: int
    sku: str
    choices: tuple[tuple[str, str], ...]
    price: PriceRequest | None
    grams: int
    requires_shipping: bool
    barcode: str
    picture: str
    foreign_fields: dict[str, str]


@dataclass(slots=True)
class ParsedProduct:
    """A product as its rows say; `pictures` holds (source, words for it) in order."""

    row: int
    handle: str
    title: str
    body: str
    vendor: str
    kind: str
    tags: tuple[str, ...]
    is_published: bool
    foreign_fields: dict[str, str]
    variants: list[ParsedVariant] = field(default_factory=list)
    pictures: list[tuple[str, str]] = field(default_factory=list)


class Parser:
    """Reads one file; SKUs are unique over all of it. `problems` holds every doubt."""

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self.problems: list[Problem] = []
        self._skus: dict[str, int] = {}

    def products(self, table: Table) -> list[ParsedProduct]:
        """Return the products of a table in the order of their first rows."""
        groups: dict[str, list[Row]] = {}
        for row in table.rows:
            handle = row.get(c.HANDLE)
            if _HANDLE.fullmatch(handle):
                groups.setdefault(handle, []).append(row)
            else:
                self._error(
                    row, c.HANDLE, "The handle is missing or no part of an address. Give the product one."
                )
        if any(row.get(c.QUANTITY) for row in table.rows):
            message = "Stock is not taken from the file: receive goods at the desk, where they are counted."
            self.problems.append(Problem(1, c.QUANTITY, Weight.NOTE, message))
        found = [self._product(handle, rows) for handle, rows in groups.items()]
        return [product for product in found if product is not None]

    def _product(self, handle: str, rows: Sequence[Row]) -> ParsedProduct | None:
        head = next((row for row in rows if row.get(c.TITLE)), None)
        if head is None:
            self._error(rows[0], c.TITLE, "The product has no title in any of its rows. Give it one.")
            return None
        product = ParsedProduct(
            row=head.number,
            handle=handle,
            title=" ".join(head.get(c.TITLE).split()),
            body=head.get(c.BODY),
            vendor=head.get(c.VENDOR),
            kind=head.get(c.TYPE),
            tags=tuple(dict.fromkeys(t for tag in head.get(c.TAGS).split(",") if (t := tag.strip()))),
            is_published=self._is_published(head),
            foreign_fields={
                name: cell for name, cell in _foreign(head).items() if not c.is_variant_column(name)
            },
        )
        names = tuple(head.get(name) for name in c.OPTION_NAMES)
        taken: dict[tuple[tuple[str, str], ...], int] = {}
        for row in rows:
            self._read_row(product, row, names, taken)
        product.pictures = _in_order(product, rows)
        if not product.variants:
            self._error(head, c.SKU, "No row of the product can be sold: there is no variant in it.")
            return None
        return product

    def _read_row(
        self,
        product: ParsedProduct,
        row: Row,
        names: Sequence[str],
        taken: dict[tuple[tuple[str, str], ...], int],
    ) -> None:
        if not any(row.get(name) for name in (*c.OPTION_VALUES, c.SKU, c.PRICE)):
            if row.number != product.row and not row.get(c.IMAGE):
                self._say(row, "", Weight.WARNING, "The row has neither a variant nor a picture.")
            if row.number != product.row:
                return
        choices = self._choices(row, names)
        if choices is None:
            return
        if choices in taken:
            self._error(row, c.OPTION_VALUES[0], f"Row {taken[choices]} has the same choices already.")
            return
        sku = self._sku(row)
        if sku is None:
            return
        taken[choices] = row.number
        product.variants.append(self._variant(row, sku, choices))

    def _variant(self, row: Row, sku: str, choices: tuple[tuple[str, str], ...]) -> ParsedVariant:
        if row.get(c.TAXABLE).casefold() == "false":
            self._say(row, c.TAXABLE, Weight.WARNING, "Here tax follows the product's tax class. Look at it.")
        return ParsedVariant(
            row=row.number,
            sku=sku,
            choices=choices,
            price=self._price(row),
            grams=self._grams(row),
            requires_shipping=row.get(c.SHIPPING).casefold() in {"", *_YES},
            barcode=row.get(c.BARCODE),
            picture=row.get(c.VARIANT_IMAGE),
            foreign_fields={name: cell for name, cell in _foreign(row).items() if c.is_variant_column(name)},
        )

    def _is_published(self, head: Row) -> bool:
        if head.get(c.GIFT_CARD).casefold() in _YES:
            self._say(head, c.GIFT_CARD, Weight.WARNING, "Gift cards are not sold here: it comes as a draft.")
            return False
        return head.get(c.PUBLISHED).casefold() in {"", *_YES} and head.get(c.STATUS).casefold() in _SOLD

    def _choices(self, row: Row, names: Sequence[str]) -> tuple[tuple[str, str], ...] | None:
        values = [row.get(name) for name in c.OPTION_VALUES]
        if (names[0], values[0]) == _DEFAULT or not any(names):
            return ()
        for at, (name, value) in enumerate(zip(names, values, strict=True)):
            if bool(name) != bool(value):
                message = (
                    f"The value of {name} is missing." if name else "The option of this value has no name."
                )
                self._error(row, c.OPTION_VALUES[at], f"{message} Fill it in.")
                return None
        return tuple((name, value) for name, value in zip(names, values, strict=True) if name)

    def _sku(self, row: Row) -> str | None:
        raw = row.get(c.SKU)
        sku = "".join(part for part in re.split(r"[\x00-\x1f\x7f]+", raw))
        if sku != raw:
            self._say(row, c.SKU, Weight.WARNING, "The SKU held line breaks; they were taken out.")
        if len(sku) > _LONGEST_SKU:
            self._error(row, c.SKU, f"The SKU has more than {_LONGEST_SKU} characters.")
            return None
        if not sku:
            self._say(row, c.SKU, Weight.NOTE, "No SKU: one is made from handle and choices.")
        elif sku in self._skus:
            self._error(
                row, c.SKU, f"The SKU {sku} is that of row {self._skus[sku]} already. Give another one."
            )
            return None
        else:
            self._skus[sku] = row.number
        return sku

    def _price(self, row: Row) -> PriceRequest | None:
        amount = self._amount(row, c.PRICE)
        if not amount:
            if not row.get(c.PRICE) or amount == 0:
                self._say(
                    row, c.PRICE, Weight.WARNING, "No price: the variant is not sellable until it has one."
                )
            return None
        before = self._amount(row, c.COMPARE_AT)
        if before and before <= amount:
            self._say(row, c.COMPARE_AT, Weight.WARNING, "The earlier price is not higher; it was left out.")
        return PriceRequest(amount, before if before and before > amount else None)

    def _amount(self, row: Row, column: str) -> int | None:
        written = row.get(column)
        if not written:
            return None
        try:
            # Money reads 1e3 and -5 too; in a price list they are mistakes.
            return Money.parse(written if _NUMBER.fullmatch(written) else "", self.currency).amount
        except BadInputError:
            message = f"{written[:20]!r} is no amount in {self.currency}. Write it like 12.50, without signs."
            self._error(row, column, message)
            return None

    def _grams(self, row: Row) -> int:
        written = row.get(c.GRAMS) or "0"
        try:
            grams = Decimal(written)
        except InvalidOperation:
            grams = Decimal(-1)
        if not grams.is_finite() or not 0 <= grams <= _HEAVIEST:
            self._error(row, c.GRAMS, f"{written[:20]!r} is no weight in grams; 0 was taken.")
            return 0
        return int(grams.to_integral_value())

    def _error(self, row: Row, column: str, message: str) -> None:
        self._say(row, column, Weight.ERROR, message)

    def _say(self, row: Row, column: str, weight: Weight, message: str) -> None:
        self.problems.append(Problem(row.number, column, weight, message))


def _foreign(row: Row) -> Mapping[str, str]:
    used = {*c.USED, ""}
    return {
        name: cell.strip()
        for name, cell in row.cells.items()
        if name not in used and cell.strip() and c.USUAL.get(name) != cell.strip().casefold()
    }


def _in_order(product: ParsedProduct, rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Return the pictures by their position, then those that only variants name."""
    listed = [row for row in rows if row.get(c.IMAGE)]
    listed.sort(key=lambda row: int(p) if (p := row.get(c.IMAGE_POSITION)).isdecimal() else len(rows))
    pictures = {row.get(c.IMAGE): row.get(c.IMAGE_ALT) for row in reversed(listed)}
    ordered = {row.get(c.IMAGE): pictures[row.get(c.IMAGE)] for row in listed}
    for variant in product.variants:
        if variant.picture:
            ordered.setdefault(variant.picture, "")
    return list(ordered.items())
