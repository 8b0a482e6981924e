"""What owners do with staff: add, give roles, reset, let go; every change is in the audit trail."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from oms.kernel import audit, clock, ids, outbox, vault
from oms.kernel.audit import SYSTEM, Actor
from oms.kernel.errors import BadInputError, ConflictError, RefusedError
from oms.kernel.vault import Keys
from oms.staff import queries
from oms.staff.models import RecoveryCode, Staff, StaffRoleGrant, StaffUse
from oms.staff.personal import StaffContact, StaffSecondFactor
from oms.staff.states import StaffRole
from oms.web import credentials, session_rows


@dataclass(frozen=True, slots=True)
class NewStaff:
    """Somebody to add: work mailbox, the name colleagues see, roles, and who adds them."""

    email: str
    desk_name: str
    roles: frozenset[StaffRole]
    by: Actor = SYSTEM


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a new member of staff is given: a set-up code and the secret for the authenticator; shown once."""

    staff_id: int
    setup_code: str = field(repr=False)
    totp_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DemoSecrets:
    """What every demo account shares: a password, hashed before, and an authenticator's secret."""

    password_hash: str = field(repr=False)
    totp_secret: str = field(repr=False)


def prepare_member(session: Session) -> Keys:
    """Reserve the number of a member of staff and make the keys; before the transaction that adds them."""
    number = session.scalar(text("SELECT nextval(pg_get_serial_sequence('staff', 'id'))"))
    return vault.prepare(ids.new_id(), f"staff:{number}", StaffContact, StaffSecondFactor)


def add_member(session: Session, new: NewStaff, keys: Keys) -> Invitation:
    """Add a member of staff, who cannot sign in before set-up.

    Raises BadInputError without a role, ConflictError when the mailbox is somebody's already.
    """
    if not new.roles:
        raise BadInputError("Give at least one role.", field="roles")
    if queries.member_of_mailbox(session, new.email) is not None:
        raise ConflictError("Somebody at the desk has this e-mail already.")
    now, code, secret = clock.now(), credentials.recovery_code(), credentials.new_totp_secret()
    added = Staff(
        id=int(keys.unit.partition(":")[2]),
        subject_id=keys.subject_id,
        desk_name=new.desk_name,
        created_at=now,
        grants=_grants(new.roles, new.by),
    )
    added.invite(credentials.recovery_hash(code), now)
    session.add(added)
    session.flush()
    vault.seal_all(session, [StaffContact(new.email), StaffSecondFactor(secret)], keys)
    _note(session, new.by, "staff.add", added, *sorted(new.roles))
    return Invitation(added.id, code, secret)


def change_roles(session: Session, staff_id: int, roles: frozenset[StaffRole], *, by: Actor) -> None:
    """Give somebody exactly these roles; their sessions end, so that no old right lives on.

    Raises BadInputError without a role, RefusedError when no owner would be left.
    """
    if not roles:
        raise BadInputError("Give at least one role, or let the person leave.", field="roles")
    found = _present(session, staff_id)
    if StaffRole.OWNER not in roles:
        _keep_an_owner(session, found)
    kept = {grant.role: grant for grant in found.grants}
    found.grants = [kept.get(grant.role, grant) for grant in _grants(roles, by)]
    session_rows.end_all(session, found.person)
    _note(session, by, "staff.change_roles", found, *sorted(roles))


@dataclass(frozen=True, slots=True)
class Clearance:
    """The days on which somebody was trained in privacy, and signed that they keep secrets."""

    trained_on: date
    confidential_on: date


def note_clearance(session: Session, staff_id: int, found: Clearance, *, by: Actor) -> None:
    """Note a training and a promise of secrecy; without both, and a year after the training, no people show.

    Raises BadInputError for a day to come.
    """
    for name in ("trained_on", "confidential_on"):
        if getattr(found, name) > clock.today():
            raise BadInputError("This day is yet to come.", field=name)
    staff = _present(session, staff_id)
    staff.trained_on, staff.confidential_on = found.trained_on, found.confidential_on
    _note(session, by, "staff.clear", staff)


def note_use(session: Session, staff_id: int, permission: str) -> None:
    """Note that somebody used a permission today."""
    today = clock.today()
    row = insert(StaffUse).values(staff_id=staff_id, permission=permission, used_on=today)
    session.execute(
        row.on_conflict_do_update(index_elements=["staff_id", "permission"], set_={"used_on": today})
    )


def let_go(session: Session, staff_id: int, *, by: Actor) -> None:
    """End somebody's work here at once: no session, password, set-up or recovery code lives on.

    Says `staff.left`. Raises RefusedError when no owner would be left.
    """
    found = _present(session, staff_id)
    _keep_an_owner(session, found)
    found.leave(clock.now())
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == found.id))
    session_rows.end_all(session, found.person)
    _note(session, by, "staff.let_go", found)
    outbox.say(session, "staff.left", staff=found.id)


def reset_sign_in(session: Session, staff_id: int, *, by: Actor) -> str:
    """Void somebody's password, authenticator and recovery codes; return a new set-up code, shown once."""
    found = _present(session, staff_id)
    code = credentials.recovery_code()
    found.invite(credentials.recovery_hash(code), clock.now())
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == found.id))
    vault.replace(session, StaffSecondFactor(credentials.new_totp_secret()), found.unit, by=by)
    session_rows.end_all(session, found.person)
    _note(session, by, "staff.reset_sign_in", found)
    return code


def add_demo_member(session: Session, new: NewStaff, keys: Keys, secrets: DemoSecrets) -> int:
    """Add somebody who can sign in at once with a known secret, for the demo shop only; return the number."""
    invitation = add_member(session, new, keys)
    found = queries.member(session, invitation.staff_id)
    vault.replace(session, StaffSecondFactor(secrets.totp_secret), found.unit, by=SYSTEM)
    found.enroll(secrets.password_hash, 0, clock.now())
    found.trained_on = found.confidential_on = clock.today()
    return found.id


def _present(session: Session, staff_id: int) -> Staff:
    found = queries.member(session, staff_id)
    if found.left_at is not None:
        raise RefusedError("This person has left already.")
    return found


def _keep_an_owner(session: Session, staff: Staff) -> None:
    # Owners are locked in order, so that two owners cannot let each other go at once.
    session.execute(
        select(StaffRoleGrant.staff_id)
        .where(StaffRoleGrant.role == StaffRole.OWNER)
        .order_by(StaffRoleGrant.staff_id)
        .with_for_update()
    )
    if StaffRole.OWNER in staff.roles and queries.owners(session) <= 1:
        raise RefusedError("There must be an owner. Make somebody else owner first.")


def _grants(roles: frozenset[StaffRole], by: Actor) -> list[StaffRoleGrant]:
    return [
        StaffRoleGrant(role=role, granted_at=clock.now(), granted_by=f"{by.kind}:{by.id}")
        for role in sorted(roles)
    ]


def _note(session: Session, by: Actor, verb: str, staff: Staff, *fields: str) -> None:
    audit.record(session, by, verb, staff.person, subject_id=staff.subject_id, fields=fields)
