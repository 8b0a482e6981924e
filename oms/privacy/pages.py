"""Requests in the words of the desk."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from oms.kernel import clock
from oms.privacy.clocks import queries as clocks
from oms.privacy.clocks.queries import Alarm
from oms.privacy.erasure import queries as erasing
from oms.privacy.models import PrivacyRequest, RequestUnit, Telling
from oms.privacy.retention import queries as retention
from oms.privacy.states import OPEN, RequestState
from oms.privacy.telling.queries import has_way
from oms.web.filters import day, moment, number

_KINDS = {
    RequestState.RECEIVED: "waiting",
    RequestState.VERIFIED: "waiting",
    RequestState.IN_PROGRESS: "moving",
    RequestState.REFUSED: "gone",
    RequestState.WITHDRAWN: "gone",
}


def chip(state: RequestState) -> dict[str, str]:
    """Return a state as word and shape."""
    return {"word": _(state.replace("_", " ")), "kind": _KINDS.get(state, "done")}


def views(*, are_open: bool, waiting: int) -> list[dict[str, Any]]:
    """Return the two views of the list."""
    listed = [(_("Under way"), True, number(waiting) if waiting else ""), (_("Done"), False, "")]
    return [
        {
            "label": label,
            "url": url_for(".index", view=None if is_open else "done"),
            "count": count,
            "is_current": are_open == is_open,
        }
        for label, is_open, count in listed
    ]


def row(session: Session, found: PrivacyRequest) -> dict[str, Any]:
    """Return one line of the list."""
    return {
        "number": found.number,
        "url": url_for(".request_page", number=found.number),
        "kind": _("Deletion"),
        "about": _about(session, found),
        "received": day(found.received_at),
        "due": day(found.answer_by),
        "alarm": alarm_chip(found),
        "state": chip(found.state),
    }


def alarm_chip(found: PrivacyRequest) -> dict[str, str]:
    """Return how pressing an answer is, as word and shape; empty where nothing presses."""
    words = {
        Alarm.SOON: (_("business day 3"), "waiting"),
        Alarm.NOW: (_("business day 5"), "late"),
        Alarm.LATE: (_("late"), "late"),
    }
    word, kind = words.get(clocks.alarm(found, clock.now()), ("", ""))
    return {"word": word, "kind": kind}


def _about(session: Session, found: PrivacyRequest) -> str:
    waiting = erasing.units_of(session, found.id)
    return ", ".join(_unit(row.unit) for row in waiting) if waiting else _("nobody any more")


def _unit(unit: str) -> str:
    sort, _colon, name = unit.partition(":")
    return name if sort == "order" else _(sort)


def clock_pane(session: Session) -> list[dict[str, str]]:
    """Return what the next retention run would let go of."""
    found = retention.overdue(session, clock.now())
    return [
        {"what": _(name.replace("_", " ")), "due_today": number(count), "next": _("with the next daily run")}
        for name, count in found.items()
    ]


def detail(session: Session, found: PrivacyRequest) -> dict[str, Any]:
    """Return what the page of one request takes."""
    told = erasing.tellings_of(session, found.id)
    stays = (found.certificate or {}).get("stays", [])
    waiting = [_goes(row) for row in erasing.units_of(session, found.id)]
    return {
        "request": {
            "number": found.number,
            "kind": _("Deletion"),
            "about": _about(session, found),
            "due": day(found.answer_by),
            "target": day(found.target_by),
            "law": f"{day(found.legal_by)} ({found.regime})",
            "alarm": alarm_chip(found),
            "state": chip(found.state),
            "events": [
                {"text": _(event.state.replace("_", " ")), "when": moment(event.at)}
                for event in erasing.events_of(session, found.id)
            ],
        },
        "plan": {
            "goes": waiting if found.state in OPEN else _went(found),
            "stays": [(_(what), _(why), until) for what, why, until in stays],
        },
        "steps": [_step(found, row) for row in told if _is_for_a_hand(row)],
        "told": [_told(row) for row in told],
    }


def _goes(row: RequestUnit) -> tuple[str, str]:
    when = _("gone since %(day)s", day=day(row.gone_at)) if row.gone_at else _("waits for its return window")
    return when, _unit(row.unit)


def _went(found: PrivacyRequest) -> list[tuple[str, str]]:
    return [
        (", ".join(_(field.label) for field in fields), number(count))
        for fields, count in (erasing.went(found.certificate) if found.certificate else [])
    ]


def _step(found: PrivacyRequest, row: Telling) -> dict[str, str]:
    url = url_for(".note_told", number=found.number, recipient=row.recipient)
    label = _("%(who)s was told", who=row.recipient)
    return {"label": label, "url": url, "kind": "", "note": _("Write to them first; then note it here.")}


def _is_for_a_hand(row: Telling) -> bool:
    """Say whether somebody at the desk has to tell this recipient, now."""
    is_early = row.not_before is not None and row.not_before > clock.now()
    return row.told_at is None and not has_way(row) and not is_early


def _told(row: Telling) -> dict[str, Any]:
    if row.acknowledged_at:
        word = _("confirmed %(day)s: %(words)s", day=day(row.acknowledged_at), words=row.acknowledgment)
        return {"who": row.recipient, "state": {"word": word, "kind": "done"}}
    if row.told_at is None and row.not_before is not None and row.not_before > clock.now():
        word = _("not before %(day)s: refunds and disputes", day=day(row.not_before))
        return {"who": row.recipient, "state": {"word": word, "kind": "waiting"}}
    if row.told_at is None and has_way(row):
        return {"who": row.recipient, "state": {"word": _("is being told by itself"), "kind": "moving"}}
    if row.told_at:
        return {"who": row.recipient, "state": {"word": day(row.told_at), "kind": "done"}}
    return {"who": row.recipient, "state": {"word": _("to be told"), "kind": "waiting"}}
