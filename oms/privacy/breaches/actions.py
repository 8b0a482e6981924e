"""Opening a breach with its people, writing the notice, sending it; nothing goes with an empty part."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from oms.kernel import audit, clock, ids, outbox
from oms.kernel.audit import Actor
from oms.kernel.errors import BadInputError, IllegalMoveError
from oms.kernel.register import KINDS
from oms.privacy.breaches import queries
from oms.privacy.breaches.models import Breach, BreachUnit
from oms.privacy.breaches.queries import Extent, Numbers
from oms.privacy.breaches.states import GAP, PARTS, REPORT, BreachState, Leak, Reach

_BATCH = 1000
_HAPPENED = {
    Leak.TABLE: "Somebody who may not could read a part of our records.",
    Leak.WINDOW: "Somebody who may not could read our records for some time.",
    Leak.SESSION: "Somebody used the access of a member of our staff to look at orders.",
    Leak.BACKUP: "A backup of our records came into wrong hands.",
}
# The first words of each part; a gap where it is different each time, so that somebody has to write it.
_DRAFT = {
    "what_we_do": "We looked at once for everybody whom it concerns, and tell each of them. We report it to"
    f" the data protection authority within 72 hours. {GAP}",
    "what_you_can_do": "Look out for mails in our name that ask for money or codes. You can delete your data"
    " on the page of your data at any time.",
    "remedies": "Write to us for any harm. You can complain to your data protection authority.",
}


def open_breach(session: Session, extent: Extent, *, by: Actor) -> Breach:
    """Write a breach with everybody it affects and a draft of the notice; both clocks run from now.

    Raises BadInputError for a table that leads to nobody, or an end before its beginning.
    """
    if extent.until < extent.since:
        raise BadInputError("The end is before the beginning.", field="until")
    units, now = queries.affected(session, extent), clock.now()
    breach = Breach(
        number=ids.order_number(),
        state=BreachState.OPEN,
        leak=extent.leak,
        named=extent.named,
        since=extent.since,
        until=extent.until,
        found_at=now,
        report={},
        parts={},
    )
    session.add(breach)
    session.flush()
    for start in range(0, len(units), _BATCH):
        rows = [
            {"breach_id": breach.id, "unit": unit, "reach": Reach.WAITING, "at": now}
            for unit in units[start : start + _BATCH]
        ]
        session.execute(insert(BreachUnit), rows)
    found = queries.numbers(session, breach.id)
    breach.parts, breach.report = _notice(breach, found), _report(breach, found)
    audit.record(session, by, f"breach.open.{extent.leak}", f"breach:{breach.number}")
    return breach


def _notice(breach: Breach, found: Numbers) -> dict[str, str]:
    """Return the first words of the notice, in the order of its parts."""
    sorts = ", ".join(_sorts(found)) or "data"
    impact = (
        f"It concerns your {sorts}. Whoever read it could write to you or call you, and pretend to be us."
    )
    happened = {"what_happened": _HAPPENED[breach.leak], "possible_impact": f"{impact} {GAP}"}
    return {part: {**happened, **_DRAFT}[part] for part in PARTS}


def _report(breach: Breach, found: Numbers) -> dict[str, str]:
    """Return the first words of the report: what is counted, and gaps for what somebody has to judge."""
    units = ", ".join(f"{count} of {sort}" for sort, count in found.units.items())
    records = ", ".join(f"{count} of {name}" for name, count in found.records.items() if name in KINDS)
    window = f"From {breach.since:%Y-%m-%d %H:%M} until {breach.until:%Y-%m-%d %H:%M} UTC."
    named = f" Named: {breach.named}." if breach.named else ""
    return {
        "nature": f"{_HAPPENED[breach.leak]} {window}{named} Found {breach.found_at:%Y-%m-%d %H:%M} UTC.",
        "concerned": f"At most {found.people} people who bought or asked here. Units: {units or 'none'}."
        f" Records: {records or 'none'}. Categories: {', '.join(_sorts(found)) or 'none'}."
        " Every record is sealed with a key of its own.",
        "contact": f"Name and mailbox of who answers: {GAP}",
        "consequences": f"Mails or calls to the people concerned, in our name or another. {GAP}",
        "measures": f"Everybody concerned was found by what leads to them, and is told. {GAP}",
    }


def _sorts(found: Numbers) -> list[str]:
    kinds = (KINDS[name] for name in found.records if name in KINDS)
    return sorted({str(field.category) for kind in kinds for field in kind.fields})


def write_notice(session: Session, breach: Breach, parts: Mapping[str, str], *, by: Actor) -> None:
    """Replace the parts of the notice. Raises IllegalMoveError once it is being sent."""
    if breach.state is not BreachState.OPEN:
        raise IllegalMoveError("This notice is on its way already.")
    breach.parts = {part: parts.get(part, "").strip() for part in PARTS}
    audit.record(session, by, "breach.write", f"breach:{breach.number}")


def write_report(session: Session, breach: Breach, report: Mapping[str, str], *, by: Actor) -> None:
    """Replace the parts of the report. Raises IllegalMoveError once the authority was told."""
    if breach.authority_told_at is not None:
        raise IllegalMoveError("The authority has this report already.")
    breach.report = {part: report.get(part, "").strip() for part in REPORT}
    audit.record(session, by, "breach.report", f"breach:{breach.number}")


def send(session: Session, breach: Breach, *, by: Actor) -> None:
    """Have everybody told. Raises BadInputError while a part is empty, and then nobody is."""
    empty = breach.missing()
    if empty:
        raise BadInputError(f"Write every part of the notice first: {', '.join(empty)}.", field=empty[0])
    breach.become(BreachState.TELLING)
    breach.sent_at = clock.now()
    audit.record(session, by, "breach.send", f"breach:{breach.number}")
    for unit in session.scalars(select(BreachUnit.unit).where(BreachUnit.breach_id == breach.id)):
        outbox.say(session, "breach.tell", breach=breach.id, unit=unit)
    finish(session, breach.id)


def note_told(session: Session, breach: Breach, whom: str, *, by: Actor) -> None:
    """Note that the authority, or the platforms, were told; again, the first moment stays.

    Raises BadInputError for the authority while a part of its report is empty.
    """
    if whom == "authority":
        empty = breach.unreported()
        if empty:
            raise BadInputError(f"Write every part of the report first: {', '.join(empty)}.", field=empty[0])
        breach.authority_told_at = breach.authority_told_at or clock.now()
    elif whom == "platform":
        breach.platform_told_at = breach.platform_told_at or clock.now()
    else:
        raise BadInputError("Nobody of this name has to be told.")
    audit.record(session, by, f"breach.told.{whom}", f"breach:{breach.number}")


def note_reach(session: Session, breach_id: int, unit: str, reach: Reach, evidence: str) -> None:
    """Write how somebody was reached, and what shows it; the breach is told with the last of them."""
    row = session.get(BreachUnit, (breach_id, unit), with_for_update=True)
    if row is None or row.reach is not Reach.WAITING:
        return
    row.reach, row.at, row.evidence = reach, clock.now(), evidence
    session.flush()
    finish(session, breach_id)


def note_text(session: Session, evidence: str, *, arrived: bool) -> None:
    """Write what became of a text that told of a breach; for one that did not arrive the page stands in."""
    named = BreachUnit.evidence.endswith(f"; {evidence}", autoescape=True)
    reach, how = (Reach.TEXTED, "arrived") if arrived else (Reach.ON_PAGE, "did not arrive")
    told = {"reach": reach, "at": clock.now(), "evidence": func.concat(BreachUnit.evidence, f" {how}")}
    session.execute(update(BreachUnit).where(named, BreachUnit.reach == Reach.TEXTED).values(**told))


def note_seen(session: Session, units: Sequence[str]) -> None:
    """Write that somebody saw on their page what no mail could tell them: that is its evidence."""
    theirs = (BreachUnit.unit.in_(units), BreachUnit.reach == Reach.ON_PAGE)
    seen = {"reach": Reach.SEEN, "at": clock.now(), "evidence": "page"}
    session.execute(update(BreachUnit).where(*theirs).values(**seen))


def finish(session: Session, breach_id: int) -> None:
    """Move a breach on when nobody waits any more."""
    waiting = queries.counts(session, breach_id).get(Reach.WAITING, 0)
    breach = session.get_one(Breach, breach_id)
    if not waiting and breach.state is BreachState.TELLING:
        breach.become(BreachState.TOLD)
