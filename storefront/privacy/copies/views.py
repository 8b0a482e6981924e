"""The routes of a copy: ask for it, see how far it is, take it once. Nothing is taken by opening a page."""

from flask import Blueprint, Response, flash, jsonify, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.kernel.db import reading, transaction
from oms.privacy.copies import actions, queries
from oms.privacy.copies.actions import Wanted
from oms.privacy.copies.models import Copy
from oms.privacy.copies.states import UNDER_WAY
from oms.web import proofs
from oms.web.frame import flashed, page
from oms.web.limits import limiter
from oms.web.markets import place
from storefront.account import access, codes
from storefront.privacy.copies import pages
from storefront.privacy.pages import at
from storefront.privacy.views import own_units

blueprint = Blueprint("copies", __name__)


@blueprint.post("/your-data/copy")
@limiter.limit("20 per hour")
def ask() -> ResponseReturnValue:
    """Have a copy built. Who is signed in for long proves the mailbox once more."""
    units = own_units()
    if units is None or (access.buyer_id() and not access.is_fresh()):
        door = "sign-in" if access.buyer_id() else "prove"
        return codes.going(f"/account/{door}?next=/your-data/")
    here, keys = place(), actions.prepare()
    with transaction() as session:
        word = actions.ask(session, Wanted(tuple(units), here.market, here.language), keys)
    return codes.going(f"/your-data/copies/{word}")


@blueprint.get("/your-data/copies/<word>")
def copy(word: str) -> ResponseReturnValue:
    """Show how far a copy is, and the button that takes it."""
    with reading() as session:
        found = queries.by_word(session, word)
    if not _may_take(found):
        return codes.going(f"/account/prove?next=/your-data/copies/{word}")
    shown = page(_("A copy of your data"), robots="noindex")
    return render_template(
        "store/privacy/copy.html", page=shown, flashes=flashed(), **pages.shown(found, word)
    )


@blueprint.get("/your-data/copies/<word>/progress")
def progress(word: str) -> ResponseReturnValue:
    """Answer how far a copy is, for the page that waits."""
    with reading() as session:
        found = queries.by_word(session, word)
    told = pages.progress(found, "")
    is_done = found.state not in UNDER_WAY
    url = at(f"/your-data/copies/{word}")
    return jsonify(done=told["done"], total=told["total"], text=told["text"], is_done=is_done, url=url)


@blueprint.post("/your-data/copies/<word>/take")
@limiter.limit("30 per hour")
def take(word: str) -> ResponseReturnValue:
    """Hand the file out, once; that it was taken is written down, and the file is gone."""
    with reading() as session:
        found = queries.by_word(session, word)
    if not _may_take(found):
        return codes.going(f"/account/prove?next=/your-data/copies/{word}")
    content = actions.take(word)
    if content is None:
        flash(_("This copy cannot be taken: it was taken already, or it is not ready."), "bad")
        return codes.going(f"/your-data/copies/{word}")
    answer = Response(content, mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{actions.FILE}"'
    return answer


def _may_take(found: Copy) -> bool:
    """Say whether the word suffices, as for what was asked for here, or the mailbox was proven besides."""
    return found.request_id is None or proofs.is_proven(found.unit)
