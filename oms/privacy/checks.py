"""What must hold of time: nothing stays a day longer than was said, and nobody waits too long."""

from datetime import timedelta

from flask import current_app

from oms.kernel import clock, egress, places
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading
from oms.kernel.egress import Recipient
from oms.privacy.breaches import queries as breaches
from oms.privacy.clearing import queries as clearing
from oms.privacy.clocks import calendar
from oms.privacy.clocks import queries as clocks
from oms.privacy.clocks.queries import Alarm
from oms.privacy.evidence import papers
from oms.privacy.minors import queries as minors
from oms.privacy.notice import claims
from oms.privacy.notice import queries as notice
from oms.privacy.official import queries as official
from oms.privacy.retention import queries
from oms.privacy.watching import queries as watching
from oms.web.doctor import Health, check

_A_MONTH = timedelta(days=30)
_AN_HOUR = timedelta(hours=1)
_A_DAY = timedelta(days=1)  # the retention run is daily
_MOST_NAMES = 10


@check("Files of the stores cleared of what was deleted", "See that a worker and a relay run.")
def _cleared() -> tuple[str, Health]:
    with reading(Role.WORKER) as session:
        found = clearing.last(session)
    if found is None:
        return "not yet", Health.NOTE
    is_late = clock.now() - found.ended_at > 2 * _A_DAY
    told = f"{found.ended_at:%Y-%m-%d %H:%M} UTC" + ("" if found.has_log else ", without the servers' logs")
    return told, Health.ILL if is_late else Health.WELL if found.has_log else Health.NOTE


@check("Old segments of the servers' logs are removed", "Set wal_recycle = off on both servers of Postgres.")
def _recycled() -> tuple[str, Health]:
    found = clearing.recycled()
    return ", ".join(f"{name} keeps them" for name in found) or "yes", Health.NOTE if found else Health.WELL


@check("Kept a day past its retention", "Run: flask --app wsgi retention run")
def _overdue() -> tuple[str, Health]:
    with reading(Role.WORKER) as session:
        found = queries.overdue(session, clock.now() - _A_DAY)
    told = ", ".join(f"{name}: {count}" for name, count in found.items())
    return told or "0", Health.ILL if found else Health.WELL


@check("Agreements with recipients of data", "Renew what ends, and say so in AGREEMENTS_END.")
def _agreements() -> tuple[str, Health]:
    ends, today = egress.ends(), clock.today()
    nobody = sorted(set(ends) - set(egress.RECIPIENTS))
    over = [name for name, last in ends.items() if last < today]
    soon = [name for name, last in ends.items() if today <= last < today + _A_MONTH]
    told = [f"{name} is no recipient" for name in nobody]
    told += [f"{name} ended on {ends[name]}" for name in over]
    told += [f"{name} ends on {ends[name]}" for name in soon]
    return ", ".join(told) or "hold", Health.ILL if nobody or over else Health.NOTE if soon else Health.WELL


@check("Certificates that are shown", "Bring the next one at the desk, under Privacy, Certificates.")
def _certificates() -> tuple[str, Health]:
    with reading() as session:
        found = [(one.name, one.ends_on) for one in papers.ending(session)]
    told = [f"{name} {'ended' if last < calendar.today() else 'ends'} on {last}" for name, last in found]
    return ", ".join(told) or "hold, or none", Health.NOTE if told else Health.WELL


@check(
    "What the notice claims without a certificate", "Bring the certificate at the desk, or change the words."
)
def _claims() -> tuple[str, Health]:
    with reading() as session:
        found = claims.unproved(session)
    return ", ".join(found) or "nothing", Health.ILL if found else Health.WELL


@check(
    "What is done before the notice tells it", "Take it back until that day, or run the release before it."
)
def _ahead() -> tuple[str, Health]:
    settings: Settings = current_app.extensions["settings"]
    with reading() as session:
        held, coming = notice.in_force(session), notice.announced(session)
    found = notice.differences(held.content, notice.content()) if held else []
    names = [one.name for one in found if one.is_material]
    if not names:
        return "nothing", Health.WELL
    day = f"told from {coming.since:%Y-%m-%d}" if coming else "not announced"
    return (
        f"{len(names)} {day}: {', '.join(names[:_MOST_NAMES])}",
        Health.ILL if settings.is_production else Health.NOTE,
    )


@check("Where data lies", "Say it in PLACES, with a mechanism and the day of the next assessment.")
def _places() -> tuple[str, Health]:
    today = clock.today()
    names = [*places.STORES, *egress.in_use()]
    ill = [f"{name}: {why}" for name in names if (why := places.trouble(name))]
    ill += [f"{name} is no store and no recipient" for name in sorted(set(places.declared()) - set(names))]
    found = [one for name in names if (one := places.find(name))]
    soon = [f"{one.name}: assessment due by {one.review}" for one in found if one.is_due_soon(today)]
    told = ill or soon
    return ", ".join(told) or "all said", Health.ILL if ill else Health.NOTE if soon else Health.WELL


def _used(settings: Settings) -> list[Recipient]:
    unused = set() if settings.carrier_url else {"carrier"}
    return [told for name, told in sorted(egress.in_use().items()) if name not in unused]


_REVIEW = "Name the last day in AGREEMENTS_END, or in AGREEMENTS_REVIEW the day to read it again."


@check("Agreements with a last day, or a day to read them again", _REVIEW)
def _reviews() -> tuple[str, Health]:
    settings: Settings = current_app.extensions["settings"]
    reviews, today = settings.agreements_review, clock.today()
    dated = {**reviews, **settings.agreements_end}
    nobody = sorted(set(reviews) - set(egress.RECIPIENTS))
    lacking = [told.name for told in _used(settings) if told.name not in dated]
    # One that has a last day ends by itself.
    open_ended = {name: by for name, by in reviews.items() if name not in settings.agreements_end}
    over = [name for name, by in open_ended.items() if by < today]
    soon = [name for name, by in open_ended.items() if today <= by < today + _A_MONTH]
    told = [f"{name} is no recipient" for name in nobody]
    told += [f"{', '.join(lacking)}: no day"] if lacking else []
    told += [f"{name}: to read again by {reviews[name]}" for name in [*over, *soon]]
    if nobody or ((lacking or over) and settings.is_production):
        return "; ".join(told), Health.ILL
    return "; ".join(told) or "all have one", Health.NOTE if told else Health.WELL


@check("Recipients' own privacy notices", "Name where each stands in POLICY_LINKS.")
def _policies() -> tuple[str, Health]:
    settings: Settings = current_app.extensions["settings"]
    lacking = [told.name for told in _used(settings) if not egress.policy_of(told).startswith("https://")]
    if not lacking:
        return "known", Health.WELL
    return f"unknown: {', '.join(lacking)}", Health.ILL if settings.is_production else Health.NOTE


@check("Alerts about looks at people", "Look into them at the desk, under Privacy, Looks at people.")
def _alerts() -> tuple[str, Health]:
    with reading() as session:
        found = watching.alerts(session)
    return str(len(found)), Health.ILL if found else Health.WELL


@check("Privacy requests near their day", "Answer them at the desk, under Privacy, the first listed first.")
def _pressing() -> tuple[str, Health]:
    with reading() as session:
        found = clocks.pressing(session, clock.now())
    told = ", ".join(f"{alarm}: {count}" for alarm, count in found.items())
    if Alarm.NOW in found or Alarm.LATE in found:
        return told, Health.ILL
    return told or "0", Health.NOTE if found else Health.WELL


@check("Breaches whose limit is over, or ends within a day", "Tell whom it names, under Privacy, Breaches.")
def _breaches() -> tuple[str, Health]:
    with reading() as session:
        found = [f"{breach.number}: {whom}" for breach, whom in breaches.late(session, clock.now())]
    return ", ".join(found) or "0", Health.ILL if found else Health.WELL


@check("Suspected children whose guardian did not answer in time", "See that a worker and a relay run.")
def _minors() -> tuple[str, Health]:
    with reading() as session:
        waiting, late = len(minors.under_way(session)), minors.late(session, clock.now() - _AN_HOUR)
    told = f"{late} late of {waiting}"
    return told if waiting else "0", Health.ILL if late else Health.WELL


@check("Emergency disclosures without a review", "Review them at the desk, under Privacy, Official requests.")
def _official() -> tuple[str, Health]:
    with reading() as session:
        waiting, late = official.waiting(session), official.unreviewed(session, clock.now())
    told = f"{late} late, {waiting} official requests wait"
    return told, Health.ILL if late else Health.NOTE if waiting else Health.WELL
