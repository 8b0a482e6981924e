"""The desk's page of where data lies: provider, countries, mechanism, next assessment, what is held back."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from oms.kernel import clock, places
from oms.kernel.db import reading
from oms.kernel.places import Place
from oms.privacy import pages
from oms.privacy.places import queries
from oms.web.filters import day, number, party
from oms.web.permissions import Permission
from oms.web.regions import countries, mechanism_words
from oms.web.security import permit

blueprint = Blueprint("places", __name__)


@blueprint.get("/privacy/places")
@permit(Permission.PRIVACY)
def index() -> ResponseReturnValue:
    """Show every store and recipient with its place."""
    heads = [_("What"), _("Provider"), _("Countries"), _("May go there, as"), _("Assess by"), _("State")]
    with reading() as session:
        rows = [_row(session, name, found) for name, found in queries.everywhere().items()]
    sentences = [
        _("The setting PLACES says where each one is; the notice shows the same list."),
        _("A month before an assessment is due, the doctor says so. After it, nothing new goes there."),
    ]
    listed = pages.table(_("Stores and recipients"), heads, rows)
    return pages.sheet(_("Where data lies"), sentences=sentences, tables=[listed])


def _row(session: Session, name: str, found: Place | None) -> list[tuple[str, str]]:
    cells = [party(name), "", "", "", "", _state(session, name, found)]
    if found is not None:
        review = day(found.review) if found.review else ""
        inside = _("inside the EEA") if found.countries and not found.outside else ""
        how = mechanism_words(found.mechanism) or inside
        cells[1:5] = [found.provider, countries(found.countries), how, review]
    return [(cell, "") for cell in cells]


def _state(session: Session, name: str, found: Place | None) -> str:
    why = places.trouble(name)
    if why:
        held = number(queries.waiting(session, name))
        return str(_("held back: %(why)s. Waiting: %(count)s", why=why, count=held))
    is_soon = found is not None and found.is_due_soon(clock.today())
    return str(_("assessment due soon") if is_soon else _("in use"))
