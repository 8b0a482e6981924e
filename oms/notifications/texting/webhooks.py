"""The text service's door bell: verified on raw bytes, journaled without number and words, done at once."""

from datetime import datetime

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from oms.kernel import clock, inbox
from oms.kernel.db import reading, transaction
from oms.kernel.errors import NotFoundError
from oms.kernel.inbox import Told
from oms.notifications import letters
from oms.notifications.pages import SHOP_NAME, Reader, mailbox, reader_in
from oms.notifications.texting import actions, gateway, queries, wire
from oms.notifications.texting.states import Answer, meaning
from oms.notifications.texting.wire import Inbound, Report
from oms.web import security
from oms.web.limits import is_first_today, limiter

blueprint = Blueprint("text_webhook", __name__)
# Who told, in the journal; its facts are `texts.told`.
_PROVIDER = "texts"


@blueprint.post("/webhooks/texts")
@security.from_outside
@limiter.exempt
def text_webhook() -> ResponseReturnValue:
    """Take a report of a text, or what somebody answered; a STOP holds when this has answered.

    200 with the reply that is to be sent, 204 without one; 400 for anything that is not signed, or is more
    than was agreed.
    """
    if not gateway.is_on():
        raise NotFoundError
    body = request.get_data(cache=False)
    if len(body) > wire.MOST_BYTES:
        return "too large", 413
    try:
        event = wire.read(body, request.headers.get("Text-Signature", ""), gateway.secrets_of(), clock.now())
    except (ValueError, RecursionError):
        return "not a signed event", 400
    if isinstance(event, Report):
        _keep_report(event, body)
        return "", 204
    reply = _answered(event)
    return jsonify(reply=reply) if reply else ("", 204)


def _keep_report(event: Report, body: bytes) -> None:
    told = Told(_PROVIDER, event.event_id, event.type, f"text:{event.key}", event.at, event.state)
    with reading() as session:
        is_ours = queries.is_known(session, event.key)
    if is_ours:
        with transaction() as session:
            inbox.journal(session, told, body)


def _answered(event: Inbound) -> str:
    """Do what an answer means, once; return what to reply, once a day for each meaning and number."""
    said = meaning(event.text)
    with transaction() as session:
        if not inbox.journal(session, _trace(event.event_id, event.type, event.at, said), b""):
            return ""
        units = queries.units_of_phone(session, event.phone)
        reader = letters.reader_of_unit(session, units[0]) if units else reader_in("eu", "en")
        if said is Answer.STOP:
            actions.stop(session, units, reader.language)
    return _reply(said, reader) if is_first_today(f"text {said}", event.phone) else ""


def _trace(event_id: str, kind: str, at: datetime, said: Answer) -> Told:
    """Return what is journaled of an answer: what it meant. A hash of its body would tell who wrote it."""
    return Told(_PROVIDER, event_id, kind, "", at, said)


def _reply(said: Answer, reader: Reader) -> str:
    _, page = reader.say, f"{reader.home}/your-data/"
    if said is Answer.STOP:
        return _("%(shop)s: you get no more texts. Your choices: %(url)s", shop=SHOP_NAME, url=page)
    if said is Answer.START:
        return _("%(shop)s: to get texts again, say so here: %(url)s", shop=SHOP_NAME, url=page)
    return _("%(shop)s: nobody reads this number. Please write to %(mail)s", shop=SHOP_NAME, mail=mailbox())
