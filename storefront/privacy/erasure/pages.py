"""The plan, a request and a certificate in words."""

from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from oms.kernel.register import KINDS
from oms.privacy.erasure import queries
from oms.privacy.erasure.queries import OpenOrder, Plan
from oms.privacy.models import PrivacyRequest, RequestEvent, Telling
from oms.privacy.states import OPEN, RequestState, Way
from oms.web.filters import long_date, moment, money
from storefront.privacy.pages import at, unit_words

# A backup of the keys lives for a week at most.
KEY_BACKUPS = timedelta(days=7)


def labels(kind_name: str) -> str:
    """Return what a kind of record holds, by the labels of its fields."""
    kind = KINDS.get(kind_name)
    return ", ".join(_(field.label) for field in kind.fields) if kind else kind_name


def plan(planned: Plan) -> dict[str, Any]:
    """Return what the page of the plan takes."""
    return {
        "goes": [(labels(kind.name), unit_words(unit)) for kind, unit in planned.goes],
        "stays": [
            (_(stay.what), _(stay.why), _("until %(day)s", day=long_date(stay.until)))
            for stay in planned.stays
        ],
        "tells": list(planned.recipients),
        "open_order": _open(planned) if planned.open_orders else None,
        "yes": _("Delete it"),
        "back_url": at("/your-data/"),
    }


def _open(planned: Plan) -> dict[str, Any]:
    return {
        "number": ", ".join(order.number for order in planned.open_orders),
        "way": Way.LATER.value,
        "ways": [_way(way, planned.open_orders) for way in planned.ways],
    }


def _way(way: Way, found: tuple[OpenOrder, ...]) -> dict[str, str]:
    if way is Way.NOW:
        back = ", ".join(money(order.refund) for order in found)
        return {
            "value": way.value,
            "label": _("Cancel, refund and delete now"),
            "note": _("%(amount)s goes back to you, the way it came.", amount=back),
        }
    return {
        "value": way.value,
        "label": _("Let it arrive, then delete by itself"),
        "note": _("After delivery and your right to return. Everything else goes now."),
    }


def state_chip(state: RequestState) -> dict[str, str]:
    """Return a state as word and shape."""
    words = {
        RequestState.RECEIVED: (_("received"), "waiting"),
        RequestState.VERIFIED: (_("received"), "waiting"),
        RequestState.IN_PROGRESS: (_("under way"), "moving"),
        RequestState.FULFILLED: (_("done"), "done"),
        RequestState.PARTLY_REFUSED: (_("done, with an exception"), "done"),
        RequestState.REFUSED: (_("refused"), "gone"),
        RequestState.WITHDRAWN: (_("taken back"), "gone"),
    }
    word, kind = words[state]
    return {"word": word, "kind": kind}


def request_page(session: Session, found: PrivacyRequest) -> dict[str, Any]:
    """Return what the page of a request takes that is not done, or was taken back."""
    is_open = found.state in OPEN
    return {
        "request": {
            "number": found.number,
            "what": _("Delete your data"),
            "state": state_chip(found.state),
            "due": _("We answer by %(day)s.", day=long_date(found.answer_by)) if is_open else "",
            "events": [_event(event) for event in queries.events_of(session, found.id)],
        },
        "answer": _waiting(session, found) if is_open else _("You took this request back."),
        "certificate_url": "",
        "withdraw_url": at(f"/your-data/requests/{found.ref}/withdraw") if is_open else "",
        "back_url": at("/your-data/"),
    }


def _waiting(session: Session, found: PrivacyRequest) -> str:
    left = sum(1 for row in queries.units_of(session, found.id) if row.gone_at is None)
    sentence = ngettext(
        "%(num)s order is still on its way. It is deleted by itself after your right to return.",
        "%(num)s orders are still on their way. They are deleted by themselves after your right to return.",
        left,
    )
    return str(sentence)


def _event(event: RequestEvent) -> dict[str, str]:
    words = {
        RequestState.RECEIVED: _("You asked"),
        RequestState.VERIFIED: _("Your mailbox was proven"),
        RequestState.IN_PROGRESS: _("We began"),
        RequestState.WITHDRAWN: _("You took it back"),
    }
    return {"text": str(words.get(event.state) or _("We were done")), "when": moment(event.at)}


def certificate(session: Session, found: PrivacyRequest) -> dict[str, Any]:
    """Return what the page of a certificate takes: kinds, counts and days."""
    told: dict[str, Any] = found.certificate or {}
    gone = found.settled_at or found.received_at
    when = moment(gone)
    rows = [(_(what), _("until %(day)s", day=_day(until))) for what, _why, until in told["stays"]]
    return {
        "number": found.number,
        "date": long_date(gone),
        "record": {
            "keep": _("What stays"),
            "let_go": _("What went"),
            "rows": rows or [(_("Nothing"), "")],
            "foot": " ".join(_(why) for _what, why, _until in told["stays"]),
            "dates": [(f"{labels(name)} ({count})", when) for name, count in told["kinds"].items()],
            "let_go_foot": "",
        },
        "told": [_telling(row) for row in queries.tellings_of(session, found.id)],
        "backups": _(
            "From %(day)s on, no backup of ours can bring it back.", day=long_date(gone + KEY_BACKUPS)
        ),
        "progress": None,
    }


def _telling(row: Telling) -> tuple[str, str]:
    if row.told_at:
        return row.recipient, _("told on %(day)s", day=long_date(row.told_at))
    return row.recipient, _("is told within a month")


def _day(written: str) -> str:
    return long_date(date.fromisoformat(written))
