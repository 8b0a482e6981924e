"""Which texts were sent, and whether they arrived."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Identity, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from oms.kernel.db import Base
from oms.kernel.register import Life, columns
from oms.kernel.states import Outcome
from oms.notifications.texting.states import TEXT, TextState


class TextSend(Base):
    """One text: its topic, the thing it is about and whose number it went to; neither number nor words.

    `key` is what the service knows it by, at every attempt and in every report.
    """

    __tablename__ = "text_sends"
    __columns__: ClassVar = columns(
        "id key topic thing state disclosure_id begun_at sent_at ended_at", "unit"
    )
    # As long as a phone number can be kept: that it is dead is not asked again.
    __life__: ClassVar = Life("begun_at", 180)
    __table_args__ = (UniqueConstraint("topic", "thing"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    key: Mapped[UUID] = mapped_column(server_default=func.gen_random_uuid(), unique=True)
    topic: Mapped[str]
    thing: Mapped[str]
    unit: Mapped[str] = mapped_column(index=True)
    state: Mapped[TextState]
    disclosure_id: Mapped[int | None]
    begun_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    @property
    def name(self) -> str:
        """Return how evidence names it."""
        return f"text {self.topic} {self.thing}"

    def become(self, state: TextState, at: datetime) -> bool:
        """Move on, and keep the day; False where it is further already."""
        if TEXT.attempt(self.state, state) is not Outcome.MOVED:
            return False
        self.state = state
        if state is TextState.SENT:
            self.sent_at = at
        else:
            self.ended_at = at
        return True
