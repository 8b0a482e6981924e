"""Reads about staff; lists show work names and numbers, never a mailbox."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from oms.kernel import vault
from oms.kernel.audit import SYSTEM, Actor
from oms.kernel.errors import NotFoundError
from oms.kernel.register import Job, Purpose
from oms.staff.models import RecoveryCode, Staff, StaffRoleGrant, StaffUse
from oms.staff.personal import StaffContact, StaffSecondFactor
from oms.staff.states import ALLOWS, StaffRole, StaffState
from oms.web.permissions import Permission


@dataclass(frozen=True, slots=True)
class PasswordKept:
    """What to verify a typed password against; `credentials.is_password` takes as long for nobody's."""

    staff_id: int
    kept: str | None


def member(session: Session, staff_id: int) -> Staff:
    """Return a member of staff, present or former; raises NotFoundError."""
    found = session.get(Staff, staff_id)
    if found is None:
        raise NotFoundError
    return found


def active_member(session: Session, staff_id: int) -> Staff | None:
    """Return a member of staff who can sign in, or None."""
    found = session.get(Staff, staff_id)
    return found if found is not None and found.can_sign_in else None


def member_of_mailbox(session: Session, email: str) -> Staff | None:
    """Return the present member of staff with this work mailbox, or None; through the blind index."""
    numbers = [int(f.unit.partition(":")[2]) for f in vault.find(session, StaffContact, "email", email)]
    return session.scalar(
        select(Staff).where(Staff.id.in_(numbers), Staff.state == StaffState.ACTIVE).limit(1)
    )


def password_of(session: Session, email: str) -> PasswordKept:
    """Return what is kept of the password of a work mailbox; nothing of nobody where there is none."""
    found = member_of_mailbox(session, email)
    return PasswordKept(found.id, found.password_hash) if found else PasswordKept(0, None)


def members(session: Session) -> list[Staff]:
    """Return all staff, those who have left last."""
    return list(session.scalars(select(Staff).order_by(Staff.state, Staff.id)))


def mailbox(session: Session, staff: Staff, *, by: Actor) -> str:
    """Return somebody's work mailbox; empty a year after they left. An opening by staff is audited."""
    kept = vault.open_record(session, StaffContact, staff.unit, purpose=Purpose.ACCOUNT, by=by)
    return kept.email if kept else ""


def totp_secret(session: Session, staff: Staff) -> str:
    """Return the secret of somebody's authenticator; raises NotFoundError when it is gone."""
    kept = vault.open_record(
        session, StaffSecondFactor, staff.unit, purpose=Purpose.SECURITY, by=SYSTEM.doing(Job.SIGN_IN)
    )
    if kept is None:
        raise NotFoundError
    return kept.secret


def owners(session: Session) -> int:
    """Return how many active members of staff are owners."""
    return (
        session.scalar(
            select(func.count())
            .select_from(StaffRoleGrant)
            .join(Staff, Staff.id == StaffRoleGrant.staff_id)
            .where(StaffRoleGrant.role == StaffRole.OWNER, Staff.state == StaffState.ACTIVE)
        )
        or 0
    )


def unused_grants(session: Session, since: date) -> list[tuple[Staff, StaffRole]]:
    """Return the roles of present staff that were given before a day, and nothing of which was used since.

    What another role of theirs allows too counts for both.
    """
    found = []
    for staff in members(session):
        if staff.state is not StaffState.ACTIVE:
            continue
        uses = select(StaffUse.permission).where(StaffUse.staff_id == staff.id, StaffUse.used_on >= since)
        used = set(session.scalars(uses)) - {Permission.HOME}
        found += [
            (staff, grant.role)
            for grant in staff.grants
            if grant.granted_at.date() < since and not used & ALLOWS[grant.role]
        ]
    return found


def recovery_codes_left(session: Session, staff_id: int) -> int:
    """Return how many recovery codes somebody still has."""
    return (
        session.scalar(
            select(func.count())
            .select_from(RecoveryCode)
            .where(RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None))
        )
        or 0
    )
