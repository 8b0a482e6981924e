"""The desk's pages of doubtful orders: for who may judge them, and nobody else."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.kernel import clock
from oms.kernel.db import reading, transaction
from oms.risk import actions, pages, queries
from oms.staff import queries as staff
from oms.web.permissions import Permission
from oms.web.security import actor, permit

blueprint = Blueprint("risk", __name__)
_REASON = "A look at a doubtful order"


@blueprint.get("/risk")
@permit(Permission.RISK)
def index() -> ResponseReturnValue:
    """List the orders that wait for a look, and what was decided lately."""
    with reading() as session:
        waiting = queries.listed(session, are_open=True)
        done = queries.listed(session, are_open=False)
        alert = queries.newest_alert(session, clock.now() - queries.DAY)
        names = {str(one.id): one.desk_name for one in staff.members(session)}
    return pages.listing(waiting, done, alert, names)


@blueprint.get("/risk/<number>")
@permit(Permission.RISK)
def doubt(number: str) -> ResponseReturnValue:
    """Show why an order waits. The look is on record, and the buyer sees it."""
    with transaction() as session:
        found, order = queries.by_number(session, number)
        reasons = queries.reasons(session, order, by=actor().because(_REASON))
        names = {str(one.id): one.desk_name for one in staff.members(session)}
        return pages.one(found, order, reasons, names)


@blueprint.post("/risk/<number>/send")
@permit(Permission.RISK)
def send(number: str) -> ResponseReturnValue:
    """Let it be sent."""
    with transaction() as session:
        actions.send(session, number, by=actor())
    flash(_("It goes on, and is sent."), "good")
    return redirect(url_for(".index"), 303)


@blueprint.post("/risk/<number>/cancel")
@permit(Permission.RISK)
def cancel(number: str) -> ResponseReturnValue:
    """Cancel it, and give the money back."""
    with transaction() as session:
        actions.cancel(session, number, by=actor())
    flash(_("It is cancelled, and the money is on its way back."), "good")
    return redirect(url_for(".index"), 303)
