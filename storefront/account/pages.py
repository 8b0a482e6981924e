"""What the account pages show, in words."""

from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from wtforms import Field

from oms.buyers.queries import Account
from oms.orders import queries as ordering
from oms.orders.models import Order
from oms.orders.states import OrderState
from oms.web import filters
from oms.web.session_rows import WebSession
from storefront.account.forms import BothCodesForm, MailboxForm, PasswordForm, ProfileForm


@dataclass(frozen=True, slots=True)
class Mark:
    """A state as word and shape."""

    word: str
    kind: str


@dataclass(frozen=True, slots=True)
class OrderLine:
    """An order in the list of the account."""

    number: str
    url: str
    placed: str
    state: Mark
    total: str
    goods: str


@dataclass(frozen=True, slots=True)
class Seat:
    """A browser in which the buyer is signed in."""

    device: str
    begun: str
    seen: str
    is_this: bool
    end_url: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One field of a change, with why it is asked."""

    f: Field
    why: str = ""
    hint: str = ""
    width: str = ""
    look: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One change to an account: its words and fields."""

    heading: str
    text: str
    fields: tuple[Asked, ...]
    submit: str


def orders(session: Session, units: list[str]) -> list[OrderLine]:
    """Return the placed orders of some units, as the account lists them."""
    numbers = [unit.partition(":")[2] for unit in units]
    return [_order(order) for order in ordering.of_numbers(session, numbers) if order.placed_at]


def _order(order: Order) -> OrderLine:
    return OrderLine(
        number=order.number,
        url=f"{request.script_root}/orders/{order.number}",
        placed=filters.day(order.placed_at) if order.placed_at else "",
        state=_state(order.state),
        total=filters.money(order.total, order.currency),
        goods=ngettext("%(num)s item", "%(num)s items", order.units),
    )


def _state(state: OrderState) -> Mark:
    marks = {
        OrderState.PLACED: Mark(_("placed"), "moving"),
        OrderState.CLOSED: Mark(_("done"), "done"),
        OrderState.CANCELLED: Mark(_("cancelled"), "gone"),
    }
    return marks.get(state, Mark(_("waiting for payment"), "waiting"))


def home(found: Account, new: int) -> dict[str, Any]:
    """Return what the account page shows beside the orders; `new` letters were not read yet."""
    root = request.script_root
    count = ngettext("%(num)s new message", "%(num)s new messages", new) if new else ""
    return {
        "buyer": {"email": found.email, "since": filters.day(found.buyer.created_at)},
        "inbox": {"url": f"{root}/your-data/messages", "new": count},
        "has_password": found.buyer.password_hash is not None,
        "profile_url": url_for("account.profile"),
        "email_url": url_for("account.email"),
        "password_url": url_for("account.password"),
        "drop_password_url": url_for("account.drop_password"),
        "sessions_url": url_for("account.seats"),
        "sign_out_url": url_for("account.sign_out"),
        "close_url": f"{root}/your-data/",
    }


def profile(form: ProfileForm, email: str) -> Change:
    """Return the profile: three fields to fill or leave, and the address that opens the account."""
    keep = _("Kept until you empty it or close the account.")
    return Change(
        _("Profile"),
        _("You sign in as %(email)s. Everything else here is up to you.", email=email),
        (
            Asked(form.nickname, _("So that the page can greet you.") + " " + keep),
            Asked(form.mobile, _("To fill in an order that needs one.") + " " + keep),
            Asked(form.country, _("To begin with the right market.") + " " + keep),
        ),
        _("Save"),
    )


def email(form: MailboxForm, present: str) -> Change:
    """Return the first step to another mailbox."""
    return Change(
        _("Change the e-mail address"),
        _("Now it is %(email)s. We send a code there and one to the new address.", email=present),
        (Asked(form.email),),
        _("Send the codes"),
    )


def email_codes(form: BothCodesForm) -> Change:
    """Return the second step to another mailbox."""
    return Change(
        _("Type both codes"),
        _("They work for ten minutes. The present address is told that it was replaced."),
        (Asked(form.old, look="code-input"), Asked(form.new, look="code-input")),
        _("Change the address"),
    )


def password(form: PasswordForm) -> Change:
    """Return the page that sets a password."""
    return Change(
        _("Set a password"),
        _("It is optional: a code to your mailbox always works, too."),
        (Asked(form.password, hint=_("At least 15 characters. A sentence works well.")),),
        _("Set the password"),
    )


def seat(row: WebSession, current: int) -> Seat:
    """Return a session in words."""
    ends = url_for("account.end_seat", number=row.id)
    begun, seen = filters.moment(row.begun_at), filters.moment(row.last_seen_at)
    return Seat(row.agent, begun, seen, row.id == current, ends)


def sessions(listed: list[Seat]) -> dict[str, Any]:
    """Return what the page of sessions shows."""
    return {
        "sessions": listed,
        "end_all_url": url_for("account.end_other_seats"),
        "back_url": url_for("account.home"),
    }
