"""Pages and PDFs for the printer: labels while a parcel is made, slips at any time."""

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.fulfillment import queries
from oms.fulfillment.printing import actions, pages, paper
from oms.fulfillment.printing import queries as printing
from oms.fulfillment.states import LabelState
from oms.kernel.db import reading, transaction
from oms.kernel.errors import IllegalMoveError
from oms.web.frame import page
from oms.web.permissions import Permission
from oms.web.security import actor, permit

blueprint = Blueprint("printing", __name__)


@blueprint.get("/shipments/<int:number>/label")
@permit(Permission.WAREHOUSE)
def label(number: int) -> ResponseReturnValue:
    """Show the label to print: the carrier's page as it came, or our own address label."""
    with reading() as session:
        parcels = queries.live_parcels(session, number)
        back = url_for("oms.packing.box", part=queries.shipment(session, number).fulfillment_order_id)
    if not parcels:
        raise IllegalMoveError("This parcel has no label to print.")
    if parcels[-1].label_state is LabelState.NONE:
        with transaction() as session:
            found = actions.address_label(session, number, by=actor())
        shown = page(_("Label"), robots="noindex", back=back)
        return render_template("desk/shipments/label.html", page=shown, labels=[found])
    with transaction() as session:
        content = actions.carrier_label(session, parcels[-1].id, by=actor())
    return pdf_answer(content, f"label-{number}.pdf")


@blueprint.get("/shipments/<int:number>/label.pdf")
@permit(Permission.WAREHOUSE)
def label_pdf(number: int) -> ResponseReturnValue:
    """Give our own address label as PDF, with the fonts that the name needs."""
    with transaction() as session:
        found = actions.address_label(session, number, by=actor())
    return pdf_answer(paper.label_pdf(found, (_("From"), _("To"))), f"label-{number}.pdf")


@blueprint.get("/shipments/<int:number>/slip")
@permit(Permission.WAREHOUSE)
def slip(number: int) -> ResponseReturnValue:
    """Show the packing slip: goods and quantities, no person and no price."""
    with reading() as session:
        found = printing.slip(session, number)
        back = url_for("oms.packing.box", part=queries.shipment(session, number).fulfillment_order_id)
    shown = page(_("Packing slip"), robots="noindex", back=back)
    return render_template("desk/shipments/slip.html", page=shown, slips=[pages.slip(found)])


@blueprint.get("/shipments/<int:number>/slip.pdf")
@permit(Permission.WAREHOUSE)
def slip_pdf(number: int) -> ResponseReturnValue:
    """Give the packing slip as PDF."""
    with reading() as session:
        found = printing.slip(session, number)
    return pdf_answer(paper.slip_pdf(found, pages.words(found)), f"slip-{found.number}.pdf")


def pdf_answer(content: bytes, name: str) -> Response:
    """Return a PDF to be shown and printed, kept by no cache."""
    disposition = f'inline; filename="{name}"'
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return Response(content, mimetype="application/pdf", headers=headers)
