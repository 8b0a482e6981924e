"""A product's pictures."""

from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Integer, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from oms.catalog.models import Words
from oms.kernel.db import Base
from oms.kernel.register import columns


class MediaKind(StrEnum):
    """A photograph that was encoded anew in several widths, or a vector drawing of our own."""

    PICTURE = "picture"
    DRAWING = "drawing"


class Media(Base):
    """One picture of a product. `source` is where it came from; without a `digest` its file is missing.

    `width` and `height` are those of the largest file, in pixels; `widths` those that there are files for.
    """

    __tablename__ = "media"
    __columns__: ClassVar = columns("id product_id position kind source digest width height widths alt")
    __table_args__ = (
        UniqueConstraint("product_id", "source"),
        CheckConstraint("digest ~ '^([0-9a-f]{32})?$'", name="digest_is_a_hash"),
        CheckConstraint("digest = '' OR (width > 0 AND height > 0)", name="size_is_known"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(server_default="0")
    kind: Mapped[MediaKind] = mapped_column(server_default="picture")
    source: Mapped[str]
    digest: Mapped[str] = mapped_column(server_default="")
    width: Mapped[int] = mapped_column(server_default="0")
    height: Mapped[int] = mapped_column(server_default="0")
    widths: Mapped[list[int]] = mapped_column(ARRAY(Integer), server_default="{}")
    alt: Mapped[Words] = mapped_column(JSONB, server_default="{}")
