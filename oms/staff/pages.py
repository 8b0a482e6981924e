"""What the pages about staff show, in words."""

from dataclasses import dataclass, field
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from oms.kernel import clock
from oms.kernel.audit import Deed
from oms.staff.forms import ROLE_NAMES
from oms.staff.models import TRAINING_LIFE, Staff
from oms.staff.states import ALLOWS, StaffRole, StaffState
from oms.web import filters
from oms.web.session_rows import WebSession

DEEDS = {
    "staff.add": _l("added"),
    "staff.set_up": _l("finished set-up"),
    "staff.new_recovery_codes": _l("took new recovery codes"),
    "staff.sign_in": _l("signed in"),
    "staff.second_factor_refused": _l("typed a wrong second factor"),
    "staff.use_recovery_code": _l("used a recovery code"),
    "staff.change_password": _l("changed the password"),
    "staff.not_me": _l("said that a sign-in was not theirs"),
    "staff.change_roles": _l("roles changed"),
    "staff.let_go": _l("access ended"),
    "staff.clear": _l("training and secrecy noted"),
    "staff.reset_sign_in": _l("sign-in reset"),
    "vault.open": _l("work e-mail looked at"),
    "vault.replace": _l("authenticator secret replaced"),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A state as word and shape."""

    word: str
    kind: str


@dataclass(frozen=True, slots=True)
class Person:
    """One member of staff, as list and page show them."""

    name: str
    number: str
    role: str
    state: Mark
    factor: Mark
    added: str
    seen: str
    url: str
    end_url: str
    mailbox: str = ""
    codes_left: str = ""
    email: str = field(default="")
    unused: str = ""


@dataclass(frozen=True, slots=True)
class Role:
    """A role and what it may do, as a sentence."""

    name: str
    may: str


@dataclass(frozen=True, slots=True)
class Seat:
    """A browser in which somebody is signed in."""

    device: str
    begun: str
    seen: str
    is_this: bool
    end_url: str


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the audit trail."""

    when: str
    what: str
    who: str


def names(roles: frozenset[StaffRole]) -> str:
    """Return roles in words."""
    return ", ".join(str(name) for role, name in ROLE_NAMES.items() if role in roles)


def when(at: datetime | None) -> str:
    """Return a moment in words; `never` for none."""
    return filters.moment(at) if at else _("never")


def person(staff: Staff, *, me: str = "", mailbox: str = "", codes_left: int = 0) -> Person:
    """Return a member of staff in words; lists leave the mailbox out. `me` is offered no end of access."""
    is_here = staff.state is StaffState.ACTIVE
    number = _("No. %(number)s", number=staff.id)
    return Person(
        name=staff.desk_name,
        number=number,
        role=names(staff.roles),
        state=Mark(_("active"), "done") if is_here else Mark(_("has left"), "gone"),
        factor=_factor(staff),
        added=when(staff.created_at),
        seen=when(staff.last_signed_in_at),
        url=url_for("oms.staff.member", number=staff.id),
        end_url=url_for("oms.staff.let_go", number=staff.id) if is_here and staff.person != me else "",
        mailbox=mailbox,
        codes_left=_("%(left)s left", left=codes_left),
        email=number,
    )


def cleared(staff: Staff) -> str:
    """Return until when somebody may see people, in words."""
    if staff.trained_on is None or not staff.is_cleared(clock.today()):
        return str(_("no: training or promise of secrecy is missing, or a year old"))
    return str(_("until %(day)s", day=filters.day(staff.trained_on + TRAINING_LIFE)))


def _factor(staff: Staff) -> Mark:
    if staff.state is StaffState.LEFT:
        return Mark(_("none"), "gone")
    return Mark(_("set up"), "done") if staff.enrolled_at else Mark(_("waits for set-up"), "waiting")


def roles() -> list[Role]:
    """Return every role with what it may do."""
    return [
        Role(str(name), "; ".join(sorted(permission.value for permission in ALLOWS[role])))
        for role, name in ROLE_NAMES.items()
    ]


def seat(row: WebSession, current: int) -> Seat:
    """Return a session in words."""
    ends = url_for("oms.staff.end_session", number=row.id)
    return Seat(row.agent, when(row.begun_at), when(row.last_seen_at), row.id == current, ends)


def happening(entry: Deed) -> Happening:
    """Return a line of the audit trail in words."""
    return Happening(when(entry.at), str(DEEDS.get(entry.verb, entry.verb)), f"{entry.by.kind}:{entry.by.id}")
