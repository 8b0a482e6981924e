"""Pages of failed work: what gave up, trying it again, letting it be."""

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from oms.desk.outbox import queries
from oms.desk.outbox.queries import DeadLetter, Retrying
from oms.kernel import audit, outbox
from oms.kernel.db import reading, transaction
from oms.kernel.errors import NotFoundError
from oms.web import filters
from oms.web.frame import flashed, page
from oms.web.permissions import Permission
from oms.web.security import actor, permit

blueprint = Blueprint("outbox", __name__)


@blueprint.get("/outbox")
@permit(Permission.OPERATIONS)
def index() -> ResponseReturnValue:
    """List the effects that gave up."""
    with reading() as session:
        letters = queries.dead_letters(session)
        health = _health(*queries.oldest_waiting(session), queries.retrying(session))
    return render_template(
        "desk/outbox/dead_letters.html",
        page=page(_("Failed work"), robots="noindex"),
        flashes=flashed(),
        health=health,
        letters=[_letter(one) for one in letters],
        retry_all_url=url_for(".retry_all") if letters else "",
        pages={"summary": "", "before": "", "after": "", "numbers": ()},
    )


def _health(waiting: int, since: datetime | None, again: Retrying | None) -> str:
    health = ngettext("%(num)s effect waits.", "%(num)s effects wait.", waiting)
    if since:
        health = f"{health} {_('The first is due since %(moment)s.', moment=filters.moment(since))}"
    if again:
        failed = ngettext(
            "%(num)s failed and is tried again by itself, the oldest since %(moment)s: %(error)s.",
            "%(num)s failed and are tried again by themselves, the oldest since %(moment)s: %(error)s.",
            again.count,
            moment=filters.moment(again.since),
            error=again.error,
        )
        health = f"{health} {failed}"
    return str(health)


@blueprint.post("/outbox/retry")
@permit(Permission.OPERATIONS)
def retry_all() -> ResponseReturnValue:
    """Try every effect that gave up once more."""
    with transaction() as session:
        pairs = [(one.message_id, one.handler) for one in queries.dead_letters(session)]
        revived = outbox.retry(session, pairs)
        audit.record(session, actor(), "outbox.retry", "outbox")
    flash(ngettext("%(num)s effect is tried again.", "%(num)s effects are tried again.", revived), "good")
    return redirect(url_for(".index"), 303)


@blueprint.post("/outbox/<int:message>/<handler>/retry")
@permit(Permission.OPERATIONS)
def retry(message: int, handler: str) -> ResponseReturnValue:
    """Try one effect that gave up once more."""
    with transaction() as session:
        if not outbox.retry(session, [(message, handler)]):
            raise NotFoundError("This effect has not given up.")
        audit.record(session, actor(), "outbox.retry", f"message:{message}")
    flash(_("It is tried again."), "good")
    return redirect(url_for(".index"), 303)


@blueprint.post("/outbox/<int:message>/<handler>/drop")
@permit(Permission.OPERATIONS)
def drop(message: int, handler: str) -> ResponseReturnValue:
    """Let one effect be that gave up, for good."""
    with transaction() as session:
        if not outbox.drop(session, message, handler):
            raise NotFoundError("This effect has not given up.")
        audit.record(session, actor(), "outbox.drop", f"message:{message}")
    flash(_("It is dropped and will not happen."), "good")
    return redirect(url_for(".index"), 303)


def _letter(found: DeadLetter) -> dict[str, object]:
    ids: dict[str, Any] = {"message": found.message_id, "handler": found.handler}
    return {
        "id": found.message_id,
        "topic": found.topic,
        "about": found.about,
        "handler": found.handler,
        "attempts": filters.number(found.attempts),
        "error": found.error,
        "when": filters.moment(found.settled_at) if found.settled_at else "",
        "retry_url": url_for(".retry", **ids),
        "drop_url": url_for(".drop", **ids),
    }
