"""Which file is which by its columns, and the names of Shopify's, old and new."""

from collections.abc import Sequence

from oms.catalog.exchange.reading import Row, Table
from oms.catalog.exchange.report import NotThisFileError

HANDLE, TITLE, BODY = "Handle", "Title", "Body (HTML)"
VENDOR, TYPE, TAGS = "Vendor", "Type", "Tags"
PUBLISHED, STATUS, GIFT_CARD = "Published", "Status", "Gift Card"
SKU, GRAMS, PRICE, COMPARE_AT = "Variant SKU", "Variant Grams", "Variant Price", "Variant Compare At Price"
SHIPPING, TAXABLE, BARCODE = "Variant Requires Shipping", "Variant Taxable", "Variant Barcode"
QUANTITY, VARIANT_IMAGE = "Variant Inventory Qty", "Variant Image"
IMAGE, IMAGE_POSITION, IMAGE_ALT = "Image Src", "Image Position", "Image Alt Text"
OPTION_NAMES = ("Option1 Name", "Option2 Name", "Option3 Name")
OPTION_VALUES = ("Option1 Value", "Option2 Value", "Option3 Value")
# In the order of Shopify's own export (the sample files of its partners; 46 columns and Status).
USED = (
    *(HANDLE, TITLE, BODY, VENDOR, TYPE, TAGS, PUBLISHED),
    *(column for pair in zip(OPTION_NAMES, OPTION_VALUES, strict=True) for column in pair),
    *(SKU, GRAMS, QUANTITY, PRICE, COMPARE_AT, SHIPPING, BARCODE),
    *(IMAGE, IMAGE_POSITION, IMAGE_ALT, VARIANT_IMAGE, STATUS),
)
# What an export says where nothing else is known; an import need not remember it.
USUAL = {
    "Variant Inventory Policy": "deny",
    "Variant Fulfillment Service": "manual",
    "Variant Weight Unit": "g",
    TAXABLE: "true",
    GIFT_CARD: "false",
}
OF_VARIANTS = ("Cost per item", "Included / ", "Price / ", "Compare At Price / ", "Variant ")
# Shopify's newer template says the same in other words.
_ALSO = {
    "url handle": HANDLE,
    "description": BODY,
    "published on online store": PUBLISHED,
    "sku": SKU,
    "barcode": BARCODE,
    "price": PRICE,
    "compare-at price": COMPARE_AT,
    "weight value (grams)": GRAMS,
    "requires shipping": SHIPPING,
    "charge tax": TAXABLE,
    "inventory quantity": QUANTITY,
    "product image url": IMAGE,
    "variant image url": VARIANT_IMAGE,
    "inventory tracker": "Variant Inventory Tracker",
    "fulfillment service": "Variant Fulfillment Service",
    "tax code": "Variant Tax Code",
}
_OWN = {name.casefold(): name for name in (*USED, TAXABLE, GIFT_CARD)}
# What only one program's export has, by the words of its columns.
_OTHERS = (
    ({"name", "email", "financial status"}, "a Shopify order export"),
    ({"first name", "last name", "email"}, "an export of people"),
    ({"type", "sku", "name", "regular price"}, "a WooCommerce product export"),
    ({"name", "slug", "optiongroups"}, "a Vendure product export"),
    ({"product handle", "variant sku"}, "a Medusa product export"),
    ({"slug", "name", "option1_name"}, "a Spree product export"),
)
_EXPECTED = "Expected a Shopify product export, whose first line names Handle, Title and Variant Price"


def expect_shopify(columns: Sequence[str]) -> None:
    """Raise NotThisFileError for the columns of any other file, saying which it looks like."""
    names = set(_renamed(columns).values())
    if {HANDLE, TITLE} <= names and names & {PRICE, SKU, BODY, OPTION_NAMES[0]}:
        return
    folded = {column.casefold() for column in columns}
    kind = next((what for words, what in _OTHERS if words <= folded), "another file")
    shown = ", ".join(column[:30] for column in columns[:5])
    raise NotThisFileError(f"This looks like {kind}. {_EXPECTED}; found {shown}.")


def as_shopify(table: Table) -> Table:
    """Return the table with Shopify's classic column names."""
    renamed = _renamed(table.columns)
    rows = tuple(
        Row(row.number, {renamed[column]: cell for column, cell in row.cells.items()}) for row in table.rows
    )
    return Table(tuple(renamed.values()), rows, table.problems)


def _renamed(columns: Sequence[str]) -> dict[str, str]:
    is_new = "url handle" in {column.casefold() for column in columns}
    return {
        column: _OWN.get(column.casefold()) or (_ALSO.get(column.casefold()) if is_new else None) or column
        for column in columns
    }


def is_variant_column(column: str) -> bool:
    """Say whether a column that the shop has no use for belongs to the variant of its row."""
    return column.startswith(OF_VARIANTS)
