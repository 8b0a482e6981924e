"""The page on which many orders are changed: a preview, then what became of each."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from oms.desk.changes.forms import CancelForm, HoldForm
from oms.desk.changes.many import actions
from oms.desk.changes.many.actions import Deed, Row
from oms.desk.orders.pages import Chip
from oms.kernel.db import reading
from oms.kernel.errors import BadInputError
from oms.web.forms import Form
from oms.web.frame import flashed, page
from oms.web.permissions import Permission
from oms.web.security import actor, permit

blueprint = Blueprint("many", __name__)
_ALSO = frozenset({"order", "do", "sure"})


class HoldMany(HoldForm):
    """Why several orders must wait."""

    also = _ALSO


class CancelMany(CancelForm):
    """Why several orders are cancelled."""

    also = _ALSO


class LiftMany(Form):
    """Letting orders go on needs no reason."""

    also = _ALSO


@blueprint.post("/orders/many")
@permit(Permission.ORDERS_CHANGE)
def preview() -> ResponseReturnValue:
    """Show what would become of each selected order; once it is said to be sure, do it and tell."""
    deed, numbers = _deed(), [n for value in request.form.getlist("order") for n in value.split(",") if n]
    form: Form = {Deed.HOLD: HoldMany, Deed.CANCEL: CancelMany, Deed.LIFT: LiftMany}[deed]()
    with reading() as session:
        found = actions.chosen(session, numbers)
        rows = actions.preview(session, found, deed)
    if request.form.get("sure") and form.validate_on_submit():
        why = str(form["reason"].data) if "reason" in form else ""
        ready = [row.number for row in rows if not row.refusal]
        done = actions.carry_out(ready, deed, why, by=actor())
        return _result(deed, [*done, *(row for row in rows if row.refusal)])
    if not request.form.get("sure"):
        form = type(form)(formdata=None)
    return _preview(deed, rows, form), 422 if form.errors else 200


def _deed() -> Deed:
    asked = request.form.get("do", "")
    if asked not in set(Deed):
        raise BadInputError("Choose what to do with the selected orders.")
    return Deed(asked)


def _preview(deed: Deed, rows: list[Row], form: Form) -> str:
    ready = sum(not row.refusal for row in rows)
    count = ngettext("%(num)s order", "%(num)s orders", ready)
    words = _words(deed, count)
    return render_template(
        "desk/orders/confirm.html",
        page=page(words["title"], robots="noindex"),
        flashes=flashed(),
        decision=words,
        rows=[
            {
                "number": row.number,
                "what": words["each"],
                "is_refused": bool(row.refusal),
                "why": _(row.refusal) if row.refusal else "",
            }
            for row in rows
        ],
        form=form,
        fields=[form["reason"]] if "reason" in form else [],
        kept=[("do", deed.value), ("sure", "1"), *(("order", row.number) for row in rows)],
        back_url=url_for("oms.orders.index"),
    )


def _words(deed: Deed, count: str) -> dict[str, str]:
    if deed is Deed.HOLD:
        return {
            "title": _("Hold %(count)s", count=count),
            "sentence": _("Nobody picks or packs an order that is held."),
            "each": _("It waits until somebody lets it go on."),
            "yes": _("Hold %(count)s", count=count),
            "undo": _("You can let them go on at any time."),
        }
    if deed is Deed.LIFT:
        return {
            "title": _("Let %(count)s go on", count=count),
            "sentence": _("They can be picked again, whatever they waited for."),
            "each": _("It goes on."),
            "yes": _("Let %(count)s go on", count=count),
            "undo": _("You can hold them again."),
        }
    return {
        "title": _("Cancel %(count)s", count=count),
        "sentence": _("Goods go back to the shelf, money to the buyers, who hear of it by mail."),
        "each": _("It is cancelled, and what was paid goes back."),
        "yes": _("Cancel %(count)s", count=count),
        "undo": _("A cancelled order stays cancelled."),
    }


def _result(deed: Deed, rows: list[Row]) -> str:
    done = [row.number for row in rows if not row.refusal]
    told = ngettext("%(num)s of %(of)s done", "%(num)s of %(of)s done", len(done), of=len(rows))
    return render_template(
        "desk/bulk/result.html",
        page=page(_("What became of them"), robots="noindex"),
        flashes=flashed(),
        work={"label": told, "done": len(done), "total": len(rows), "text": told, "url": ""},
        rows=[_shown(row) for row in rows],
        back_url=url_for("oms.orders.index"),
        undo_url=url_for(".preview") if deed is Deed.HOLD and done else "",
        undo={"do": Deed.LIFT.value, "order": ",".join(done)},
    )


def _shown(row: Row) -> dict[str, Any]:
    state = Chip(_("left out"), "late") if row.refusal else Chip(_("done"), "done")
    return {"what": row.number, "state": state, "note": _(row.refusal) if row.refusal else ""}
