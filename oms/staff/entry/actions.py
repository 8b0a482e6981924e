"""What staff do to come in: set up, prove the second factor, and look after their own codes."""

import logging
from dataclasses import dataclass, field

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from oms.kernel import audit, clock
from oms.kernel.errors import BadInputError, RefusedError
from oms.signins import actions as signins
from oms.signins.states import Answer
from oms.staff import queries
from oms.staff.models import RecoveryCode, Staff
from oms.web import credentials, session_rows

RECOVERY_CODES = 8

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Enrollment:
    """What finishes set-up: the hash of the code it began with, a password hash, and a code of the app."""

    staff_id: int
    setup_hash: bytes
    password_hash: str = field(repr=False)
    totp: str = field(repr=False)


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
    _note(session, "staff.set_up", found)
    return new_recovery_codes(session, found.id)


def new_recovery_codes(session: Session, staff_id: int) -> list[str]:
    """Replace somebody's recovery codes; return the new ones, shown once."""
    found = queries.member(session, staff_id)
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    codes = [credentials.recovery_code() for _ in range(RECOVERY_CODES)]
    for code in codes:
        session.add(RecoveryCode(staff_id=staff_id, code_hash=credentials.recovery_hash(code)))
    _note(session, "staff.new_recovery_codes", found)
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
        _note(session, "staff.second_factor_refused", found)
        return None
    found.last_signed_in_at = clock.now()
    _note(session, "staff.sign_in", found)
    return found


def change_password(session: Session, staff_id: int, password_hash: str, *, keep_session: int) -> None:
    """Replace somebody's own password, checked and hashed before; their other sessions end."""
    found = queries.member(session, staff_id)
    if not found.can_sign_in:
        raise RefusedError
    found.password_hash = password_hash
    found.password_set_at = clock.now()
    session_rows.end_all(session, found.person, but=keep_session)
    _note(session, "staff.change_password", found)


def disown(session: Session, staff_id: int, sign_in_id: int) -> None:
    """End every session of a member of staff who says that somebody else signed in; the desk is alerted.

    Password and second factor stay: an owner, who is told, resets them at the desk. Raises ConflictError
    where they have answered already.
    """
    found = queries.member(session, staff_id)
    signins.answer(session, sign_in_id, Answer.NOT_MINE)
    session_rows.end_all(session, found.person)
    _note(session, "staff.not_me", found)


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
        _note(session, "staff.use_recovery_code", staff)
    return spent is not None


def _note(session: Session, verb: str, staff: Staff) -> None:
    audit.record(session, staff.actor, verb, staff.person, subject_id=staff.subject_id)
