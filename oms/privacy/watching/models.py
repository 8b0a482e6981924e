"""Alerts: somebody at the desk looked at unusually many people."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Identity
from sqlalchemy.orm import Mapped, mapped_column

from oms.kernel.db import Base
from oms.kernel.register import Life, columns


class Alert(Base):
    """Who looked at how many units within an hour; open until somebody else has seen to it."""

    __tablename__ = "privacy_alerts"
    __columns__: ClassVar = columns("id at units seen_at", "actor_id seen_by")
    # As long as the entries that it is about are asked for.
    __life__: ClassVar = Life("at", 400)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[str]
    units: Mapped[int]
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[str] = mapped_column(server_default="")
