"""The plan, a request and a certificate in words."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from oms.kernel import clock
from oms.kernel.register import Field
from oms.privacy.asking.grounds import BECAUSE
from oms.privacy.clearing import queries as clearing
from oms.privacy.erasure import queries
from oms.privacy.erasure.queries import Going, OpenOrder, Plan, Stage
from oms.privacy.models import PrivacyRequest, RequestEvent, Telling
from oms.privacy.parcels.queries import is_parcel
from oms.privacy.states import OPEN, RequestKind, RequestState, Way
from oms.web.filters import long_date, moment, money, party
from storefront.privacy.asking.forms import KIND_NAMES
from storefront.privacy.pages import at, unit_words

# A backup of the keys lives for a week at most.
KEY_BACKUPS = timedelta(days=7)


def labels(fields: Sequence[Field]) -> str:
    """Return what a record holds, by the labels of its fields."""
    return ", ".join(_(field.label) for field in fields)


def plan(planned: Plan) -> dict[str, Any]:
    """Return what the page of the plan takes."""
    return {
        "goes": _by_place(planned.goes),
        "stays": [
            (_(stay.what), _(stay.why), _("until %(day)s", day=long_date(stay.until)))
            for stay in planned.stays
        ],
        "tells": [party(name) for name in planned.recipients],
        "open_order": _open(planned) if planned.open_orders else None,
        "yes": _("Delete it"),
        "back_url": at("/your-data/"),
    }


def _by_place(goes: Sequence[Going]) -> list[tuple[str, str]]:
    """Return what goes of each order, account or request: a field once, and nothing where all is empty."""
    found: dict[str, dict[str, None]] = {}
    for one in goes:
        found.setdefault(unit_words(one.unit), {}).update(dict.fromkeys(_(f.label) for f in one.fields))
    return [(", ".join(names), place) for place, names in found.items() if names]


def _open(planned: Plan) -> dict[str, Any]:
    return {
        "question": _question(planned.open_orders),
        "way": Way.LATER.value,
        "ways": [_way(way, planned.open_orders) for way in planned.ways],
    }


def _question(found: Sequence[OpenOrder]) -> str:
    number = ", ".join(order.number for order in found)
    words = {
        Stage.UNPAID: _("Your order %(number)s waits for its payment. How shall we do it?", number=number),
        Stage.IN_PREPARATION: _(
            "Your order %(number)s is being prepared. How shall we do it?", number=number
        ),
        Stage.ON_ITS_WAY: _("Your order %(number)s is still on its way. How shall we do it?", number=number),
    }
    several = _("Your orders %(number)s are not finished. How shall we do it?", number=number)
    return str(words.get(found[0].stage, several) if len(found) == 1 else several)


def _way(way: Way, found: tuple[OpenOrder, ...]) -> dict[str, str]:
    if way is Way.NOW:
        back = ", ".join(money(order.refund) for order in found)
        return {
            "value": way.value,
            "label": _("Cancel, refund and delete now"),
            "note": _("%(amount)s goes back to you, the way it came.", amount=back),
        }
    if all(order.stage is Stage.UNPAID for order in found):
        return {
            "value": way.value,
            "label": _("Wait until its payment is certain, then delete by itself"),
            "note": _(
                "Within a day if no payment comes, else after delivery and your right to return."
                " Everything else goes now."
            ),
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
            "what": str(KIND_NAMES[found.kind]),
            "because": _(BECAUSE[found.because]) if found.because else "",
            "state": state_chip(found.state),
            "due": _due(found),
            "events": [_event(event) for event in queries.events_of(session, found.id)],
        },
        "answer": _answer(session, found),
        "certificate_url": "",
        "withdraw_url": at(f"/your-data/requests/{found.ref}/withdraw") if is_open else "",
        "back_url": at("/your-data/"),
    }


def _answer(session: Session, found: PrivacyRequest) -> str:
    if found.state is RequestState.WITHDRAWN:
        return str(_("You took this request back."))
    if found.state not in OPEN:
        return str(_("The answer went to your mailbox."))
    if found.kind is RequestKind.COPY:
        return str(_("We make the file of your copy. A mail with its link tells you when it is ready."))
    if found.kind is not RequestKind.ERASURE:
        return str(_("Somebody of us does it by hand, and writes to your mailbox."))
    return _waiting(session, found)


def _due(found: PrivacyRequest) -> str:
    if found.answered_at is not None:
        return str(_("We answered on %(day)s.", day=long_date(found.answered_at)))
    return str(_("We answer by %(day)s.", day=long_date(found.answer_by)))


def _waiting(session: Session, found: PrivacyRequest) -> str:
    """Return what a request still waits for: one sentence for each stage that some of its orders are in."""
    counts: Counter[Stage] = Counter()
    rows = queries.units_of(session, found.id)
    if any(is_parcel(row.unit) for row in rows):
        return str(_("We delete it by itself once the parcel has arrived."))
    for row in rows:
        order = queries.order_of(session, row.unit)
        if row.gone_at is None:
            counts[queries.stage_of(session, order) if order else Stage.ENDED] += 1
    return " ".join(_stage_words(stage, counts[stage]) for stage in Stage if counts[stage])


def _stage_words(stage: Stage, count: int) -> str:
    words = {
        Stage.UNPAID: ngettext(
            "%(num)s order waits for its payment. Without one it is deleted by itself within a day.",
            "%(num)s orders wait for their payment. Without one they are deleted by themselves within a day.",
            count,
        ),
        Stage.IN_PREPARATION: ngettext(
            "%(num)s order is being prepared. It is deleted by itself after your right to return.",
            "%(num)s orders are being prepared. They are deleted by themselves after your right to return.",
            count,
        ),
        Stage.ON_ITS_WAY: ngettext(
            "%(num)s order is still on its way. It is deleted by itself after your right to return.",
            "%(num)s orders are still on their way."
            " They are deleted by themselves after your right to return.",
            count,
        ),
        Stage.ARRIVED: ngettext(
            "%(num)s order has arrived. It is deleted by itself when your right to return ends.",
            "%(num)s orders have arrived. They are deleted by themselves when your right to return ends.",
            count,
        ),
        Stage.ENDED: ngettext("%(num)s part goes now.", "%(num)s parts go now.", count),
    }
    return str(words[stage])


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
            "dates": [
                (f"{labels(fields)} ({count})", when) for fields, count in queries.went(told) if fields
            ],
            "let_go_foot": "",
        },
        "told": [_telling(row) for row in queries.tellings_of(session, found.id)],
        "backups": " ".join([_cleared(session, gone), _backups(gone)]),
        "progress": None,
    }


def _cleared(session: Session, gone: datetime) -> str:
    day = clearing.cleared_after(session, gone)
    if day is None:
        return str(_("Its traces in the files of our databases are cleared in the coming night."))
    return str(_("Its traces in the files of our databases were cleared on %(day)s.", day=long_date(day)))


def _backups(gone: datetime) -> str:
    day = long_date(gone + KEY_BACKUPS)
    return str(_("From %(day)s on, no backup of ours can bring it back.", day=day))


def _telling(row: Telling) -> tuple[str, str]:
    if row.acknowledged_at:
        return party(row.recipient), _("has confirmed on %(day)s", day=long_date(row.acknowledged_at))
    if row.told_at is None and row.not_before is not None and row.not_before > clock.now():
        when = long_date(row.not_before)
        words = _("is told after %(day)s, when no refund or dispute can need it", day=when)
        return party(row.recipient), words
    if row.told_at:
        return party(row.recipient), _("told on %(day)s", day=long_date(row.told_at))
    return party(row.recipient), _("is told within a month")


def _day(written: str) -> str:
    return long_date(date.fromisoformat(written))
