"""What people do with staff: add, set up, sign in, give roles, let go; every change is in the audit trail."""

import logging
from dataclasses import dataclass, field

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from oms.kernel import audit, clock, ids, outbox, vault
from oms.kernel.audit import SYSTEM, Actor
from oms.kernel.errors import BadInputError, ConflictError, RefusedError
from oms.kernel.vault import Keys
from oms.staff import queries
from oms.staff.models import RecoveryCode, Staff, StaffRoleGrant
from oms.staff.personal import StaffContact, StaffSecondFactor
from oms.staff.states import StaffRole
from oms.web import credentials, session_rows

RECOVERY_CODES = 8

log = logging.getLogger(__name__)


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


@dataclass(frozen=True, slots=True)
class Enrollment:
    """What finishes set-up: the hash of the code it began with, a password hash, and a code of the app."""

    staff_id: int
    setup_hash: bytes
    password_hash: str = field(repr=False)
    totp: str = field(repr=False)


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


def begin_setup(session: Session, email: str, code: str) -> Staff | None:
    """Return the member of staff whose set-up code this is; None for a wrong, spent or old one."""
    found = queries.member_of_mailbox(session, email)
    wanted = credentials.recovery_hash(code)
    return found if found is not None and _awaits(found, wanted) else None


def finish_setup(session: Session, enrollment: Enrollment) -> list[str]:
    """Finish set-up and return the recovery codes, shown once.

    Raises RefusedError when set-up was finished or ran out meanwhile, BadInputError for a wrong app code.
    """
    found = queries.member(session, enrollment.staff_id)
    if not _awaits(found, enrollment.setup_hash):
        raise RefusedError("This set-up code is spent or too old. Ask the owner for a new one.")
    step = credentials.totp_step(queries.totp_secret(session, found), enrollment.totp, clock.now())
    if step is None or step <= found.last_step:
        raise BadInputError("This is not the present code of the app. Wait for the next one.", field="totp")
    found.enroll(enrollment.password_hash, step, clock.now())
    _note(session, found.actor, "staff.set_up", found)
    return new_recovery_codes(session, found.id)


def new_recovery_codes(session: Session, staff_id: int) -> list[str]:
    """Replace somebody's recovery codes; return the new ones, shown once."""
    found = queries.member(session, staff_id)
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    codes = [credentials.recovery_code() for _ in range(RECOVERY_CODES)]
    for code in codes:
        session.add(RecoveryCode(staff_id=staff_id, code_hash=credentials.recovery_hash(code)))
    _note(session, found.actor, "staff.new_recovery_codes", found)
    return codes


def prove_second_factor(session: Session, staff_id: int, typed: str) -> Staff | None:
    """Return who signs in with a code of the app or a recovery code, each good once; None for any other.

    Keep the transaction in both cases: a refusal is in the audit trail, too.
    """
    found = queries.active_member(session, staff_id)
    if found is None:
        return None
    step = credentials.totp_step(queries.totp_secret(session, found), typed, clock.now())
    if not (_spend_step(session, found, step) or _spend_recovery_code(session, found, typed)):
        log.warning("second factor refused: %s", found.person)
        _note(session, found.actor, "staff.second_factor_refused", found)
        return None
    found.last_signed_in_at = clock.now()
    _note(session, found.actor, "staff.sign_in", found)
    return found


def change_password(session: Session, staff_id: int, password_hash: str, *, keep_session: int) -> None:
    """Replace somebody's own password, checked and hashed before; their other sessions end."""
    found = queries.member(session, staff_id)
    if not found.can_sign_in:
        raise RefusedError
    found.password_hash = password_hash
    found.password_set_at = clock.now()
    session_rows.end_all(session, found.person, but=keep_session)
    _note(session, found.actor, "staff.change_password", found)


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
    return found.id


def _awaits(staff: Staff, setup_hash: bytes) -> bool:
    return (
        staff.setup_hash == setup_hash
        and staff.setup_expires_at is not None
        and staff.setup_expires_at > clock.now()
    )


def _spend_step(session: Session, staff: Staff, step: int | None) -> bool:
    if step is None:
        return False
    spent = session.scalar(
        update(Staff)
        .where(Staff.id == staff.id, Staff.last_step < step)
        .values(last_step=step)
        .returning(Staff.id)
    )
    return spent is not None


def _spend_recovery_code(session: Session, staff: Staff, typed: str) -> bool:
    spent = session.scalar(
        update(RecoveryCode)
        .where(
            RecoveryCode.staff_id == staff.id,
            RecoveryCode.code_hash == credentials.recovery_hash(typed),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
        .returning(RecoveryCode.id)
    )
    if spent is not None:
        _note(session, staff.actor, "staff.use_recovery_code", staff)
    return spent is not None


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
