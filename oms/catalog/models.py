"""Markets, categories, collections, products, options, variants and prices.

Labels of a few words are kept as `{"en": ..., "de": ...}`; texts that are searched have rows of their own.
A variant is never deleted, for orders name it: one that is sold no longer is withdrawn.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from oms.catalog.states import PRODUCT, ProductStatus
from oms.kernel.db import Base
from oms.kernel.register import columns

FALLBACK = "en"
Words = dict[str, str]


def in_language(words: Words, language: str) -> str:
    """Return the words in a language; where it has none in English, then in any, then nothing."""
    return words.get(language) or words.get(FALLBACK) or next(iter(words.values()), "")


class Market(Base):
    """A group of countries with one currency, its languages, and whether its prices hold the tax."""

    __tablename__ = "markets"
    __columns__: ClassVar = columns(
        "code position currency tax_included default_language languages countries names"
    )
    __table_args__ = (
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_is_iso"),
        CheckConstraint("default_language = ANY (languages)", name="default_language_is_spoken"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(server_default="0")
    currency: Mapped[str]
    tax_included: Mapped[bool]
    default_language: Mapped[str]
    languages: Mapped[list[str]] = mapped_column(ARRAY(String))
    countries: Mapped[list[str]] = mapped_column(ARRAY(String))
    names: Mapped[Words] = mapped_column(JSONB, server_default="{}")


class MarketText(Base):
    """What the law of a market wants to be said: imprint, terms, withdrawal, the order button's words."""

    __tablename__ = "market_texts"
    __columns__: ClassVar = columns("market_code topic language title body_html")

    market_code: Mapped[str] = mapped_column(ForeignKey("markets.code"), primary_key=True)
    topic: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(server_default="")
    body_html: Mapped[str] = mapped_column(server_default="")


class Category(Base):
    """A place in the tree; a product stands in one at most."""

    __tablename__ = "categories"
    __columns__: ClassVar = columns("id slug parent_id position names")

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    position: Mapped[int] = mapped_column(server_default="0")
    names: Mapped[Words] = mapped_column(JSONB)


class Collection(Base):
    """Products put together by hand, in an order of their own."""

    __tablename__ = "collections"
    __columns__: ClassVar = columns("id slug position is_on_home names descriptions")

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int] = mapped_column(server_default="0")
    is_on_home: Mapped[bool] = mapped_column(server_default="false")
    names: Mapped[Words] = mapped_column(JSONB)
    descriptions: Mapped[Words] = mapped_column(JSONB, server_default="{}")


class CollectionProduct(Base):
    """A product's place in a collection."""

    __tablename__ = "collection_products"
    __columns__: ClassVar = columns("collection_id product_id position")
    __table_args__ = (Index("ix_collection_products_product_id", "product_id"),)

    collection_id: Mapped[int] = mapped_column(
        ForeignKey("collections.id", ondelete="CASCADE"), primary_key=True
    )
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(server_default="0")


class Product(Base):
    """What is described and shown; its variants are what is sold.

    `foreign_fields` keeps the columns of an exchange format that this shop has no use for, so that an
    export gives back what an import took.
    """

    __tablename__ = "products"
    __columns__: ClassVar = columns(
        "id handle status tax_class hs_code origin category_id is_digital vendor kind tags foreign_fields "
        "created_at published_at"
    )
    __table_args__ = (
        CheckConstraint("handle ~ '^[^[:space:]/?#]+$'", name="handle_fits_an_address"),
        CheckConstraint("tax_class <> ''", name="tax_class_is_given"),
        CheckConstraint("hs_code ~ '^([0-9]{6,10})?$'", name="hs_code_is_digits"),
        CheckConstraint("origin ~ '^([A-Z]{2})?$'", name="origin_is_a_country"),
        CheckConstraint("status <> 'published' OR published_at IS NOT NULL", name="published_is_dated"),
        Index("ix_products_category_id", "category_id"),
        Index("ix_products_published_at", "status", "published_at"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    handle: Mapped[str] = mapped_column(unique=True)
    status: Mapped[ProductStatus] = mapped_column(server_default="draft")
    tax_class: Mapped[str] = mapped_column(server_default="standard")
    hs_code: Mapped[str] = mapped_column(server_default="")
    origin: Mapped[str] = mapped_column(server_default="")
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    is_digital: Mapped[bool] = mapped_column(server_default="false")
    vendor: Mapped[str] = mapped_column(server_default="")
    kind: Mapped[str] = mapped_column(server_default="")
    tags: Mapped[list[str]] = mapped_column(ARRAY(String), server_default="{}")
    foreign_fields: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    published_at: Mapped[datetime | None]

    texts: Mapped[list["ProductText"]] = relationship(lazy="raise_on_sql", cascade="all, delete-orphan")
    options: Mapped[list["Option"]] = relationship(
        lazy="raise_on_sql", order_by="Option.position", cascade="all, delete-orphan"
    )
    variants: Mapped[list["Variant"]] = relationship(lazy="raise_on_sql", order_by="Variant.position")

    def publish(self, at: datetime) -> None:
        """Show it to shoppers; the first moment of that stays. Raises IllegalMoveError when it is shown."""
        PRODUCT.check(self.status, ProductStatus.PUBLISHED)
        self.status = ProductStatus.PUBLISHED
        self.published_at = self.published_at or at

    def unpublish(self) -> None:
        """Take it from the shop. Raises IllegalMoveError when it is a draft already."""
        PRODUCT.check(self.status, ProductStatus.DRAFT)
        self.status = ProductStatus.DRAFT


class ProductText(Base):
    """A product's words in one language; the HTML was cleaned before it came here."""

    __tablename__ = "product_texts"
    __columns__: ClassVar = columns("product_id language title subtitle description_html contents materials")
    __table_args__ = (CheckConstraint("title <> ''", name="title_is_given"),)

    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    subtitle: Mapped[str] = mapped_column(server_default="")
    description_html: Mapped[str] = mapped_column(server_default="")
    contents: Mapped[str] = mapped_column(server_default="")
    materials: Mapped[str] = mapped_column(server_default="")


class ProductRelation(Base):
    """A product that goes well with another, as chosen by hand."""

    __tablename__ = "product_relations"
    __columns__: ClassVar = columns("product_id related_id position")
    __table_args__ = (CheckConstraint("product_id <> related_id", name="not_itself"),)

    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), primary_key=True)
    related_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(server_default="0")


class Option(Base):
    """Something to choose, such as color; `code` is the same over all products, so that lists can narrow."""

    __tablename__ = "product_options"
    __columns__: ClassVar = columns("id product_id code position names")
    __table_args__ = (
        UniqueConstraint("product_id", "code"),
        CheckConstraint("code ~ '^[^[:space:]=&]+$'", name="code_fits_an_address"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"))
    code: Mapped[str]
    position: Mapped[int] = mapped_column(server_default="0")
    names: Mapped[Words] = mapped_column(JSONB)

    values: Mapped[list["OptionValue"]] = relationship(
        lazy="raise_on_sql", order_by="OptionValue.position", cascade="all, delete-orphan"
    )


class OptionValue(Base):
    """One choice of an option; `swatch` is a CSS color, or empty."""

    __tablename__ = "option_values"
    __columns__: ClassVar = columns("id option_id code position names swatch")
    __table_args__ = (
        UniqueConstraint("option_id", "code"),
        CheckConstraint("code ~ '^[^[:space:]=&]+$'", name="code_fits_an_address"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    option_id: Mapped[int] = mapped_column(ForeignKey("product_options.id", ondelete="CASCADE"))
    code: Mapped[str]
    position: Mapped[int] = mapped_column(server_default="0")
    names: Mapped[Words] = mapped_column(JSONB)
    swatch: Mapped[str] = mapped_column(server_default="")


class Variant(Base):
    """What is sold: one SKU. `choices` holds its option values as `color=blue`, in the options' order.

    `is_available` is what stock said last, for lists only; carts and orders ask inventory itself.
    """

    __tablename__ = "variants"
    __columns__: ClassVar = columns(
        "id product_id sku position choices weight_grams requires_shipping is_available withdrawn_at "
        "media_id barcode foreign_fields"
    )
    __table_args__ = (
        UniqueConstraint("product_id", "choices"),
        CheckConstraint("sku <> '' AND sku = btrim(sku)", name="sku_is_given"),
        CheckConstraint("weight_grams >= 0", name="weight_is_not_negative"),
        Index("ix_variants_choices", "choices", postgresql_using="gin"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    sku: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int] = mapped_column(server_default="0")
    choices: Mapped[list[str]] = mapped_column(ARRAY(String), server_default="{}")
    weight_grams: Mapped[int] = mapped_column(server_default="0")
    requires_shipping: Mapped[bool] = mapped_column(server_default="true")
    is_available: Mapped[bool] = mapped_column(server_default="false")
    withdrawn_at: Mapped[datetime | None]
    media_id: Mapped[int | None] = mapped_column(ForeignKey("media.id", ondelete="SET NULL"))
    barcode: Mapped[str] = mapped_column(server_default="")
    foreign_fields: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")

    prices: Mapped[list["Price"]] = relationship(lazy="raise_on_sql", cascade="all, delete-orphan")

    def chosen(self) -> dict[str, str]:
        """Return the option values by option, in the options' order."""
        return dict(choice.split("=", 1) for choice in self.choices)


class Price(Base):
    """What a variant costs in a market, in minor units of its currency; no row: not sold there."""

    __tablename__ = "prices"
    __columns__: ClassVar = columns("variant_id market_code amount compare_at")
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_is_positive"),
        CheckConstraint("compare_at IS NULL OR compare_at > amount", name="compare_at_is_higher"),
        Index("ix_prices_market_code", "market_code", "amount"),
    )

    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id", ondelete="CASCADE"), primary_key=True)
    market_code: Mapped[str] = mapped_column(ForeignKey("markets.code"), primary_key=True)
    amount: Mapped[int]
    compare_at: Mapped[int | None]


class CatalogVersion(Base):
    """One row: a number that grows with everything that changes a page."""

    __tablename__ = "catalog_version"
    __columns__: ClassVar = columns("id number")
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(server_default="1")
