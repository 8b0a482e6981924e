"""Tables of catalog."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

revision = "0002_catalog"
down_revision = "0001_ground"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _merchandise()
    _markets()
    _products()
    _texts()
    _lists()
    _findings()
    _variants()
    _prices()


def _merchandise() -> None:
    op.create_table(
        "catalog_version",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), server_default="1", nullable=False),
        sa.CheckConstraint("id = 1", name="ck_catalog_version_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_catalog_version"),
    )
    op.create_table(
        "categories",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("names", JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["categories.id"], name="fk_categories_parent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_categories"),
        sa.UniqueConstraint("slug", name="uq_categories_slug"),
    )
    op.create_table(
        "collections",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("is_on_home", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("names", JSONB(), nullable=False),
        sa.Column("descriptions", JSONB(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_collections"),
        sa.UniqueConstraint("slug", name="uq_collections_slug"),
    )


def _markets() -> None:
    op.create_table(
        "markets",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("tax_included", sa.Boolean(), nullable=False),
        sa.Column("default_language", sa.String(), nullable=False),
        sa.Column("languages", ARRAY(sa.String()), nullable=False),
        sa.Column("countries", ARRAY(sa.String()), nullable=False),
        sa.Column("names", JSONB(), server_default="{}", nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name="ck_markets_currency_is_iso"),
        sa.CheckConstraint(
            "default_language = ANY (languages)", name="ck_markets_default_language_is_spoken"
        ),
        sa.PrimaryKeyConstraint("code", name="pk_markets"),
    )
    op.create_table(
        "market_texts",
        sa.Column("market_code", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("title", sa.String(), server_default="", nullable=False),
        sa.Column("body_html", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["market_code"], ["markets.code"], name="fk_market_texts_market_code"),
        sa.PrimaryKeyConstraint("market_code", "topic", "language", name="pk_market_texts"),
    )


def _products() -> None:
    op.create_table(
        "products",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("handle", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("draft", "published", name="productstatus", native_enum=False, length=40),
            server_default="draft",
            nullable=False,
        ),
        sa.Column("tax_class", sa.String(), server_default="standard", nullable=False),
        sa.Column("hs_code", sa.String(), server_default="", nullable=False),
        sa.Column("origin", sa.String(), server_default="", nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=True),
        sa.Column("is_digital", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("vendor", sa.String(), server_default="", nullable=False),
        sa.Column("kind", sa.String(), server_default="", nullable=False),
        sa.Column("tags", ARRAY(sa.String()), server_default="{}", nullable=False),
        sa.Column("foreign_fields", JSONB(), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("handle ~ '^[^[:space:]/?#]+$'", name="ck_products_handle_fits_an_address"),
        sa.CheckConstraint("hs_code ~ '^([0-9]{6,10})?$'", name="ck_products_hs_code_is_digits"),
        sa.CheckConstraint("origin ~ '^([A-Z]{2})?$'", name="ck_products_origin_is_a_country"),
        sa.CheckConstraint(
            "status <> 'published' OR published_at IS NOT NULL", name="ck_products_published_is_dated"
        ),
        sa.CheckConstraint("tax_class <> ''", name="ck_products_tax_class_is_given"),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name="fk_products_category_id"),
        sa.PrimaryKeyConstraint("id", name="pk_products"),
        sa.UniqueConstraint("handle", name="uq_products_handle"),
    )
    op.create_index("ix_products_category_id", "products", ["category_id"], unique=False)
    op.create_index("ix_products_published_at", "products", ["status", "published_at"], unique=False)


def _texts() -> None:
    op.create_table(
        "product_texts",
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("subtitle", sa.String(), server_default="", nullable=False),
        sa.Column("description_html", sa.String(), server_default="", nullable=False),
        sa.Column("contents", sa.String(), server_default="", nullable=False),
        sa.Column("materials", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("title <> ''", name="ck_product_texts_title_is_given"),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name="fk_product_texts_product_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("product_id", "language", name="pk_product_texts"),
    )


def _lists() -> None:
    op.create_table(
        "collection_products",
        sa.Column("collection_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["collection_id"],
            ["collections.id"],
            name="fk_collection_products_collection_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name="fk_collection_products_product_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("collection_id", "product_id", name="pk_collection_products"),
    )
    op.create_index("ix_collection_products_product_id", "collection_products", ["product_id"], unique=False)
    op.create_table(
        "product_relations",
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("related_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("product_id <> related_id", name="ck_product_relations_not_itself"),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name="fk_product_relations_product_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["related_id"], ["products.id"], name="fk_product_relations_related_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("product_id", "related_id", name="pk_product_relations"),
    )


def _findings() -> None:
    op.create_table(
        "media",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "kind",
            sa.Enum("picture", "drawing", name="mediakind", native_enum=False, length=40),
            server_default="picture",
            nullable=False,
        ),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), server_default="", nullable=False),
        sa.Column("width", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("height", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("widths", ARRAY(sa.Integer()), server_default="{}", nullable=False),
        sa.Column("alt", JSONB(), server_default="{}", nullable=False),
        sa.CheckConstraint("digest = '' OR (width > 0 AND height > 0)", name="ck_media_size_is_known"),
        sa.CheckConstraint("digest ~ '^([0-9a-f]{32})?$'", name="ck_media_digest_is_a_hash"),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name="fk_media_product_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_media"),
        sa.UniqueConstraint("product_id", "source", name="uq_media_product_id_source"),
    )
    op.create_table(
        "search_entries",
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("document", TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name="fk_search_entries_product_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("product_id", "language", name="pk_search_entries"),
    )
    op.create_index(
        "ix_search_entries_document", "search_entries", ["document"], unique=False, postgresql_using="gin"
    )


def _variants() -> None:
    op.create_table(
        "product_options",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("names", JSONB(), nullable=False),
        sa.CheckConstraint("code ~ '^[^[:space:]=&]+$'", name="ck_product_options_code_fits_an_address"),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name="fk_product_options_product_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_product_options"),
        sa.UniqueConstraint("product_id", "code", name="uq_product_options_product_id_code"),
    )
    op.create_table(
        "option_values",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("option_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("names", JSONB(), nullable=False),
        sa.Column("swatch", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("code ~ '^[^[:space:]=&]+$'", name="ck_option_values_code_fits_an_address"),
        sa.ForeignKeyConstraint(
            ["option_id"], ["product_options.id"], name="fk_option_values_option_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_option_values"),
        sa.UniqueConstraint("option_id", "code", name="uq_option_values_option_id_code"),
    )
    op.create_table(
        "variants",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("choices", ARRAY(sa.String()), server_default="{}", nullable=False),
        sa.Column("weight_grams", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("requires_shipping", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("is_available", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("media_id", sa.BigInteger(), nullable=True),
        sa.Column("barcode", sa.String(), server_default="", nullable=False),
        sa.Column("foreign_fields", JSONB(), server_default="{}", nullable=False),
        sa.CheckConstraint("sku <> '' AND sku = btrim(sku)", name="ck_variants_sku_is_given"),
        sa.CheckConstraint("weight_grams >= 0", name="ck_variants_weight_is_not_negative"),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name="fk_variants_media_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name="fk_variants_product_id"),
        sa.PrimaryKeyConstraint("id", name="pk_variants"),
        sa.UniqueConstraint("product_id", "choices", name="uq_variants_product_id_choices"),
        sa.UniqueConstraint("sku", name="uq_variants_sku"),
    )
    op.create_index("ix_variants_choices", "variants", ["choices"], unique=False, postgresql_using="gin")


def _prices() -> None:
    op.create_table(
        "prices",
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("market_code", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("compare_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount > 0", name="ck_prices_amount_is_positive"),
        sa.CheckConstraint(
            "compare_at IS NULL OR compare_at > amount", name="ck_prices_compare_at_is_higher"
        ),
        sa.ForeignKeyConstraint(["market_code"], ["markets.code"], name="fk_prices_market_code"),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variants.id"], name="fk_prices_variant_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("variant_id", "market_code", name="pk_prices"),
    )
    op.create_index("ix_prices_market_code", "prices", ["market_code", "amount"], unique=False)


def downgrade() -> None:
    tables = (
        "prices variants option_values product_options search_entries media collection_products "
        "product_relations product_texts products market_texts markets collections categories catalog_version"
    )
    for table in tables.split():
        op.drop_table(table)
