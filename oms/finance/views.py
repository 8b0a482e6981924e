"""The desk's pages of money: profit, tax, the one-stop shop's figures, and what goods cost the shop."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from oms.catalog import queries as catalog
from oms.finance import pages, sheets
from oms.finance.costs import actions, queries
from oms.finance.costs.forms import CostForm, cost_form
from oms.finance.pages import SIZE
from oms.finance.period import Period
from oms.finance.profit.queries import Profit, profit
from oms.finance.tax import queries as taxes
from oms.finance.tax.queries import Scheme
from oms.kernel.db import Role, reading, transaction
from oms.kernel.errors import BadInputError, NotFoundError
from oms.web.fields import show_error
from oms.web.pagination import Numbered, links, page_number, url_with
from oms.web.permissions import Permission
from oms.web.security import actor, permit, signed_in
from oms.web.taking import takes

blueprint = Blueprint("money", __name__)
_SHEETS = {Scheme.UNION: "oss", Scheme.IMPORT: "ioss"}


@blueprint.get("/money")
@permit(Permission.FINANCE_READ)
def index() -> ResponseReturnValue:
    """Show the profit of a period by SKU."""
    found, shown = _profit("oms.money.index", "skus")
    return pages.report(_("Profit by SKU"), tables=[pages.by_sku(found)], **shown)


@blueprint.get("/money/orders")
@permit(Permission.FINANCE_READ)
def orders() -> ResponseReturnValue:
    """Show the profit of a period by order, the newest first."""
    found, shown = _profit("oms.money.orders", "orders")
    number = min(page_number(), Numbered((), 1, SIZE, len(found.orders)).pages)
    rows = found.orders[(number - 1) * SIZE : number * SIZE]
    piece = Numbered(rows, number, SIZE, len(found.orders))
    return pages.report(_("Profit by order"), tables=[pages.by_order(piece)], pages=links(piece), **shown)


def _profit(endpoint: str, sheet: str) -> tuple[Profit, dict[str, Any]]:
    word, period = pages.asked_period()
    with reading(Role.BLIND) as session:
        found = profit(session, period)
    shown = _around(endpoint, sheet, word, period)
    return found, {**shown, "sums": pages.sums(found), "unstated": pages.unstated(found)}


def _around(
    endpoint: str, sheet: str, word: str, period: Period, *, reported: Period | None = None
) -> dict[str, Any]:
    asked = url_with(page=None).partition("?")[2]
    download = url_for("oms.money.sheet", report=sheet) + (f"?{asked}" if asked else "")
    return {
        "tabs": pages.tabs(endpoint, word, period),
        "picker": pages.picker(word, period, reported or period),
        "download": download,
        "more": [(_("Unit costs as a file"), url_for("oms.money.sheet", report="costs"))],
    }


@blueprint.get("/money/tax")
@permit(Permission.FINANCE_READ)
def tax() -> ResponseReturnValue:
    """Show the tax of a period by country and rate."""
    word, period = pages.asked_period()
    with reading(Role.BLIND) as session:
        found = taxes.by_rate(session, period)
    sentences = [
        _("A sale counts when its payment came, a refund when it went: a closed period stays as it was told.")
    ]
    shown = _around("oms.money.tax", "tax", word, period)
    return pages.report(_("Tax"), sentences=sentences, tables=[pages.by_rate(found)], **shown)


@blueprint.get("/money/one-stop-shop")
@permit(Permission.FINANCE_READ)
def one_stop_shop() -> ResponseReturnValue:
    """Show the figures of a return of the one-stop shop."""
    word, period = pages.asked_period()
    scheme = pages.asked_scheme()
    with reading(Role.BLIND) as session:
        found = taxes.one_stop_shop(session, scheme, period)
    sentences = [
        _("Figures for the return of %(period)s. Nothing is filed here.", period=found.name),
        _("The scheme tells of what crosses a border of the Union, not of sales within one country."),
        _("Other currencies are told in euro, at the European Central Bank's rate of the last day."),
    ]
    shown = _around("oms.money.one_stop_shop", _SHEETS[scheme], word, period, reported=found.period)
    schemes = [
        (Scheme.UNION.value, _("Union scheme, by quarter")),
        (Scheme.IMPORT.value, _("Import scheme, by month")),
    ]
    return pages.report(
        _("One-stop shop"),
        sentences=sentences,
        tables=pages.supplies(found),
        schemes=(schemes, scheme.value),
        **shown,
    )


@blueprint.get("/money/<report>.csv")
@permit(Permission.FINANCE_READ)
def sheet(report: str) -> ResponseReturnValue:
    """Give a report as a file. Raises NotFoundError."""
    if report not in sheets.REPORTS:
        raise NotFoundError
    _word, period = pages.asked_period()
    with reading(Role.BLIND) as session:
        made = sheets.REPORTS[report](session, period)
    days = "" if report == "costs" else f"-{period.first}-{period.last}"
    head = {"Content-Disposition": f'attachment; filename="{report}{days}.csv"'}
    return Response(made, mimetype="text/csv", headers=head)


@blueprint.get("/money/costs/<path:sku>")
@permit(Permission.FINANCE_READ)
def costs(sku: str) -> ResponseReturnValue:
    """Show what was stated of a SKU's cost."""
    with reading(Role.BLIND) as session:
        return _costs(session, sku, None)


@blueprint.post("/money/costs/<path:sku>")
@permit(Permission.FINANCE_CHANGE)
@takes(CostForm)
def state(sku: str) -> ResponseReturnValue:
    """State what a unit costs from a day on."""
    with reading(Role.BLIND) as session:
        variant_id = catalog.variant_of(session, sku).id
        form = cost_form(queries.currencies(session))
    if form.validate_on_submit():
        try:
            with transaction(Role.BLIND) as session:
                actions.state(session, form.to_request(variant_id), by=actor())
        except BadInputError as error:
            show_error(form, BadInputError(error.message, field="cost"))
        else:
            flash(_("It is stated. Reports reckon with it at once."), "good")
            return redirect(url_for(".costs", sku=sku), 303)
    with reading(Role.BLIND) as session:
        return _costs(session, sku, form), 422


@blueprint.post("/money/taken-back/<int:number>")
@permit(Permission.FINANCE_CHANGE)
def take_back(number: int) -> ResponseReturnValue:
    """Take a statement of a cost back."""
    with transaction(Role.BLIND) as session:
        sku = queries.sku_of(session, actions.take_back(session, number, by=actor()))
    flash(_("It is taken back."), "good")
    return redirect(url_for(".costs", sku=sku), 303)


def _costs(session: Session, sku: str, form: CostForm | None) -> str:
    variant = catalog.variant_of(session, sku)
    title, _choice = catalog.title_of(session, variant)
    may_change = signed_in().may(Permission.FINANCE_CHANGE)
    if form is None and may_change:
        form = cost_form(queries.currencies(session))
    sentences = [
        _("An order is reckoned with the cost in force when it was placed, in its own currency."),
        _("Without one its cost is not known, and is never taken for nothing."),
    ]
    return pages.report(
        _("Cost of %(sku)s: %(title)s", sku=sku, title=title),
        sentences=sentences,
        tables=[pages.stated(queries.stated(session, variant.id), may_change=may_change)],
        form=form,
        back=url_for("oms.money.index"),
    )
