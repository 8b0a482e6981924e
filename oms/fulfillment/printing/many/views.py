"""The page on which the labels of many boxes come together, and their one PDF."""

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from oms.fulfillment.picking.views import chosen_warehouse
from oms.fulfillment.printing.many import pages, queries, runs
from oms.fulfillment.printing.many.queries import Boxed
from oms.fulfillment.printing.views import pdf_answer
from oms.kernel.db import reading
from oms.web.frame import flashed, page
from oms.web.permissions import Permission
from oms.web.security import actor, permit
from oms.web.taking import takes

blueprint = Blueprint("labels", __name__)


@blueprint.get("/pack/labels")
@permit(Permission.WAREHOUSE)
def index() -> ResponseReturnValue:
    """Show how far the labels of the chosen boxes are; of all boxes in a warehouse when none is chosen."""
    with reading() as session:
        boxes = _boxes(session)
        house = chosen_warehouse(session)
    chosen = [box.part_id for box in boxes]
    return render_template(
        "desk/pack/labels.html",
        page=page(_("Labels"), robots="noindex"),
        flashes=flashed(),
        work=pages.work(boxes, url_for(".state", box=chosen)),
        rows=pages.rows(boxes),
        chosen=[box.part_id for box in boxes if box.is_ready],
        print_url=url_for(".pdf"),
        again_url=url_for(".index", box=chosen),
        back_url=url_for("oms.packing.index", at=house.code),
    )


@blueprint.get("/pack/labels/state")
@permit(Permission.WAREHOUSE)
def state() -> ResponseReturnValue:
    """Answer how far they are, for the page that waits."""
    with reading() as session:
        boxes = _boxes(session)
    told = pages.work(boxes, "")
    is_done = not any(box.is_awaited for box in boxes)
    url = url_for(".index", box=[box.part_id for box in boxes])
    return jsonify(done=told["done"], total=told["total"], text=told["text"], is_done=is_done, url=url)


@blueprint.post("/pack/labels.pdf")
@permit(Permission.WAREHOUSE)
@takes("box")
def pdf() -> ResponseReturnValue:
    """Give the labels that are ready as one PDF; each opening is written down."""
    with reading() as session:
        boxes = queries.boxed(session, _asked(request.form.getlist("box")))
    printed = runs.print_labels(boxes, (_("From"), _("To")), by=actor())
    answer: Response = pdf_answer(printed.pdf, "labels.pdf")
    return answer


def _boxes(session: Session) -> list[Boxed]:
    asked = _asked(request.args.getlist("box"))
    chosen = asked or queries.all_boxed(session, chosen_warehouse(session).id)
    return queries.boxed(session, chosen) if chosen else []


def _asked(values: list[str]) -> list[int]:
    return [int(value) for value in values if value.isascii() and value.isdecimal() and len(value) <= 15]  # noqa: PLR2004 - digits of an id
