"""The words of a product, made ready for searching."""

from typing import ClassVar

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from oms.kernel.db import Base
from oms.kernel.register import columns


class SearchEntry(Base):
    """What a product is found by in one language; written anew with each change of the product."""

    __tablename__ = "search_entries"
    __columns__: ClassVar = columns("product_id language document")
    __table_args__ = (Index("ix_search_entries_document", "document", postgresql_using="gin"),)

    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    document: Mapped[str] = mapped_column(TSVECTOR)
