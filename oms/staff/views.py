"""Pages of staff about staff: one's own account, and for owners who works here with which roles."""

from dataclasses import replace

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from oms.kernel import audit, clock
from oms.kernel.audit import SYSTEM
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError, ConflictError
from oms.kernel.register import Job
from oms.signins import pages as entries
from oms.signins import queries as signins
from oms.staff import actions, pages, queries
from oms.staff.entry import actions as entry
from oms.staff.forms import ClearanceForm, MemberForm, PasswordForm, RolesForm
from oms.staff.models import UNUSED
from oms.staff.states import StaffState
from oms.web import budgets, credentials, session_rows, sessions
from oms.web.budgets import Attempt
from oms.web.fields import show_error
from oms.web.frame import flashed, page
from oms.web.limits import limiter
from oms.web.permissions import Permission
from oms.web.security import actor, permit, signed_in
from oms.web.taking import takes

TRIES = "60 per minute"

blueprint = Blueprint("staff", __name__)


@blueprint.get("/you")
@permit(Permission.HOME)
def you() -> ResponseReturnValue:
    """Show one's own account: where one is signed in, password, recovery codes."""
    return _you(PasswordForm())


@blueprint.post("/you/password")
@permit(Permission.HOME)
@limiter.limit(TRIES)
@takes(PasswordForm)
def change_password() -> ResponseReturnValue:
    """Replace one's own password, after the present one."""
    form, me = PasswordForm(), _my_number()
    if not form.validate_on_submit():
        return _you(form), 422
    with reading() as database:
        member = queries.member(database, me)
        mailbox = queries.mailbox(database, member, by=SYSTEM.doing(Job.SIGN_IN))
    try:
        credentials.check_strength(form.password.data, near=(mailbox, member.desk_name))
    except BadInputError as error:
        show_error(form, error)
        return _you(form), 422
    attempt = Attempt.of(str(current_app.secret_key), mailbox, request.remote_addr or "")
    with transaction() as database:
        wait = budgets.take(database, attempt)
    if wait or not credentials.is_password(member.password_hash, form.current.data):
        form.current.errors = [_("This is not your present password.")]
        return _you(form), 422
    kept = credentials.hash_password(form.password.data)
    with transaction() as database:
        budgets.succeeded(database, attempt)
        entry.change_password(database, me, kept, keep_session=sessions.current_id())
    sessions.current().renew()
    flash(_("Your password is changed, and your other sessions have ended."), "good")
    return redirect(url_for(".you"), 303)


@blueprint.post("/you/recovery-codes")
@permit(Permission.HOME)
def new_recovery_codes() -> ResponseReturnValue:
    """Replace one's own recovery codes and show the new ones, once."""
    with transaction() as database:
        codes = entry.new_recovery_codes(database, _my_number())
    title = _("Your recovery codes")
    return _page("desk/staff/recovery_codes.html", title, codes=codes, home=url_for(".you"))


@blueprint.post("/you/sessions/<int:number>/end")
@permit(Permission.HOME)
def end_session(number: int) -> ResponseReturnValue:
    """End one of one's own sessions."""
    with transaction() as database:
        session_rows.end(database, signed_in().ref, number)
    return redirect(url_for(".you"), 303)


@blueprint.get("/staff")
@permit(Permission.STAFF_MANAGE)
def members() -> ResponseReturnValue:
    """List who works here and who has left, by work name."""
    return _list(MemberForm())


@blueprint.post("/staff")
@permit(Permission.STAFF_MANAGE)
@takes(MemberForm)
def add_member() -> ResponseReturnValue:
    """Add somebody, and show the set-up code to give them, once."""
    form = MemberForm()
    if not form.validate_on_submit():
        return _list(form), 422
    with reading() as database:
        keys = actions.prepare_member(database)
    try:
        with transaction() as database:
            added = actions.add_member(database, form.to_request(actor()), keys)
    except ConflictError as error:
        form.email.errors = [_(error.message)]
        return _list(form), 422
    return _code_for(added.staff_id, added.setup_code)


@blueprint.get("/staff/<int:number>")
@permit(Permission.STAFF_MANAGE)
def member(number: int) -> ResponseReturnValue:
    """Show one member of staff: roles, work mailbox (an opening that is audited), how they sign in."""
    with transaction() as database:
        found = queries.member(database, number)
        mailbox = queries.mailbox(database, found, by=actor()) if signed_in().is_cleared else ""
        left = queries.recovery_codes_left(database, number)
        entries = audit.about(database, found.person)
    is_here = found.state is StaffState.ACTIVE
    return _page(
        "desk/staff/member.html",
        found.desk_name,
        form=RolesForm(data={"roles": sorted(found.roles)}),
        member=pages.person(found, mailbox=mailbox, codes_left=left),
        roles_url=url_for(".change_roles", number=number),
        clearance=ClearanceForm(
            formdata=None, data={"trained_on": found.trained_on, "confidential_on": found.confidential_on}
        ),
        clearance_url=url_for(".note_clearance", number=number),
        cleared=pages.cleared(found),
        end_url=url_for(".let_go", number=number) if is_here else "",
        reset_url=url_for(".reset_sign_in", number=number) if is_here else "",
        entries=[pages.happening(entry) for entry in entries[:100]],
    )


@blueprint.post("/staff/<int:number>/roles")
@permit(Permission.STAFF_MANAGE)
@takes(RolesForm)
def change_roles(number: int) -> ResponseReturnValue:
    """Give somebody exactly the ticked roles."""
    form = RolesForm()
    if not form.validate_on_submit():
        raise BadInputError("Give at least one role, or let the person leave.")
    with transaction() as database:
        actions.change_roles(database, number, form.chosen(), by=actor())
    flash(_("The roles count from now on. Open sessions have ended."), "good")
    return redirect(url_for(".member", number=number), 303)


@blueprint.post("/staff/<int:number>/clearance")
@permit(Permission.STAFF_MANAGE)
@takes(ClearanceForm)
def note_clearance(number: int) -> ResponseReturnValue:
    """Note somebody's training and promise of secrecy, without which they see no people."""
    form = ClearanceForm()
    if not form.validate_on_submit():
        raise BadInputError("Give both days: of the training, and of the promise of secrecy.")
    with transaction() as database:
        actions.note_clearance(database, number, form.to_request(), by=actor())
    flash(_("Noted. It counts from now on, until a year after the training."), "good")
    return redirect(url_for(".member", number=number), 303)


@blueprint.post("/staff/<int:number>/let-go")
@permit(Permission.STAFF_MANAGE)
def let_go(number: int) -> ResponseReturnValue:
    """End somebody's work here at once."""
    with transaction() as database:
        actions.let_go(database, number, by=actor())
    flash(_("This person is off the desk. Nothing of theirs signs in any more."), "good")
    return redirect(url_for(".member", number=number), 303)


@blueprint.post("/staff/<int:number>/reset")
@permit(Permission.STAFF_MANAGE)
def reset_sign_in(number: int) -> ResponseReturnValue:
    """Void somebody's password and second factor, and show a new set-up code, once."""
    with transaction() as database:
        code = actions.reset_sign_in(database, number, by=actor())
    return _code_for(number, code)


def _you(form: PasswordForm) -> str:
    with reading() as database:
        rows = session_rows.sessions_of(database, signed_in().ref)
        left = queries.recovery_codes_left(database, _my_number())
        found = [entries.entry(row) for row in signins.of_person(database, signed_in().ref)]
    return _page(
        "desk/staff/you.html",
        _("Your account"),
        form=form,
        password_url=url_for(".change_password"),
        sessions=[pages.seat(row, sessions.current_id()) for row in rows],
        sign_ins=found,
        codes_left=ngettext("%(num)s code is left.", "%(num)s codes are left.", left),
        codes_url=url_for(".new_recovery_codes"),
    )


def _list(form: MemberForm) -> str:
    with reading() as database:
        unused = queries.unused_grants(database, clock.today() - UNUSED)
        found = [
            replace(
                pages.person(one, me=signed_in().ref),
                unused=pages.names(frozenset(role for who, role in unused if who is one)),
            )
            for one in queries.members(database)
        ]
    return _page("desk/staff/list.html", _("Staff"), form=form, people=found, roles=pages.roles())


def _code_for(number: int, code: str) -> str:
    with reading() as database:
        name = queries.member(database, number).desk_name
    return _page(
        "desk/staff/code.html",
        _("Set-up code"),
        name=name,
        code=code,
        address=url_for("oms.entry.set_up", _external=True),
        member_url=url_for(".member", number=number),
    )


def _page(template: str, title: str, **more: object) -> str:
    return render_template(template, page=page(title, robots="noindex"), flashes=flashed(), **more)


def _my_number() -> int:
    return int(signed_in().ref.partition(":")[2])
