"""The desk's page of certificates: which are shown on the privacy notice, adding one, taking one away."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError
from oms.privacy import pages
from oms.privacy.clocks import calendar
from oms.privacy.evidence import actions, papers
from oms.privacy.evidence.forms import CertificateForm
from oms.privacy.evidence.models import Certificate
from oms.privacy.notice import claims
from oms.web.fields import show_error
from oms.web.filters import day
from oms.web.permissions import Permission
from oms.web.security import actor, permit
from oms.web.taking import takes

blueprint = Blueprint("evidence", __name__)


@blueprint.route("/privacy/certificates", methods=["GET", "POST"])
@permit(Permission.PRIVACY)
@takes(CertificateForm)
def index() -> ResponseReturnValue:
    """List certificates, and take one more with its paper."""
    form = CertificateForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                actions.add(session, form.to_request(), by=actor())
        except BadInputError as error:
            show_error(form, error)
        else:
            flash(_("Saved."), "good")
            return redirect(url_for(".index"), 303)
    with reading() as session:
        found, claimed = papers.certificates(session), claims.unproved(session)
    sentences = [
        _("The shop claims only what somebody else has certified, and only while that holds."),
        _("The privacy notice shows what is valid today, and everybody can download the paper."),
    ]
    if claimed:
        told = _(
            "The notice or the imprint claims this without a valid one: %(what)s.", what=", ".join(claimed)
        )
        sentences.append(f"{told} {_('Bring it here, or change the words.')}")
    listed = pages.table(_("Certificates"), _heads(), [_row(one) for one in found])
    shown = pages.sheet(
        _("Certificates"), sentences=sentences, tables=[listed], forms=[_new(form)], steps=_steps(found)
    )
    return shown, 422 if form.errors else 200


def _heads() -> list[str]:
    return [_("What it certifies"), _("Who gave it"), _("Valid from"), _("Valid until"), _("State")]


def _row(one: Certificate) -> list[tuple[str, str]]:
    told = (one.name, one.issuer, day(one.begins_on), day(one.ends_on), _state(one))
    return [(cell, "") for cell in told]


def _state(one: Certificate) -> str:
    if papers.is_valid(one):
        return str(_("shown"))
    return str(_("not yet shown") if one.begins_on > calendar.today() else _("no longer shown"))


def _new(form: CertificateForm) -> dict[str, Any]:
    return {
        "title": _("Add a certificate"),
        "form": form,
        "url": "",
        "yes": _("Add"),
        "note": _("Everybody can read it. Take none that names people who did not agree to that."),
        "has_file": True,
    }


def _steps(found: Sequence[Certificate]) -> list[dict[str, str]]:
    return [
        {
            "label": _("Take away: %(name)s", name=one.name),
            "url": url_for(".remove", number=one.id),
            "kind": "",
        }
        for one in found
    ]


@blueprint.post("/privacy/certificates/<int:number>/remove")
@permit(Permission.PRIVACY)
def remove(number: int) -> ResponseReturnValue:
    """Take a certificate away at once, with its paper."""
    with transaction() as session:
        actions.remove(session, number, by=actor())
    flash(_("It is gone, and no longer shown."), "good")
    return redirect(url_for(".index"), 303)
