"""Certificates that somebody else gave the shop: who, from when until when, and the paper itself."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Identity, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from oms.kernel.db import Base
from oms.kernel.register import columns


class Certificate(Base):
    """A certificate and its PDF, which everybody may read; the days are the shop's, both included.

    The file lies in its row: one transaction takes both away, and a backup has both.
    """

    __tablename__ = "certificates"
    __columns__: ClassVar = columns("id name issuer begins_on ends_on added_at content")
    __table_args__ = (CheckConstraint("ends_on >= begins_on", name="ends_after_it_begins"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str]
    issuer: Mapped[str]
    begins_on: Mapped[date]
    ends_on: Mapped[date]
    added_at: Mapped[datetime]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
