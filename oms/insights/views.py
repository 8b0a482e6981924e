"""Pages of what to order: the list, the same as a table file, one SKU, how it is bought, what was ordered."""

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.catalog import queries as catalog
from oms.insights import actions, pages, queries
from oms.insights.forms import OrderedForm, RuleForm, ordered_form, rule_form
from oms.insights.pages import Sheet
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError
from oms.web.fields import show_error
from oms.web.permissions import Permission
from oms.web.security import actor, permit, signed_in
from oms.web.taking import takes

blueprint = Blueprint("replenish", __name__)
_NEXT = 25


@blueprint.get("/replenish")
@permit(Permission.STOCK_READ)
def index() -> ResponseReturnValue:
    """List what is to be ordered now, and what comes to its reorder point next."""
    with reading() as session:
        return pages.listing(queries.to_order(session), queries.low_next(session, _NEXT))


@blueprint.get("/replenish.csv")
@permit(Permission.STOCK_READ)
def table() -> ResponseReturnValue:
    """Give what is to be ordered now as a file for a spreadsheet or a supplier."""
    with reading() as session:
        content = pages.table(queries.to_order(session))
    headers = {"Content-Disposition": 'attachment; filename="to-order.csv"', "Cache-Control": "no-store"}
    return Response(content, mimetype="text/csv", headers=headers)


@blueprint.get("/replenish/<path:sku>")
@permit(Permission.STOCK_READ)
def sku(sku: str) -> ResponseReturnValue:
    """Show one SKU: what sold, what will, how sure that is, and when to order."""
    return _sheet(sku)


@blueprint.post("/replenish/<path:sku>/rule")
@permit(Permission.STOCK_CHANGE)
@takes(RuleForm)
def rule(sku: str) -> ResponseReturnValue:
    """Say how a SKU is bought."""
    form = RuleForm()
    if not form.validate_on_submit():
        return _sheet(sku, rule=form), 422
    with transaction() as session:
        actions.set_rule(session, catalog.variant_of(session, sku).id, form.to_rule(), by=actor())
    flash(_("It is bought like this from now on."), "good")
    return redirect(url_for(".sku", sku=sku), 303)


@blueprint.post("/replenish/<path:sku>/ordered")
@permit(Permission.STOCK_CHANGE)
@takes(OrderedForm)
def ordered(sku: str) -> ResponseReturnValue:
    """Note what was ordered of a SKU, and until when it comes."""
    form = OrderedForm()
    is_good = form.validate_on_submit()
    if is_good:
        try:
            with transaction() as session:
                found = catalog.variant_of(session, sku)
                expected = form.expected_on.data
                actions.note_ordered(session, found.id, int(form.units.data), expected, by=actor())
        except BadInputError as error:
            show_error(form, error)
            is_good = False
    if not is_good:
        return _sheet(sku, ordered=form), 422
    flash(_("It is noted."), "good")
    return redirect(url_for(".sku", sku=sku), 303)


def _sheet(sku: str, *, rule: RuleForm | None = None, ordered: OrderedForm | None = None) -> str:
    may_change = signed_in().may(Permission.STOCK_CHANGE)
    with reading() as session:
        variant = catalog.variant_of(session, sku)
        found, noted = queries.stand_of(session, sku), queries.ordered(session, variant.id)
        known = queries.rule_of(session, variant.id)
    forms = rule or rule_form(known), ordered or ordered_form(noted)
    return pages.sheet(Sheet(sku, found, noted, known), forms if may_change else None)
