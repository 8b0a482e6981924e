"""Which mails were sent: one row for each topic and thing, so that nothing is told twice."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Identity, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from oms.kernel.db import Base
from oms.kernel.register import Life, columns
from oms.notifications.states import MailState


class MailSend(Base):
    """One mail: its topic and the thing it is about; of its reader nothing.

    `key` names it in its Message-ID at every attempt; random, as ids are given again after a restore, and a
    mail program that saw the id before would hide a new mail behind an old one.
    """

    __tablename__ = "mail_sends"
    __columns__: ClassVar = columns("id key topic thing state disclosure_id begun_at sent_at")
    # Far longer than a repeated fact could want to write the same mail again.
    __life__: ClassVar = Life("begun_at", 90)
    __table_args__ = (UniqueConstraint("topic", "thing"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    key: Mapped[UUID] = mapped_column(server_default=func.gen_random_uuid())
    topic: Mapped[str]
    thing: Mapped[str]
    state: Mapped[MailState]
    disclosure_id: Mapped[int | None]
    begun_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
