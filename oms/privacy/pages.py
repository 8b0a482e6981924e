"""Requests in the words of the desk."""

from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from oms.kernel import clock
from oms.privacy.asking import queries as asking
from oms.privacy.asking.forms import DenialForm
from oms.privacy.asking.grounds import BECAUSE, REASONS
from oms.privacy.clocks import queries as clocks
from oms.privacy.clocks.queries import Alarm
from oms.privacy.clocks.regimes import Regime
from oms.privacy.erasure import queries as erasing
from oms.privacy.locking import pages as holding
from oms.privacy.locking import queries as locks
from oms.privacy.locking.forms import DecisionForm
from oms.privacy.minors import queries as minors
from oms.privacy.models import PrivacyRequest, RequestUnit, Telling
from oms.privacy.retention import queries as retention
from oms.privacy.states import BY_ITSELF, OPEN, RequestKind, RequestState, Source
from oms.privacy.telling.queries import has_way
from oms.web.filters import day, moment, number, party
from oms.web.frame import flashed, page

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
        "kind": kind_words(found.kind),
        "source": _(found.source),
        "about": _about(session, found),
        "received": day(found.received_at),
        "age": _("%(days)s days", days=(clock.now() - found.received_at).days),
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
    case = minors.of_request(session, found) if found.kind is RequestKind.MINOR else None
    if case is not None:
        return ", ".join(unit_words(unit) for unit in minors.units_of(session, case.id)) or _(
            "nobody any more"
        )
    if not waiting and found.state is RequestState.RECEIVED:
        return str(_("not proven yet"))
    return ", ".join(unit_words(row.unit) for row in waiting) if waiting else _("nobody any more")


def unit_words(unit: str) -> str:
    """Return an order number, or the sort of another unit."""
    sort, _colon, name = unit.partition(":")
    return name if sort == "order" else _(sort)


def clock_pane(session: Session) -> list[dict[str, str]]:
    """Return what the next retention run would let go of."""
    found = retention.overdue(session, clock.now())
    return [
        {"what": _(name.replace("_", " ")), "due_today": number(count), "next": _("with the next daily run")}
        for name, count in found.items()
    ]


def detail(
    session: Session,
    found: PrivacyRequest,
    *,
    words: str = "",
    denial: DenialForm | None = None,
    decision: DecisionForm | None = None,
) -> dict[str, Any]:
    """Return what the page of one request takes; `words` are the person's own, where they were opened."""
    told, held = erasing.tellings_of(session, found.id), locks.of_request(session, found.id)
    stays = (found.certificate or {}).get("stays", [])
    is_erasure = found.kind is RequestKind.ERASURE
    waiting = [_goes(row) for row in erasing.units_of(session, found.id)] if is_erasure else []
    return {
        "request": {
            "number": found.number,
            "kind": kind_words(found.kind),
            "because": _(BECAUSE[found.because]) if found.because else "",
            "source": _(found.source),
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
        "steps": [*_case_steps(session, found), *(_step(found, row) for row in told if _is_for_a_hand(row))],
        "hint": _file_hint(found),
        "words": words,
        "refusal": _refusal(session, found),
        "denial": _denial(found, denial),
        "told": [_told(row) for row in told],
        "locks": holding.rows(held, unit_words),
        "decision": holding.decision(found, held, decision),
    }


def _file_hint(found: PrivacyRequest) -> str:
    if found.kind is not RequestKind.COPY or found.state not in OPEN:
        return ""
    return str(_("Once it is proven the file is made by itself, for its person alone. Nobody here sees it."))


def kind_words(kind: RequestKind) -> str:
    """Return what somebody asks for, in a word."""
    return str(_("Deletion") if kind is RequestKind.ERASURE else _(kind.capitalize()))


def filters(chosen_kind: str, chosen_source: str) -> list[dict[str, Any]]:
    """Return what the list can be narrowed to: everything, one kind, one way in."""
    listed: list[tuple[str, dict[str, str]]] = [(_("Everything"), {})]
    listed += [(kind_words(kind), {"kind": kind.value}) for kind in RequestKind]
    listed += [(_("by %(way)s", way=source.value), {"source": source.value}) for source in Source]
    chosen = {k: v for k, v in (("kind", chosen_kind), ("source", chosen_source)) if v}
    return [
        {"label": label, "url": url_for(".index", **_given(by)), "is_current": by == chosen}
        for label, by in listed
    ]


def _given(values: dict[str, str]) -> dict[str, Any]:
    return dict(values)


def sheet(title: str, *, back: str = "", **values: Any) -> str:  # noqa: ANN401 - what the template lists
    """Return a sheet of the desk, printed; what is not given is empty."""
    given = {"chip": None, "sentences": [], "facts": [], "tables": [], "forms": [], "steps": [], **values}
    shown = page(title, robots="noindex", back=back or url_for("oms.privacy.index"))
    return render_template("desk/privacy/sheet.html", page=shown, flashes=flashed(), **given)


def table(title: str, heads: list[str], rows: list[list[tuple[str, str]]]) -> dict[str, Any]:
    """Return a table of a sheet; a cell is words and, perhaps, an address."""
    return {"title": title, "heads": [{"label": one} for one in heads], "rows": rows, "empty": _("None.")}


def _case_steps(session: Session, found: PrivacyRequest) -> list[dict[str, str]]:
    steps: list[tuple[str, str, dict[str, str], str]] = []
    if found.contact_unit:
        steps.append((_("Read what they wrote"), "oms.asking.read_words", {}, _("The look is on record.")))
    refusal = asking.refusal(session, found.id)
    if refusal is not None and refusal.is_pending and found.state in OPEN:
        steps.append((_("Agree to the refusal"), "oms.asking.review", {"verdict": "yes"}, ""))
        steps.append((_("Throw the refusal out"), "oms.asking.review", {"verdict": "no"}, ""))
    elif held := locks.pending(locks.of_request(session, found.id)):
        if all(one.told_at for one in held):
            steps.append((_("Lift the lock"), "oms.locking.lift", {}, _("The data is used again.")))
    elif found.state is RequestState.IN_PROGRESS and found.kind not in BY_ITSELF:
        steps.append((_("It is done"), "oms.asking.answered", {}, _("The mailbox hears of it.")))
    return [
        {
            "label": label,
            "url": url_for(where, **_given({"number": found.number, **more})),
            "kind": "",
            "note": note,
        }
        for label, where, more, note in steps
    ]


def _refusal(session: Session, found: PrivacyRequest) -> list[tuple[str, str]]:
    refusal = asking.refusal(session, found.id)
    if refusal is None:
        return []
    reason = REASONS[refusal.ground]
    state = _("waits for a second reviewer") if refusal.is_pending else _("in force")
    return [
        (_("Ground"), _(reason.words)),
        (_("Article"), reason.articles[Regime(found.regime)]),
        (_("Reason code"), reason.drp),
        (_("Keeps back"), ", ".join(refusal.fields) or _("everything")),
        (_("State"), state),
        (_("Proposed by"), refusal.proposed_by),
        (_("Reviewed by"), refusal.reviewed_by or _("nobody")),
    ]


def _denial(found: PrivacyRequest, form: DenialForm | None) -> dict[str, Any] | None:
    if found.state not in OPEN:
        return None
    shown = form if form is not None else DenialForm(formdata=None)
    return {"form": shown, "url": url_for("oms.asking.refuse", number=found.number)}


def _goes(row: RequestUnit) -> tuple[str, str]:
    when = _("gone since %(day)s", day=day(row.gone_at)) if row.gone_at else _("waits for its return window")
    return when, unit_words(row.unit)


def _went(found: PrivacyRequest) -> list[tuple[str, str]]:
    return [
        (", ".join(_(field.label) for field in fields), number(count))
        for fields, count in (erasing.went(found.certificate) if found.certificate else [])
    ]


def _step(found: PrivacyRequest, row: Telling) -> dict[str, str]:
    url = url_for(".note_told", number=found.number, recipient=row.recipient)
    label = _("%(who)s was told", who=party(row.recipient))
    return {"label": label, "url": url, "kind": "", "note": _("Write to them first; then note it here.")}


def _is_for_a_hand(row: Telling) -> bool:
    """Say whether somebody at the desk has to tell this recipient, now."""
    is_early = row.not_before is not None and row.not_before > clock.now()
    return row.told_at is None and not has_way(row) and not is_early


def _told(row: Telling) -> dict[str, Any]:
    if row.acknowledged_at:
        word = _("confirmed %(day)s: %(words)s", day=day(row.acknowledged_at), words=row.acknowledgment)
        return {"who": party(row.recipient), "state": {"word": word, "kind": "done"}}
    if row.told_at is None and row.not_before is not None and row.not_before > clock.now():
        word = _("not before %(day)s: refunds and disputes", day=day(row.not_before))
        return {"who": party(row.recipient), "state": {"word": word, "kind": "waiting"}}
    if row.told_at is None and has_way(row):
        return {
            "who": party(row.recipient),
            "state": {
                "word": _("is being told by itself, asked on %(day)s", day=day(row.asked_at)),
                "kind": "moving",
            },
        }
    if row.told_at:
        return {"who": party(row.recipient), "state": {"word": day(row.told_at), "kind": "done"}}
    return {
        "who": party(row.recipient),
        "state": {"word": _("to be told, since %(day)s", day=day(row.asked_at)), "kind": "waiting"},
    }
