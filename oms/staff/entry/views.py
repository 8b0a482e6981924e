"""The door of the desk: e-mail and password, then the second factor; before the first time, set-up."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import segno
from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from oms.kernel import clock
from oms.kernel.audit import SYSTEM
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError
from oms.kernel.register import Job
from oms.signins import actions as signins
from oms.signins.queries import Visit
from oms.signins.states import How
from oms.staff import actions as staff
from oms.staff import queries
from oms.staff.entry import actions
from oms.staff.entry.actions import Enrollment
from oms.staff.entry.forms import EnrollForm, SecondFactorForm, SetupForm, SignInForm
from oms.staff.pages import names
from oms.web import budgets, credentials, sessions
from oms.web.budgets import Attempt
from oms.web.fields import show_error
from oms.web.forms import Form
from oms.web.frame import home, page
from oms.web.limits import limiter
from oms.web.security import Person, own_path, person, public, view_of_request
from oms.web.taking import takes

# So long somebody may take between the password and the second factor, or to finish set-up.
HALF_WAY = timedelta(minutes=10)
TRIES = "60 per minute"

F = TypeVar("F", bound=Form)

blueprint = Blueprint("entry", __name__)


def load_person(ref: str) -> Person | None:
    """Return who a desk session belongs to, as their roles are now; None for who has left."""
    kind, _colon, number = ref.partition(":")
    if kind != "staff" or not number.isdecimal():
        return None
    with reading() as database:
        found = queries.active_member(database, int(number))
    if found is None:
        return None
    today = clock.today()
    allowed, is_cleared = found.permissions_on(today), found.is_cleared(today)
    return Person(ref, found.desk_name, names(found.roles), allowed, is_cleared, found.roles)


def note_use() -> None:
    """Note, once a day and session, which permission somebody used, so that unused roles can be reported."""
    found, permission = person(), getattr(view_of_request(), "permission", None)
    if found is None or permission is None:
        return
    today, noted = clock.today().isoformat(), dict(session.get("used", {}))
    if noted.get(permission.name) == today:
        return
    session["used"] = {**noted, permission.name: today}
    with transaction() as database:
        staff.note_use(database, int(found.ref.partition(":")[2]), permission)


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
@limiter.limit(TRIES, methods=["POST"])
@takes(SignInForm)
def sign_in() -> ResponseReturnValue:
    """Ask for e-mail and password; the second factor comes next."""
    form = SignInForm()
    if not form.validate_on_submit():
        return _sign_in_page(form)
    attempt = Attempt.of(_secret(), form.email.data, request.remote_addr or "")
    wait = _wait_for(attempt)
    if wait:
        return _too_soon(form, wait, _sign_in_page)
    with reading() as database:
        found = queries.password_of(database, form.email.data)
    if not credentials.is_password(found.kept, form.password.data):
        form.form_errors.append(_("This e-mail and this password do not belong together."))
        return _sign_in_page(form)
    with transaction() as database:
        arrived = signins.arrive(database, f"staff:{found.staff_id}", How.SECOND_FACTOR, _visit(), attempt).id
        budgets.succeeded(database, attempt)
    until = (clock.now() + HALF_WAY).isoformat()
    session["half"] = {"staff": found.staff_id, "until": until, "sign_in": arrived}
    session["next"] = own_path(request.args.get("next"))
    return redirect(url_for(".second_factor"), 303)


@blueprint.route("/second-factor", methods=["GET", "POST"])
@public
@limiter.limit(TRIES, methods=["POST"])
@takes(SecondFactorForm)
def second_factor() -> ResponseReturnValue:
    """Ask for a code of the authenticator app or a recovery code; then the session is theirs."""
    staff_id = _half_way("half")
    if not staff_id:
        return redirect(url_for(".sign_in"), 303)
    form = SecondFactorForm()
    if not form.validate_on_submit():
        return _factor_page(form)
    attempt = Attempt.of(_secret(), f"second factor of {staff_id}", request.remote_addr or "")
    wait = _wait_for(attempt)
    if wait:
        return _too_soon(form, wait, _factor_page)
    with transaction() as database:
        found = actions.prove_second_factor(database, staff_id, form.code.data)
        if found is not None:
            budgets.succeeded(database, attempt)
            signins.finish(database, int(session["half"].get("sign_in", 0)), found.person)
    if found is None:
        form.code.errors = [_("This code is not right, or was used before. Wait for the next one.")]
        return _factor_page(form)
    session.pop("half")
    onward = session.pop("next", "")
    sessions.sign_in(found.person)
    return redirect(f"{request.script_root}{onward}" if onward else home(), 303)


@blueprint.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End this session."""
    sessions.sign_out()
    return redirect(url_for(".sign_in"), 303)


@blueprint.route("/set-up", methods=["GET", "POST"])
@public
@limiter.limit(TRIES, methods=["POST"])
@takes(SetupForm)
def set_up() -> ResponseReturnValue:
    """Ask a new member of staff for the set-up code."""
    form = SetupForm()
    if not form.validate_on_submit():
        return _set_up_page(form)
    attempt = Attempt.of(_secret(), f"set-up of {form.email.data}", request.remote_addr or "")
    wait = _wait_for(attempt)
    if wait:
        return _too_soon(form, wait, _set_up_page)
    with reading() as database:
        found = actions.begin_setup(database, form.email.data, form.code.data)
    if found is None:
        form.form_errors.append(
            _("This e-mail and this code do not belong together, or the code is too old.")
        )
        return _set_up_page(form)
    kept = credentials.recovery_hash(form.code.data).hex()
    session["setup"] = {"staff": found.id, "hash": kept, "until": (clock.now() + HALF_WAY).isoformat()}
    return redirect(url_for(".finish_set_up"), 303)


@blueprint.route("/set-up/finish", methods=["GET", "POST"])
@public
@limiter.limit(TRIES, methods=["POST"])
@takes(EnrollForm)
def finish_set_up() -> ResponseReturnValue:
    """Take a password and the first code of the app; show the recovery codes, once."""
    staff_id = _half_way("setup")
    if not staff_id:
        return redirect(url_for(".set_up"), 303)
    form = EnrollForm()
    with reading() as database:
        member = queries.member(database, staff_id)
        mailbox = queries.mailbox(database, member, by=SYSTEM.doing(Job.SIGN_IN))
        secret = queries.totp_secret(database, member)
    if form.validate_on_submit():
        try:
            credentials.check_strength(form.password.data, near=(mailbox, member.desk_name))
            return _shown_once(_enroll(staff_id, form))
        except BadInputError as error:
            show_error(form, error)
    drawn = segno.make(credentials.totp_address(secret, mailbox), error="m")
    picture = Markup(drawn.svg_inline(border=4, light="#fff", svgclass="qr", omitsize=True))  # noqa: S704 - drawn here
    shown = {"picture": picture, "secret": secret, "mailbox": mailbox}
    return _door("desk/staff/enroll.html", _("Set up your account"), form, **shown)


def _enroll(staff_id: int, form: EnrollForm) -> list[str]:
    begun = bytes.fromhex(session["setup"]["hash"])
    kept = credentials.hash_password(form.password.data)
    with transaction() as database:
        codes = actions.finish_setup(database, Enrollment(staff_id, begun, kept, form.totp.data))
    session.pop("setup")
    return codes


def _door(template: str, title: str, form: Form, **more: object) -> tuple[str, int]:
    shown = render_template(template, page=page(title, robots="noindex"), form=form, **more)
    return shown, 422 if form.errors else 200


def _factor_page(form: SecondFactorForm) -> tuple[str, int]:
    more = {"enroll": None, "back_url": url_for(".sign_in")}
    return _door("desk/staff/second_factor.html", _("Second factor"), form, **more)


def _shown_once(codes: list[str]) -> str:
    return render_template(
        "desk/staff/recovery_codes.html",
        page=page(_("Your recovery codes"), robots="noindex"),
        codes=codes,
        home=home(),
    )


def _sign_in_page(form: SignInForm) -> tuple[str, int]:
    return _door("desk/staff/sign_in.html", _("Sign in"), form, set_up_url=url_for(".set_up"))


def _set_up_page(form: SetupForm) -> tuple[str, int]:
    return _door("desk/staff/set_up.html", _("Set up your account"), form)


def _too_soon(form: F, wait: int, shown: Callable[[F], tuple[str, int]]) -> ResponseReturnValue:
    form.form_errors.append(_("That was often. Wait %(wait)s seconds, then try again.", wait=wait))
    return shown(form)[0], 429, {"Retry-After": str(wait)}


def _wait_for(attempt: Attempt) -> int:
    with transaction() as database:
        return budgets.take(database, attempt)


def _half_way(step: str) -> int:
    kept = session.get(step)
    if not kept or datetime.fromisoformat(kept["until"]) <= clock.now():
        return 0
    return int(kept["staff"])


def _visit() -> Visit:
    return Visit(_secret(), request.remote_addr or "", request.headers.get("User-Agent", ""))


def _secret() -> str:
    return str(current_app.secret_key)
