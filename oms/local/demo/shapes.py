"""The shapes in which the demo shop hands out its goods: frozen dataclasses of plain values."""

from collections.abc import Mapping
from dataclasses import dataclass

LANGUAGES = ("en", "de", "zh")


@dataclass(frozen=True)
class Words:
    """One text in the demo shop's three languages: English, German, Simplified Chinese."""

    en: str
    de: str
    zh: str

    def of(self, language: str) -> str:
        """Return the text in a language; raises KeyError for one that the demo shop does not speak."""
        return {"en": self.en, "de": self.de, "zh": self.zh}[language]


@dataclass(frozen=True)
class DemoValue:
    """One choice of an option; swatch is the color to show beside it (``#rrggbb``), where it is a color."""

    code: str
    name: Words
    swatch: str | None


@dataclass(frozen=True)
class DemoOption:
    """What a shopper can choose: its code (``color``), its name and its values in the order shown."""

    code: str
    name: Words
    values: tuple[DemoValue, ...]


@dataclass(frozen=True)
class DemoPicture:
    """A drawing of ours as an SVG file of 400 by 500; variants that look alike share one."""

    file_name: str
    svg: str
    alt: Words


@dataclass(frozen=True)
class DemoVariant:
    """What is sold: value codes in the order of the product's options, and the file name of its picture.

    Prices are in minor units by market, weight in grams with its wrapping, stock is what each warehouse opens
    with (empty: a download, which is never counted).
    """

    sku: str
    values: tuple[str, ...]
    prices: Mapping[str, int]
    weight_grams: int
    stock: Mapping[str, int]
    picture: str


@dataclass(frozen=True)
class ProductText:
    """What a product page says."""

    title: Words
    subtitle: Words
    description: Words
    box: Words
    materials: Words


@dataclass(frozen=True)
class Customs:
    """What a border wants to know; a download has neither and both are empty.

    The code is a six-digit subheading of the Harmonized System, the origin an ISO 3166-1 country.
    """

    hs_code: str
    origin: str


@dataclass(frozen=True)
class DemoProduct:
    """One product of the demo shop with everything that is to be stored of it.

    ``pictures`` are those of the variants, then closer looks that belong to the product as a whole.
    ``tax_class`` is a name (``standard``, ``books``, ``printed``); rates are the tax table's own business.
    """

    handle: str
    text: ProductText
    category: str
    collections: tuple[str, ...]
    options: tuple[DemoOption, ...]
    variants: tuple[DemoVariant, ...]
    pictures: tuple[DemoPicture, ...]
    customs: Customs
    tax_class: str
    is_digital: bool
    is_published: bool
    related: tuple[str, ...]
