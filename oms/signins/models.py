"""Sign-ins of the last 30 days, and the alerts that they raised."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Identity, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from oms.kernel.db import Base
from oms.kernel.register import Life, columns, declare_place
from oms.signins.states import AlertKind, Answer, How

DAYS = 30

declare_place(
    "list Sign-ins",
    holds="when somebody signed in, how, with which kind of browser, from which country; keyed codes of the"
    " network, which are others for each account; never the internet address",
    personal=True,
    purpose="to notice a stranger in an account, and to tell its owner (our legitimate interest in security)",
    life="30 days; with the account at the latest",
)


class SignIn(Base):
    """A password or code that was right: whose (`buyer:7`, `staff:2`), and from where as far as we know.

    `finished_at` is empty where another proof was asked for and has not come: then nobody is in.
    """

    __tablename__ = "sign_ins"
    __columns__: ClassVar = columns(
        "id at finished_at how agent country reasons answer answered_at", "person place area"
    )
    __life__: ClassVar = Life("at", DAYS)
    __table_args__ = (Index("ix_sign_ins_person", "person", "at"), Index("ix_sign_ins_at", "at"))

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    person: Mapped[str]
    at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    how: Mapped[How]
    agent: Mapped[str]
    country: Mapped[str]
    place: Mapped[bytes]
    area: Mapped[bytes]
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text))
    answer: Mapped[Answer] = mapped_column(default=Answer.NONE)
    answered_at: Mapped[datetime | None]

    @property
    def is_known(self) -> bool:
        """Say whether it was its person: they came in, or said so; and never said that it was not them."""
        if self.answer is Answer.NOT_MINE:
            return False
        return self.finished_at is not None or self.answer is Answer.MINE


class SignInAlert(Base):
    """Something about sign-ins that somebody at the desk looks into; a wave has no person, only a number."""

    __tablename__ = "sign_in_alerts"
    __columns__: ClassVar = columns("id at kind failures seen_at", "person seen_by")
    __life__: ClassVar = Life("at", DAYS)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[AlertKind]
    person: Mapped[str] = mapped_column(server_default="")
    failures: Mapped[int] = mapped_column(server_default="0")
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[str] = mapped_column(server_default="")
