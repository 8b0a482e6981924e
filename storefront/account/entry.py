"""Coming in: a code to the mailbox, or a password for who has set one; and a guest's proof of a mailbox."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.buyers import actions, queries
from oms.buyers.queries import PasswordKept
from oms.buyers.states import CodePurpose
from oms.kernel.db import reading, transaction
from oms.signins import actions as signins
from oms.signins import pages as unusual
from oms.signins.models import SignIn
from oms.signins.states import How
from oms.web import budgets, credentials, proofs, sessions
from oms.web.budgets import Attempt
from oms.web.forms import Form
from oms.web.frame import page
from oms.web.limits import limiter
from oms.web.security import own_path
from oms.web.taking import takes
from storefront.account import codes
from storefront.account.forms import CodeForm, MailboxForm, PasswordSignInForm

ASKED = "10 per minute;60 per hour"
TYPED = "30 per minute"
HOME = "/account/"

blueprint = Blueprint("account", __name__)


@blueprint.route("/account/sign-in", methods=["GET", "POST"])
@limiter.limit(ASKED, methods=["POST"])
@takes(MailboxForm)
def sign_in() -> ResponseReturnValue:
    """Ask for the mailbox and send a code there; an account is opened by the same code."""
    form = MailboxForm()
    onward = own_path(request.args.get("next")) or HOME
    if form.validate_on_submit():
        return codes.begin(form.email.data, CodePurpose.SIGN_IN, onward=onward, back="/account/sign-in")
    return _door(form, with_password=False)


@blueprint.route("/account/password-sign-in", methods=["GET", "POST"])
@limiter.limit(TYPED, methods=["POST"])
@takes(PasswordSignInForm)
def sign_in_with_password() -> ResponseReturnValue:
    """Ask for mailbox and password, for who has set one."""
    form = PasswordSignInForm()
    if not form.validate_on_submit():
        return _door(form, with_password=True)
    here = codes.visit()
    attempt = Attempt.of(here.secret, form.email.data, here.address)
    with transaction() as database:
        wait = budgets.take(database, attempt)
    if wait:
        form.form_errors = [_("That was often. Wait %(wait)s seconds, then try again.", wait=wait)]
        return _door(form, with_password=True)[0], 429, {"Retry-After": str(wait)}
    with reading() as database:
        found = queries.password_of(database, form.email.data)
    is_right = credentials.is_password(found.kept, form.password.data)
    waiting = _let_in(found, attempt) if is_right else None
    if waiting is None:
        form.form_errors = [_("This e-mail and this password do not belong together.")]
        return _door(form, with_password=True)
    onward = own_path(request.args.get("next")) or HOME
    if waiting:
        more = {"onward": onward, "back": "/account/sign-in"}
        return codes.begin(form.email.data, CodePurpose.SIGN_IN, **more, sign_in=waiting)
    return codes.going(onward)


@blueprint.route("/account/prove", methods=["GET", "POST"])
@limiter.limit(ASKED, methods=["POST"])
@takes(MailboxForm)
def prove() -> ResponseReturnValue:
    """Let a guest prove a mailbox, to see what was given to it; no account is opened."""
    form = MailboxForm()
    onward = own_path(request.args.get("next")) or "/your-data/"
    purpose = CodePurpose.ORDER if onward.startswith("/orders") else CodePurpose.YOUR_DATA
    if form.validate_on_submit():
        back = f"/account/prove?next={onward}"
        return codes.begin(form.email.data, purpose, onward=onward, back=back)
    title = _("Show that a mailbox is yours")
    shown = render_template("store/account/prove.html", page=page(title, robots="noindex"), form=form)
    return shown, 422 if form.errors else 200


@blueprint.route("/account/code", methods=["GET", "POST"])
@limiter.limit(TYPED, methods=["POST"])
@takes(CodeForm)
def code() -> ResponseReturnValue:
    """Take the code from the mail, and lead to where it was wanted."""
    waiting = codes.pending()
    if waiting is None:
        return codes.going("/account/sign-in")
    form = CodeForm()
    if form.validate_on_submit():
        if codes.finish(waiting, form.code.data):
            return codes.going(waiting.onward)
        form.code.errors = [_("This code is not right, or is no longer good. Look again, or send another.")]
    with reading() as database:
        mailbox = queries.mailbox_asked(database, waiting.challenge)
        asked = database.get(SignIn, waiting.sign_in) if waiting.sign_in else None
    shown = render_template(
        "store/account/code.html",
        page=page(_("Code"), robots="noindex"),
        form=form,
        sent_to=codes.masked(mailbox),
        minutes=_("It works for ten minutes."),
        again_url=f"{request.script_root}/account/code/again",
        back_url=f"{request.script_root}{waiting.back}",
        why="" if asked else _why(waiting.purpose),
        reasons=unusual.reasons(asked) if asked else (),
    )
    return shown, 422 if form.errors else 200


@blueprint.post("/account/code/again")
@limiter.limit(ASKED)
def another_code() -> ResponseReturnValue:
    """Send another code to the same mailbox."""
    waiting = codes.pending()
    return codes.again(waiting) if waiting else codes.going("/account/sign-in")


@blueprint.post("/account/sign-out")
def sign_out() -> ResponseReturnValue:
    """End this session; what the browser proved ends with it."""
    sessions.sign_out()
    return codes.going("/")


def _let_in(found: PasswordKept, attempt: Attempt) -> int | None:
    """Sign in whoever typed the right password; where something is unusual, return what waits for a code.

    Then nothing is forgiven and no place is known yet. Nobody is refused: the mailbox lets its owner in.
    Return None where the password has changed meanwhile.
    """
    person = f"buyer:{found.buyer_id}"
    with transaction() as database:
        arrived = signins.arrive(database, person, How.PASSWORD, codes.visit(), attempt)
        if arrived.reasons:
            return arrived.id
        buyer = actions.sign_in_with_password(database, found.buyer_id, found.kept or "")
        if buyer is None:
            return None
        budgets.succeeded(database, attempt)
        signins.finish(database, arrived.id, person)
    sessions.sign_in(buyer.person)
    proofs.remember([buyer.unit])
    return 0


def _door(form: Form, *, with_password: bool) -> tuple[str, int]:
    other = "/account/sign-in" if with_password else "/account/password-sign-in"
    wanted = own_path(request.args.get("next"))
    shown = render_template(
        "store/account/sign_in.html",
        page=page(_("Sign in"), robots="noindex"),
        form=form,
        with_password=with_password,
        switch_url=f"{request.script_root}{other}" + (f"?next={wanted}" if wanted else ""),
        find_url=f"{request.script_root}/orders",
    )
    return shown, 422 if form.errors else 200


def _why(purpose: CodePurpose) -> str:
    words: dict[CodePurpose, str] = {
        CodePurpose.SIGN_IN: _("It signs you in. If you have no account yet, it opens one."),
        CodePurpose.ORDER: _("It opens the orders made with this address."),
        CodePurpose.YOUR_DATA: _("It opens what we know of this address."),
        CodePurpose.ERASE: _("It confirms that you want this address forgotten."),
        CodePurpose.GUARDIAN: _("It lets you answer for a child."),
    }
    return words.get(purpose, "")
