"""The desk's routes of moves: who decides sees which facts fit, and no mailbox, address or name."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.kernel.db import reading, transaction
from oms.orders import queries as orders
from oms.privacy import pages
from oms.privacy.moving import actions, queries
from oms.privacy.moving.models import MailboxMove
from oms.privacy.moving.states import UNDER_WAY, MailboxAnswer, MoveState
from oms.web.filters import moment
from oms.web.permissions import Permission
from oms.web.security import actor, permit

blueprint = Blueprint("moving", __name__)


@blueprint.get("/privacy/moves")
@permit(Permission.PRIVACY)
def index() -> ResponseReturnValue:
    """List the wishes that fit an order; those to decide come first."""
    with reading() as session:
        found = queries.listed(session)
    rows = [
        [
            (move.number, url_for(".move", number=move.number)),
            (number, ""),
            (_word(move.state), ""),
            (moment(move.asked_at), ""),
        ]
        for move, number in found
    ]
    heads = [_("Number"), _("Order"), _("State"), _("Asked")]
    listed = pages.table(_("Lost mailboxes"), heads, rows)
    return pages.sheet(
        _("Lost mailboxes"),
        back=url_for("oms.privacy.index"),
        sentences=[_("Guests who ask for another mailbox for an order. What fits no order is not listed.")],
        tables=[listed],
    )


@blueprint.get("/privacy/moves/<number>")
@permit(Permission.PRIVACY)
def move(number: str) -> ResponseReturnValue:
    """Show one wish: what fits, what the old mailbox did, and what can be decided."""
    with reading() as session:
        found = queries.by_number(session, number)
        order = orders.get(session, found.order_id or 0)
        was_corrected = queries.was_corrected_since(session, found)
    fits = [_("postcode")] if order.delivered_at else [_("postcode"), _("amount, or it arrived meanwhile")]
    facts = [
        (_("Order"), order.number),
        (_("State"), _word(found.state)),
        (_("Fits"), ", ".join(fits)),
        (_("New mailbox"), _("proven by a code")),
        (_("Old mailbox"), _old(found)),
        (_("May stop it until"), moment(found.waits_until) if found.waits_until else ""),
        (_("Replaced meanwhile"), _("yes") if was_corrected else _("no")),
    ]
    return pages.sheet(
        _("Lost mailbox %(number)s", number=number),
        back=url_for(".index"),
        sentences=[_("You decide without seeing either mailbox. Ask for no document.")],
        facts=facts,
        steps=_steps(found),
    )


def _word(state: MoveState) -> str:
    words = {
        MoveState.ASKED: _("asked"),
        MoveState.WAITING: _("the old mailbox may stop it"),
        MoveState.REVIEW: _("to decide"),
        MoveState.DONE: _("done"),
        MoveState.STOPPED: _("stopped by the old mailbox"),
        MoveState.REFUSED: _("refused"),
    }
    return str(words[state])


def _old(found: MailboxMove) -> str:
    words = {
        MailboxAnswer.TOOK.value: _("took our mail, and did not stop it"),
        MailboxAnswer.REFUSED.value: _("refused our mail"),
    }
    return str(words.get(found.old_mailbox, _("not told yet")))


def _steps(found: MailboxMove) -> list[dict[str, Any]]:
    wanted = [(_("Give the order this mailbox"), "yes", "primary")] if found.state is MoveState.REVIEW else []
    if found.state in UNDER_WAY:
        wanted.append((_("Refuse"), "no", ""))
    return [
        {"label": label, "url": url_for(".decide", number=found.number, verdict=verdict), "kind": kind}
        for label, verdict, kind in wanted
    ]


@blueprint.post("/privacy/moves/<number>/<verdict>")
@permit(Permission.PRIVACY)
def decide(number: str, verdict: str) -> ResponseReturnValue:
    """Give the order its new mailbox, or refuse; the deed is on record."""
    deed = {"yes": actions.approve, "no": actions.refuse}.get(verdict)
    if deed is None:
        abort(404)
    with transaction() as session:
        found = queries.by_number(session, number, is_locked=True)
        deed(session, found, by=actor())
    flash(_("Noted. The new mailbox hears of it."), "good")
    return redirect(url_for(".move", number=number), 303)
