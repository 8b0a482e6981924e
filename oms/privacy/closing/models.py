"""That the shop closes: since when it is known, from which day on, and what was let go of."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Identity
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from oms.kernel.db import Base
from oms.kernel.register import Life, columns


class Closing(Base):
    """One closing of the shop; its certificate holds kinds, counts and days, and nobody."""

    __tablename__ = "shop_closings"
    __columns__: ClassVar = columns("id announced_at shreds_on called_off_at closed_at certificate")
    # As long as the counterfoils that stay behind.
    __life__: ClassVar = Life("announced_at", 3650)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    announced_at: Mapped[datetime]
    shreds_on: Mapped[date]
    called_off_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    certificate: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
