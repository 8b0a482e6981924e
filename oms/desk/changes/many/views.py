"""The pages on which many orders are changed: a preview, then how far it is and what became of each."""

from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from oms.desk.changes.forms import CancelForm, HoldForm
from oms.desk.changes.many import actions, queries
from oms.desk.changes.many.actions import Row
from oms.desk.changes.many.models import BulkTurn, BulkWork
from oms.desk.changes.many.states import Deed, TurnState
from oms.desk.orders.pages import Chip
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError
from oms.web.forms import Form
from oms.web.frame import flashed, page
from oms.web.permissions import Permission
from oms.web.security import actor, permit
from oms.web.taking import takes

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
@takes(HoldMany, CancelMany, LiftMany)
def preview() -> ResponseReturnValue:
    """Show what would become of each selected order; once it is said to be sure, the worker does it."""
    deed, numbers = _deed(), [n for value in request.form.getlist("order") for n in value.split(",") if n]
    form: Form = {Deed.HOLD: HoldMany, Deed.CANCEL: CancelMany, Deed.LIFT: LiftMany}[deed]()
    with reading() as session:
        found = actions.chosen(session, numbers)
        rows = actions.preview(session, found, deed)
    if request.form.get("sure") and form.validate_on_submit():
        why = str(form["reason"].data) if "reason" in form else ""
        with transaction() as session:
            asked = actions.ask(session, rows, deed, why, by=actor())
        return redirect(url_for(".work", number=asked.id), 303)
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


@blueprint.get("/orders/many/<int:number>")
@permit(Permission.ORDERS_CHANGE)
def work(number: int) -> ResponseReturnValue:
    """Show how far work on many orders is, and what became of each; it survives a reload."""
    with reading() as session:
        found = queries.work(session, number)
    done = [turn.number for turn in found.turns if turn.state is TurnState.DONE]
    can_undo = found.deed is Deed.HOLD and bool(done) and found.ended_at is not None
    here = url_for(".work", number=number)
    return render_template(
        "desk/bulk/result.html",
        page=page(_("What became of them"), robots="noindex"),
        flashes=flashed(),
        work=_progress(found, url_for(".state", number=number)),
        again_url=here,
        rows=[_shown(turn) for turn in found.turns],
        back_url=url_for("oms.orders.index"),
        undo_url=url_for(".preview") if can_undo else "",
        undo={"do": Deed.LIFT.value, "order": ",".join(done)},
    )


@blueprint.get("/orders/many/<int:number>/state")
@permit(Permission.ORDERS_CHANGE)
def state(number: int) -> ResponseReturnValue:
    """Answer how far it is, for the page that waits."""
    with reading() as session:
        found = queries.work(session, number)
    told = _progress(found, "")
    is_done, url = found.ended_at is not None, url_for(".work", number=number)
    return jsonify(done=told["done"], total=told["total"], text=told["text"], is_done=is_done, url=url)


def _progress(found: BulkWork, state_url: str) -> dict[str, Any]:
    done = sum(turn.state is TurnState.DONE for turn in found.turns)
    waiting = sum(turn.state is TurnState.WAITING for turn in found.turns)
    total = len(found.turns)
    text = ngettext("%(num)s of %(of)s done", "%(num)s of %(of)s done", done, of=total)
    is_over = found.ended_at is not None
    label = _("Done") if is_over else _("The house works on it. You may leave this page.")
    url = "" if is_over else state_url
    return {"label": label, "done": total - waiting, "total": total, "text": text, "url": url}


def _shown(turn: BulkTurn) -> dict[str, Any]:
    words = {
        TurnState.WAITING: Chip(_("waits"), "waiting"),
        TurnState.DONE: Chip(_("done"), "done"),
        TurnState.LEFT_OUT: Chip(_("left out"), "late"),
    }
    url = url_for("oms.orders.order", number=turn.number)
    note = _(turn.refusal) if turn.refusal else ""
    return {"what": turn.number, "url": url, "state": words[turn.state], "note": note}
