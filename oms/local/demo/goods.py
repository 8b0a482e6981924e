"""Reads the shelf (``shelf/*.toml``) into products with variants and drawings; refuses a wrong one."""

import functools
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any

from oms.local.demo.drawings.paint import PAINTS, hexadecimal
from oms.local.demo.drawings.pen import Look
from oms.local.demo.pictures import Sitter, closer_looks, portraits
from oms.local.demo.shapes import (
    Customs,
    DemoOption,
    DemoProduct,
    DemoValue,
    DemoVariant,
    ProductText,
    Words,
)

MARKETS = ("eu", "us", "jp")
WAREHOUSES = ("leiden", "osaka")
FILES = ("notebooks", "papers", "pens", "inks", "pencils", "post", "stamps", "desk", "downloads")
Table = dict[str, Any]


class WrongShelf(ValueError):
    """A file of the shelf contradicts itself; the message names the product and what is wrong with it."""


@functools.cache
def demo_products() -> tuple[DemoProduct, ...]:
    """Return every product of the demo shop in the order of the shelf.

    Raises WrongShelf for an unknown value, a value outside its option, a wrong count of prices or amounts.
    """
    return tuple(_product(table) for name in FILES for table in _read(name)["product"])


def _read(name: str) -> Table:
    file = resources.files("oms.local.demo").joinpath("shelf", f"{name}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


@functools.cache
def _values() -> Table:
    return _read("values")


def _words(table: Mapping[str, str]) -> Words:
    return Words(en=table["en"], de=table["de"], zh=table["zh"])


def _product(table: Table) -> DemoProduct:
    try:
        options = tuple(_option(code, values) for code, values in table.get("options", {}).items())
        rows = [_Row(table, row) for row in table["stock"]]
        sitter = Sitter(table["handle"], _words(table["title"]), options)
        looks = {row.codes: _look(options, row.codes) for row in rows}
        pictures = portraits(sitter, looks)
        is_digital = "customs" not in table
        return DemoProduct(
            handle=table["handle"],
            text=ProductText(
                **{
                    part: _words(table[part])
                    for part in ("title", "subtitle", "description", "box", "materials")
                }
            ),
            category=table["category"],
            collections=tuple(table["collections"]),
            options=options,
            variants=tuple(row.variant(pictures[row.codes].file_name) for row in rows),
            pictures=(*dict.fromkeys(pictures.values()), *closer_looks(sitter, looks)),
            customs=Customs("", "") if is_digital else Customs(*table["customs"]),
            tax_class=table.get("tax_class", "standard"),
            is_digital=is_digital,
            is_published=table.get("is_published", True),
            related=tuple(table["related"]),
        )
    except (KeyError, TypeError, ValueError) as wrong:
        raise WrongShelf(f"{table.get('handle', 'a product without a handle')}: {wrong!r}") from wrong


def _option(code: str, values: list[str]) -> DemoOption:
    box = _values()
    return DemoOption(
        code, _words(box["options"][code]), tuple(_value(each, box[code][each]) for each in values)
    )


def _value(code: str, table: Table) -> DemoValue:
    swatch = hexadecimal(PAINTS[table["paint"]]) if "paint" in table else None
    return DemoValue(code, _words(table), swatch)


def _look(options: tuple[DemoOption, ...], codes: tuple[str, ...]) -> Look:
    choices = {option.code: code for option, code in zip(options, codes, strict=True)}
    for option in options:
        if choices[option.code] not in {value.code for value in option.values}:
            raise ValueError(f"{choices[option.code]} is no value of {option.code}")
    paints = {
        option: _values()[option][code]["paint"]
        for option, code in choices.items()
        if "paint" in _values()[option][code]
    }
    return Look(choices, paints)


class _Row:
    """A stock row of the shelf: value codes joined by hyphens, then what each warehouse opens with."""

    def __init__(self, table: Table, row: list[Any]) -> None:
        self.codes: tuple[str, ...] = tuple(row[0].split("-")) if row[0] else ()
        self.sku = "-".join([table["sku"], *self.codes])
        self.stock = dict(zip(WAREHOUSES, row[1:], strict=True)) if "customs" in table else {}
        changes = [table["each"][code] for code in self.codes if code in table.get("each", {})]
        self.prices = dict(zip(MARKETS, _last(changes, "price", table["price"]), strict=True))
        self.weight = int(_last(changes, "weight", table.get("weight", 0)))

    def variant(self, picture: str) -> DemoVariant:
        """Return the variant that this row describes."""
        return DemoVariant(self.sku, self.codes, self.prices, self.weight, self.stock, picture)


def _last(changes: list[Table], key: str, otherwise: Any) -> Any:  # noqa: ANN401 - a value straight from TOML
    """Return what the last value that speaks about the key says: a pack of twelve overrules a grade."""
    return next((change[key] for change in reversed(changes) if key in change), otherwise)
