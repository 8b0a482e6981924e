"""The desk's pages of marketplaces: what each account may be used for, its orders, what is offered there."""

from collections.abc import Mapping

from flask import Blueprint, current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from oms.catalog import queries as catalog
from oms.channels import actions, pages, queries
from oms.channels.forms import AllowForm, ListingForm, ListingsForm, RevokeForm, allow_form
from oms.channels.models import Connection
from oms.channels.pages import Deciding
from oms.channels.queries import SIZE, Account
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError, ConflictError, NotFoundError
from oms.staff import queries as staff
from oms.web.fields import show_error
from oms.web.pagination import Numbered, asked_piece, keyset_of, page_number
from oms.web.permissions import Permission
from oms.web.security import actor, permit, signed_in
from oms.web.taking import takes

blueprint = Blueprint("channels", __name__)


@blueprint.get("/channels")
@permit(Permission.CATALOG_READ)
def index() -> ResponseReturnValue:
    """Show every account that the settings know, what it may be used for, and how it stands."""
    with reading() as session:
        return _index(session)


@blueprint.post("/channels/<code>/allow")
@permit(Permission.SETTINGS)
@takes(AllowForm)
def allow(code: str) -> ResponseReturnValue:
    """Let an account be used, or let it be used anew."""
    with reading() as session:
        found = queries.account(session, _known(), code)
        form = allow_form(catalog.markets(session), found.connection, is_sent=True)
    if code not in _known():
        raise ConflictError("The settings do not know this account any more: see CHANNELS.")
    if form.validate_on_submit():
        try:
            with transaction() as session:
                actions.allow(session, form.to_request(code, found.channel), by=actor())
        except BadInputError as error:
            show_error(form, error)
        else:
            flash(_("%(code)s may be used from now on.", code=code), "good")
            return redirect(url_for(".index"), 303)
    with reading() as session:
        return _index(session, code, form), 422


@blueprint.post("/channels/<code>/revoke")
@permit(Permission.SETTINGS)
@takes(RevokeForm)
def revoke(code: str) -> ResponseReturnValue:
    """Ask and tell nothing there from now on."""
    form = RevokeForm()
    if not form.validate_on_submit():
        raise BadInputError("Choose why.", field="reason")
    with transaction() as session:
        actions.revoke(session, _connection(session, code).id, str(form.reason.data), by=actor())
    flash(_("%(code)s is used no more.", code=code), "good")
    return redirect(url_for(".index"), 303)


@blueprint.get("/channels/<code>")
@permit(Permission.CATALOG_READ)
def orders(code: str) -> ResponseReturnValue:
    """Show an account's orders: those with something in their way first."""
    asked = asked_piece()
    with reading() as session:
        found = queries.account(session, _known(), code)
        number = _connection(session, code).id
        rows = queries.sold(session, number, asked.key, is_backwards=asked.is_backwards)
        piece = keyset_of(rows, SIZE, lambda one: one.key, asked=asked)
        return pages.orders(found, queries.waiting(session, number), piece)


@blueprint.get("/channels/<code>/listings")
@permit(Permission.CATALOG_READ)
def listings(code: str) -> ResponseReturnValue:
    """Show what is offered at an account, with the units that we have and those that were told."""
    return _listings(code)


@blueprint.post("/channels/<code>/listings")
@permit(Permission.CATALOG_CHANGE)
@takes(ListingForm)
def offer(code: str) -> ResponseReturnValue:
    """Offer a SKU at an account."""
    form = ListingForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                number = _connection(session, code).id
                made = actions.offer(session, number, form.to_request(), by=actor())
        except BadInputError as error:
            show_error(form, error)
        else:
            flash(_("%(sku)s is offered. Its units are told within minutes.", sku=made.sku), "good")
            return redirect(url_for(".listings", code=code), 303)
    return _listings(code, offer=form), 422


@blueprint.post("/channels/<code>/listings/file")
@permit(Permission.CATALOG_CHANGE)
@takes(ListingsForm)
def offer_file(code: str) -> ResponseReturnValue:
    """Offer every row of a file, or none."""
    form = ListingsForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                number = _connection(session, code).id
                count = actions.offer_file(session, number, form.content, by=actor())
        except BadInputError as error:
            show_error(form, BadInputError(f"{error.message} {_('Nothing was taken.')}", field="file"))
        else:
            flash(pages.taken(count), "good")
            return redirect(url_for(".listings", code=code), 303)
    return _listings(code, file=form), 422


@blueprint.post("/channels/<code>/listings/<int:number>/withdraw")
@permit(Permission.CATALOG_CHANGE)
def withdraw(code: str, number: int) -> ResponseReturnValue:
    """Offer a listing no more."""
    with transaction() as session:
        gone = actions.withdraw(session, number, by=actor())
        if gone.connection_id != _connection(session, code).id:
            raise NotFoundError("There is no such listing.")
        sku = gone.sku
    flash(_("%(sku)s is withdrawn. That none is left is told within minutes.", sku=sku), "good")
    return redirect(url_for(".listings", code=code), 303)


def _known() -> Mapping[str, Mapping[str, str]]:
    settings: Settings = current_app.extensions["settings"]
    return settings.accounts


def _index(session: Session, code: str = "", sent: AllowForm | None = None) -> str:
    found = queries.accounts(session, _known())
    known, may = catalog.markets(session), signed_in().may(Permission.SETTINGS)
    forms = {one.code: _forms(one, known) for one in found} if may else {}
    if sent is not None and code in forms:
        forms[code] = (sent, forms[code][1])
    names = {str(one.id): one.desk_name for one in staff.members(session)} if found else {}
    return pages.index(found, forms, names, code)


def _forms(one: Account, known: list[catalog.MarketFacts]) -> Deciding:
    return allow_form(known, one.connection), RevokeForm(formdata=None)


def _connection(session: Session, code: str) -> Connection:
    found = queries.account(session, _known(), code).connection
    if found is None:
        raise NotFoundError("Nobody has allowed this account yet.")
    return found


def _listings(code: str, *, offer: ListingForm | None = None, file: ListingsForm | None = None) -> str:
    with reading() as session:
        found = queries.account(session, _known(), code)
        number = _connection(session, code).id
        total = queries.count_listings(session, number)
        asked = min(page_number(), Numbered((), 1, SIZE, total).pages)
        piece = Numbered(tuple(queries.listings(session, number, asked)), asked, SIZE, total)
    forms = offer or ListingForm(formdata=None), file or ListingsForm(formdata=None)
    return pages.listings(found, piece, forms if signed_in().may(Permission.CATALOG_CHANGE) else None)
