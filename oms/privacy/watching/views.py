"""The desk's pages of looks and of sign-ins: alerts that wait, roles that nobody uses."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.kernel import clock
from oms.kernel.db import reading, transaction
from oms.privacy import pages
from oms.privacy.watching import actions, queries
from oms.privacy.watching.models import Alert
from oms.signins import actions as signins
from oms.signins import queries as signing
from oms.signins.models import SignInAlert
from oms.signins.states import AlertKind
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
    return pages.sheet(_("Looks at people"), tables=tables, steps=_steps(waiting, ".seen"))


@blueprint.post("/privacy/looks/<int:number>/seen")
@permit(Permission.AUDIT_READ)
def seen(number: int) -> ResponseReturnValue:
    """Note that an alert was looked into, by anybody but whom it is about."""
    with transaction() as session:
        actions.see_to(session, number, by=actor())
    flash(_("Noted."), "good")
    return redirect(url_for(".index"), 303)


@blueprint.get("/privacy/sign-ins")
@permit(Permission.AUDIT_READ)
def sign_ins() -> ResponseReturnValue:
    """Show waves of wrong passwords, unusual sign-ins of staff, and whose person said that it was not them.

    Buyers appear by the number of their account alone.
    """
    with reading() as session:
        waiting = signing.alerts(session)
        names = {f"staff:{one.id}": one.desk_name for one in staff.members(session)}
    rows = [
        [(str(a.id), ""), (_what(a), ""), (names.get(a.person, a.person) or _("the whole shop"), ""),
         (moment(a.at), "")]
        for a in waiting
    ]  # fmt: skip
    heads = [_("No."), _("What"), _("Who"), _("When")]
    tables = [pages.table(_("Unusual sign-ins"), heads, rows)]
    return pages.sheet(_("Sign-ins"), tables=tables, steps=_steps(waiting, ".sign_in_seen"))


@blueprint.post("/privacy/sign-ins/<int:number>/seen")
@permit(Permission.AUDIT_READ)
def sign_in_seen(number: int) -> ResponseReturnValue:
    """Note that an alert was looked into, by anybody but whom it is about."""
    with transaction() as session:
        signins.see_to(session, number, by=actor())
    flash(_("Noted."), "good")
    return redirect(url_for(".sign_ins"), 303)


def _steps(waiting: Sequence[Alert | SignInAlert], endpoint: str) -> list[dict[str, str]]:
    """Return a button for each alert that waits, which notes that somebody looked into it."""
    return [
        {"label": _("Looked into no. %(id)s", id=a.id), "url": url_for(endpoint, number=a.id), "kind": ""}
        for a in waiting
    ]


def _what(alert: SignInAlert) -> str:
    words = {
        AlertKind.WAVE: _("Many wrong passwords, for %(count)s accounts", count=alert.failures),
        AlertKind.STAFF: _("Unusual sign-in at the desk; its person was told"),
        AlertKind.NOT_MINE: _("Somebody said: that was not me. Their sessions have ended"),
    }
    return str(words[alert.kind])
