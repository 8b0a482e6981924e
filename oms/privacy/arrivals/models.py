"""Which orders of other shops were brought along: a mark of each, so that the same file is known again."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy.orm import Mapped, mapped_column

from oms.kernel.db import Base
from oms.kernel.register import Life, columns


class Arrival(Base):
    """The digest of a reference of another shop and the unit it came to; that goes with its person.

    The digest stays: it is how "I am gone" holds against the same file once more, and it leads to nobody.
    """

    __tablename__ = "privacy_arrivals"
    __columns__: ClassVar = columns("at", "ref unit")
    # As long as a counterfoil is kept, somebody might come with the file again.
    __life__: ClassVar = Life("at", 3650)

    ref: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime]
