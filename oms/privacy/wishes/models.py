"""The ledger of what people said yes and no to: rows are added, never changed."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Identity
from sqlalchemy.orm import Mapped, mapped_column

from oms.kernel.db import Base
from oms.kernel.register import Life, columns, declare_place
from oms.privacy.states import Channel
from oms.privacy.wishes.states import Choice, WishPurpose, WishWay


class Wish(Base):
    """One answer, kept with one unit: for what, where, the words that were read, how and when.

    The newest of a purpose and channel is in force (GDPR, articles 7 and 21). The database refuses every
    change, and a removal as long as anything of the unit is kept.
    """

    __tablename__ = "privacy_wishes"
    __columns__: ClassVar = columns("id purpose channel choice text_hash wording language way at", "unit")
    # It goes with the last that is kept of its unit; a retention run sweeps what an erasure did not.
    __life__: ClassVar = Life(
        "at", 0, "NOT EXISTS (SELECT 1 FROM personal.sealed AS s WHERE s.unit = privacy_wishes.unit)"
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    unit: Mapped[str] = mapped_column(index=True)
    purpose: Mapped[WishPurpose]
    channel: Mapped[Channel]
    choice: Mapped[Choice]
    text_hash: Mapped[str]
    wording: Mapped[str]
    language: Mapped[str]
    way: Mapped[WishWay]
    at: Mapped[datetime]


declare_place(
    "table privacy_wishes",
    holds="what you said we may write to you, and which words you read then",
    personal=True,
    purpose="to write only what you want",
    life="as long as the order or account it belongs to",
)
