"""The desk's page of looks: alerts that wait, roles that nobody uses."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.kernel import clock
from oms.kernel.db import reading, transaction
from oms.privacy import pages
from oms.privacy.watching import actions, queries
from oms.staff import queries as staff
from oms.staff.models import UNUSED
from oms.web.filters import moment
from oms.web.permissions import Permission
from oms.web.security import actor, permit

blueprint = Blueprint("watching", __name__)


@blueprint.get("/privacy/looks")
@permit(Permission.AUDIT_READ)
def index() -> ResponseReturnValue:
    """Show who looked at unusually many people, and which roles are not used."""
    with reading() as session:
        waiting = queries.alerts(session)
        unused = staff.unused_grants(session, clock.today() - UNUSED)
        names = {str(one.id): one.desk_name for one in staff.members(session)}
    steps = [
        {"label": _("Looked into no. %(id)s", id=a.id), "url": url_for(".seen", number=a.id), "kind": ""}
        for a in waiting
    ]
    rows = [
        [(str(a.id), ""), (names.get(a.actor_id, a.actor_id), ""), (str(a.units), ""), (moment(a.at), "")]
        for a in waiting
    ]
    heads = [_("No."), _("Who"), _("People within an hour"), _("When")]
    unused_rows = [[(one.desk_name, ""), (str(role), "")] for one, role in unused]
    tables = [
        pages.table(_("Unusually many looks"), heads, rows),
        pages.table(_("Roles unused for 90 days"), [_("Who"), _("Role")], unused_rows),
    ]
    return pages.sheet(_("Looks at people"), tables=tables, steps=steps)


@blueprint.post("/privacy/looks/<int:number>/seen")
@permit(Permission.AUDIT_READ)
def seen(number: int) -> ResponseReturnValue:
    """Note that an alert was looked into, by anybody but whom it is about."""
    with transaction() as session:
        actions.see_to(session, number, by=actor())
    flash(_("Noted."), "good")
    return redirect(url_for(".index"), 303)
