"""Accounts and the one-time codes that prove a mailbox; who the person is stands in `personal.py`."""

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from oms.buyers.states import BUYERS, BuyerState, CodePurpose
from oms.kernel.audit import Actor, ActorKind
from oms.kernel.db import Base
from oms.kernel.register import columns

MOST_TRIES = 5
CODE_LIFE = timedelta(minutes=10)
# So long a used or expired code is remembered, because it counts for how many may be asked for.
CODE_MEMORY = timedelta(hours=1)


class Buyer(Base):
    """An account: pseudonymous; its mailbox is the sealed record `account.contact` of its unit."""

    __tablename__ = "buyers"
    __columns__: ClassVar = columns(
        "state market language created_at last_active_at closed_at notice_version",
        "id subject_id password_hash",
    )
    __table_args__ = (
        CheckConstraint("state = 'active' OR password_hash IS NULL", name="closed_keeps_no_password"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_a_date"),
        Index("ix_buyers_last_active_at", "last_active_at"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(unique=True)
    state: Mapped[BuyerState] = mapped_column(default=BuyerState.ACTIVE)
    market: Mapped[str]
    language: Mapped[str]
    password_hash: Mapped[str | None]
    created_at: Mapped[datetime]
    last_active_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    notice_version: Mapped[str] = mapped_column(server_default="")

    @property
    def unit(self) -> str:
        """Return the retention unit of everything sealed about this account."""
        return f"account:{self.id}"

    @property
    def person(self) -> str:
        """Return the name under which sessions and the audit trail know this account."""
        return f"buyer:{self.id}"

    @property
    def actor(self) -> Actor:
        """Return the owner of this account as somebody who does something."""
        return Actor(ActorKind.BUYER, str(self.id))

    @property
    def is_active(self) -> bool:
        """Say whether this account may sign in."""
        return self.state is BuyerState.ACTIVE

    def close(self, at: datetime) -> None:
        """Close for good and let go of the password; raises IllegalMoveError when closed already."""
        BUYERS.check(self.state, BuyerState.CLOSED)
        self.state = BuyerState.CLOSED
        self.closed_at = at
        self.password_hash = None


class MailboxChallenge(Base):
    """One code sent to one mailbox: address and code are sealed; a session knows its id."""

    __tablename__ = "mailbox_challenges"
    __columns__: ClassVar = columns(
        "purpose market language tries created_at expires_at used_at", "id unit buyer_id about"
    )
    __table_args__ = (
        CheckConstraint(f"tries BETWEEN 0 AND {MOST_TRIES}", name="few_tries"),
        Index("ix_mailbox_challenges_created_at", "created_at"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    unit: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[CodePurpose]
    buyer_id: Mapped[int | None] = mapped_column(ForeignKey("buyers.id", ondelete="CASCADE"), index=True)
    about: Mapped[str] = mapped_column(server_default="")
    market: Mapped[str]
    language: Mapped[str]
    tries: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
