"""A buyer's own account: orders, profile, mailbox, password, and where they are signed in."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from babel import Locale
from flask import flash, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from oms.buyers import actions, queries
from oms.buyers.actions import Typed
from oms.buyers.states import CodePurpose
from oms.buyers.upkeep import actions as upkeep
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError, ConflictError, RefusedError
from oms.notifications.inbox import queries as inbox
from oms.signins import pages as entries
from oms.signins import queries as signins
from oms.web import credentials, proofs, session_rows, sessions
from oms.web.errors import said
from oms.web.fields import show_error
from oms.web.forms import Form
from oms.web.frame import flashed, page
from oms.web.limits import limiter
from oms.web.security import Person, signed_in
from oms.web.taking import takes
from storefront.account import access, codes, pages
from storefront.account.entry import ASKED, TYPED, blueprint
from storefront.account.forms import BothCodesForm, MailboxForm, PasswordForm, ProfileForm

P = ParamSpec("P")


def load_person(ref: str) -> Person | None:
    """Return who a store session belongs to; None for an account that was closed."""
    kind, _colon, number = ref.partition(":")
    if kind != "buyer" or not number.isdecimal():
        return None
    with reading() as database:
        found = queries.buyer(database, int(number))
    return Person(ref) if found is not None else None


def fresh(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Open a view to who proved lately that the account is theirs; others prove it again first."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        signed_in()
        if access.is_fresh():
            return view(*args, **kwargs)
        flash(_("For this, please sign in once more."), "")
        onward = request.path if request.method == "GET" else "/account/"
        return codes.going(f"/account/sign-in?next={onward}")

    return guarded


@blueprint.get("/account/")
def home() -> ResponseReturnValue:
    """Show the account: its orders, and ways to change it."""
    found = access.account()
    with reading() as database:
        orders = pages.orders(database, access.units("order"))
        new = inbox.unread(database, access.units("order", "account"))
    return _page("store/account/home.html", _("Your account"), orders=orders, **pages.home(found, new))


@blueprint.route("/account/profile", methods=["GET", "POST"])
@takes(ProfileForm)
def profile() -> ResponseReturnValue:
    """Show and change what the buyer chose to add."""
    found = access.account()
    form = ProfileForm(obj=found.profile)
    form.offer(sorted(Locale.parse(str(get_locale())).territories.items(), key=lambda pair: pair[1]))
    if form.validate_on_submit():
        with transaction() as database:
            upkeep.change_profile(database, found.buyer.id, form.to_request())
        flash(_("Your profile is saved."), "good")
        return codes.going("/account/profile")
    return _change(form, pages.profile(form, found.email))


@blueprint.route("/account/email", methods=["GET", "POST"])
@fresh
@limiter.limit(ASKED, methods=["POST"])
@takes(MailboxForm)
def email() -> ResponseReturnValue:
    """Ask for the next mailbox and send a code to both."""
    found, form = access.account(), MailboxForm()
    if form.validate_on_submit():
        number = found.buyer.id
        session["moving"] = {
            "old": codes.ask(found.email, CodePurpose.OLD_MAILBOX, buyer_id=number),
            "new": codes.ask(form.email.data, CodePurpose.NEW_MAILBOX, buyer_id=number),
        }
        return codes.going("/account/email/codes")
    return _change(form, pages.email(form, found.email))


@blueprint.route("/account/email/codes", methods=["GET", "POST"])
@fresh
@limiter.limit(TYPED, methods=["POST"])
@takes(BothCodesForm)
def email_codes() -> ResponseReturnValue:
    """Take both codes and replace the mailbox; the former one is told."""
    moving = session.get("moving")
    if not moving:
        return codes.going("/account/email")
    form = BothCodesForm()
    if form.validate_on_submit():
        try:
            if _moved(moving, form):
                flash(_("Your e-mail address is changed. Your other sessions have ended."), "good")
                return codes.going("/account/")
        except (ConflictError, RefusedError) as error:
            session.pop("moving")
            flash(said(error), "bad")
            return codes.going("/account/email")
        form.form_errors = [_("One of the codes is not right, or is no longer good.")]
    return _change(form, pages.email_codes(form))


@blueprint.route("/account/password", methods=["GET", "POST"])
@fresh
@limiter.limit(TYPED, methods=["POST"])
@takes(PasswordForm)
def password() -> ResponseReturnValue:
    """Set a password beside the codes."""
    found, form = access.account(), PasswordForm()
    if form.validate_on_submit():
        try:
            credentials.check_strength(form.password.data, near=(found.email,))
        except BadInputError as error:
            show_error(form, error)
            return _change(form, pages.password(form))
        kept = credentials.hash_password(form.password.data)
        with transaction() as database:
            upkeep.set_password(database, found.buyer.id, kept, keep_session=sessions.current_id())
        sessions.current().renew()
        flash(_("Your password is set. Your other sessions have ended."), "good")
        return codes.going("/account/")
    return _change(form, pages.password(form))


@blueprint.post("/account/password/drop")
@fresh
def drop_password() -> ResponseReturnValue:
    """Go back to codes by mail alone."""
    with transaction() as database:
        upkeep.drop_password(database, access.buyer_id())
    flash(_("Your password is removed. You sign in with a code."), "good")
    return codes.going("/account/")


@blueprint.get("/account/sessions")
def seats() -> ResponseReturnValue:
    """List where the buyer is signed in."""
    with reading() as database:
        rows = session_rows.sessions_of(database, signed_in().ref)
        found = [entries.entry(row) for row in signins.of_person(database, signed_in().ref)]
    listed = [pages.seat(row, sessions.current_id()) for row in rows]
    shown = pages.sessions(listed)
    return _page("store/account/sessions.html", _("Where you are signed in"), sign_ins=found, **shown)


@blueprint.post("/account/sessions/<int:number>/end")
def end_seat(number: int) -> ResponseReturnValue:
    """End one of the buyer's own sessions."""
    with transaction() as database:
        session_rows.end(database, signed_in().ref, number)
    return codes.going("/account/sessions")


@blueprint.post("/account/sessions/end-others")
def end_other_seats() -> ResponseReturnValue:
    """End every session of the buyer but this one."""
    with transaction() as database:
        session_rows.end_all(database, signed_in().ref, but=sessions.current_id())
    return codes.going("/account/sessions")


def _moved(moving: dict[str, int], form: BothCodesForm) -> bool:
    old, new = Typed(moving["old"], form.old.data), Typed(moving["new"], form.new.data)
    with transaction() as database:
        proven = actions.prove_both(database, old, new)
    if proven is None:
        return False
    notice = upkeep.prepare_notice()
    with transaction() as database:
        changed = upkeep.change_mailbox(database, *proven, notice, keep_session=sessions.current_id())
    session.pop("moving")
    sessions.current().renew()
    proofs.remember([changed.unit])
    return True


def _change(form: Form, shown: pages.Change) -> ResponseReturnValue:
    told = _page(
        "store/account/change.html",
        shown.heading,
        heading=shown.heading,
        text=shown.text,
        form=form,
        fields=shown.fields,
        submit=shown.submit,
        back_url=f"{request.script_root}/account/",
    )
    return told, 422 if form.errors else 200


def _page(template: str, title: str, **more: object) -> str:
    return render_template(template, page=page(title, robots="noindex"), flashes=flashed(), **more)
