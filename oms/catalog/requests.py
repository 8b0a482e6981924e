"""What somebody wants a product to be: given whole to `actions.put_product`, by hand, import or demo."""

from dataclasses import dataclass, field
from typing import Any

from oms.catalog.media.models import MediaKind
from oms.catalog.models import Words


@dataclass(frozen=True, slots=True)
class TextRequest:
    """The words in one language; HTML as it was given, cleaned on the way in. None: as it is."""

    title: str
    subtitle: str | None = None
    description_html: str | None = None
    contents: str | None = None
    materials: str | None = None


@dataclass(frozen=True, slots=True)
class ValueRequest:
    """One choice of an option."""

    code: str
    names: Words
    swatch: str = ""


@dataclass(frozen=True, slots=True)
class OptionRequest:
    """An option with its choices, in order."""

    code: str
    names: Words
    values: tuple[ValueRequest, ...]


@dataclass(frozen=True, slots=True)
class PriceRequest:
    """A price in minor units of its market's currency; `compare_at` is the earlier, higher one."""

    amount: int
    compare_at: int | None = None


@dataclass(frozen=True, slots=True)
class PictureRequest:
    """A picture by where it comes from; `digest` and sizes when its files are made already."""

    source: str
    alt: Words = field(default_factory=dict)
    kind: MediaKind = MediaKind.PICTURE
    digest: str = ""
    width: int = 0
    height: int = 0
    widths: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class VariantRequest:
    """A variant: found again by its SKU, or by its choices; an empty SKU is made from the handle.

    `prices` names the markets that change; None takes the variant out of one. `picture` is a source; None
    leaves it as it is.
    """

    sku: str
    choices: tuple[str, ...] = ()
    prices: dict[str, PriceRequest | None] = field(default_factory=dict)
    weight_grams: int = 0
    requires_shipping: bool = True
    barcode: str = ""
    picture: str | None = None
    foreign_fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProductRequest:
    """A product with all that belongs to it.

    What is None stays as it is, or is the usual where the product is new; so do languages, markets and
    variants that are not named.
    """

    handle: str
    texts: dict[str, TextRequest]
    variants: tuple[VariantRequest, ...]
    options: tuple[OptionRequest, ...] = ()
    pictures: tuple[PictureRequest, ...] = ()
    is_published: bool = False
    tax_class: str | None = None
    hs_code: str | None = None
    origin: str | None = None
    category: str | None = None
    is_digital: bool | None = None
    vendor: str = ""
    kind: str = ""
    tags: tuple[str, ...] = ()
    foreign_fields: dict[str, Any] = field(default_factory=dict)
