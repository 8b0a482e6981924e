"""Staff, their roles and their ways of proving themselves; who they are stands in `personal.py`."""

from datetime import date, datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity
from sqlalchemy.orm import Mapped, mapped_column, relationship

from oms.kernel.audit import Actor, ActorKind
from oms.kernel.db import Base
from oms.kernel.register import Life, columns
from oms.staff.states import PERSONAL, STAFF, StaffRole, StaffState, permissions
from oms.web.permissions import Permission

SETUP_LIFE = timedelta(hours=48)
# Training is repeated every year.
TRAINING_LIFE = timedelta(days=365)
# Roles that nobody used for so long are reported, to be taken back (001-20).
UNUSED = timedelta(days=90)


class StaffRoleGrant(Base):
    """One role of one member of staff, and who gave it when."""

    __tablename__ = "staff_roles"
    __columns__: ClassVar = columns("role granted_at", "staff_id granted_by")

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[StaffRole] = mapped_column(primary_key=True)
    granted_at: Mapped[datetime]
    granted_by: Mapped[str]


class Staff(Base):
    """A member of staff: a work name for colleagues; mailbox and second factor are sealed in its unit."""

    __tablename__ = "staff"
    __columns__: ClassVar = columns(
        "state password_set_at last_step enrolled_at setup_expires_at created_at last_signed_in_at left_at"
        " trained_on confidential_on",
        "id subject_id desk_name password_hash setup_hash",
    )
    # As long as their mailbox: a year in which a deed can be asked about. Then their number means nobody.
    __life__: ClassVar = Life("left_at", 365)
    __table_args__ = (
        CheckConstraint(
            "state = 'active' OR (password_hash IS NULL AND setup_hash IS NULL)", name="left_keeps_no_key"
        ),
        CheckConstraint("(state = 'left') = (left_at IS NOT NULL)", name="left_has_a_date"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(unique=True)
    desk_name: Mapped[str]
    state: Mapped[StaffState] = mapped_column(default=StaffState.ACTIVE)
    password_hash: Mapped[str | None]
    password_set_at: Mapped[datetime | None]
    # The time step of the last authenticator code: none at or before it is good again (RFC 6238, 5.2).
    last_step: Mapped[int] = mapped_column(server_default="0")
    enrolled_at: Mapped[datetime | None]
    setup_hash: Mapped[bytes | None]
    setup_expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    last_signed_in_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    # When somebody was last trained in privacy, and signed that they keep secrets.
    trained_on: Mapped[date | None]
    confidential_on: Mapped[date | None]
    grants: Mapped[list[StaffRoleGrant]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by=StaffRoleGrant.role
    )

    @property
    def unit(self) -> str:
        """Return the retention unit of everything sealed about this member of staff."""
        return f"staff:{self.id}"

    @property
    def person(self) -> str:
        """Return the name under which sessions and the audit trail know this member of staff."""
        return f"staff:{self.id}"

    @property
    def actor(self) -> Actor:
        """Return this member of staff as somebody who does something."""
        return Actor(ActorKind.STAFF, str(self.id), roles=self.roles)

    @property
    def roles(self) -> frozenset[StaffRole]:
        """Return the roles held now."""
        return frozenset(grant.role for grant in self.grants)

    @property
    def permissions(self) -> frozenset[Permission]:
        """Return what the roles allow; nothing for who has left or never finished set-up."""
        return permissions(self.roles) if self.can_sign_in else frozenset()

    @property
    def can_sign_in(self) -> bool:
        """Say whether this member of staff is active and has both a password and a second factor."""
        return (
            self.state is StaffState.ACTIVE
            and self.password_hash is not None
            and self.enrolled_at is not None
        )

    def is_cleared(self, day: date) -> bool:
        """Say whether a training not older than a year and a promise of secrecy are on record on a day."""
        if self.trained_on is None or self.confidential_on is None:
            return False
        return self.confidential_on <= day <= self.trained_on + TRAINING_LIFE

    def permissions_on(self, day: date) -> frozenset[Permission]:
        """Return what the roles allow on a day: nothing that shows people to who is not cleared."""
        return self.permissions if self.is_cleared(day) else self.permissions - PERSONAL

    def invite(self, code_hash: bytes, at: datetime) -> None:
        """Wait for set-up with a code that is good for two days; what was set up before counts no more."""
        self.setup_hash = code_hash
        self.setup_expires_at = at + SETUP_LIFE
        self.password_hash = None
        self.enrolled_at = None

    def enroll(self, password_hash: str, step: int, at: datetime) -> None:
        """Finish set-up: the password counts, the code of this time step is spent."""
        self.password_hash = password_hash
        self.password_set_at = at
        self.last_step = step
        self.enrolled_at = at
        self.setup_hash = None
        self.setup_expires_at = None

    def leave(self, at: datetime) -> None:
        """Leave at once: nothing signs in any more; raises IllegalMoveError for who has left already."""
        STAFF.check(self.state, StaffState.LEFT)
        self.state = StaffState.LEFT
        self.left_at = at
        self.password_hash = None
        self.enrolled_at = None
        self.setup_hash = None
        self.setup_expires_at = None


class StaffUse(Base):
    """On which day somebody last used a permission; what is not used is reported, to be taken back."""

    __tablename__ = "staff_uses"
    __columns__: ClassVar = columns("permission used_on", "staff_id")

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    permission: Mapped[str] = mapped_column(primary_key=True)
    used_on: Mapped[date]


class RecoveryCode(Base):
    """One way in when the authenticator is lost; good once."""

    __tablename__ = "staff_recovery_codes"
    __columns__: ClassVar = columns("id used_at", "staff_id code_hash")

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[bytes] = mapped_column(unique=True)
    used_at: Mapped[datetime | None]
