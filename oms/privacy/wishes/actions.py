"""Saying yes and no: at once, for every message that is not handed over yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, exists, insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from oms.kernel import audit, clock, gates
from oms.kernel.audit import Actor
from oms.kernel.vault.models import SealedRow
from oms.privacy.states import Channel
from oms.privacy.wishes import queries
from oms.privacy.wishes.models import Wish
from oms.privacy.wishes.queries import Answer
from oms.privacy.wishes.states import WORDING, Choice, WishPurpose, WishWay, hash_of


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said: yes or no, to which purpose on which channel, in which language, and how."""

    choice: Choice
    channel: Channel
    purpose: WishPurpose = WishPurpose.NEWS
    language: str = "en"
    way: WishWay = WishWay.PAGE


def say(session: Session, units: Sequence[str], said: Said, *, by: Actor) -> int:
    """Write what somebody said with each of their units; return with how many.

    A unit of which nothing is kept is left out: there is nobody to write to. Said again, the first day stays.
    A no waits for what is being handed over to its person at this moment, and nothing follows its commit.
    """
    return _write(session, units, said, by)


def _write(session: Session, units: Sequence[str], said: Said, by: Actor) -> int:
    if said.choice is Choice.WITHDRAWN:
        gates.shut(session, units)
    answer = Answer(
        *(said.purpose, said.channel, said.choice),
        text_hash=hash_of(said.purpose, said.channel, said.language),
        wording=WORDING,
        language=said.language,
        at=clock.now(),
    )
    there = _kept(session, units)
    _add(session, there, answer, said.way, by)
    return len(there)


def hear(session: Session, units: Sequence[str], language: str, *, by: Actor) -> bool:
    """Keep a browser's own no to selling and sharing. Return whether that ended an earlier yes.

    The first time it ends offers too, the widest reading of it; a yes that is said after it stands, as it is
    about this shop alone. That the signal is absent says nothing, and brings nothing back.
    """
    sharing = (WishPurpose.SHARING, Channel.INBOX)
    rows = queries.replay(queries.ledger(session, units)).values()
    refused = {(row.purpose, row.channel) for row in rows if row.choice is Choice.WITHDRAWN}
    ending = {WishPurpose.SHARING} if sharing in refused else {WishPurpose.SHARING, WishPurpose.PROMOTIONS}
    given = {(row.purpose, row.channel) for row in rows if row.choice is Choice.GIVEN}
    ended = {one for one in given if one[0] in ending}
    for purpose, channel in sorted({sharing, *ended}):
        said = Said(Choice.WITHDRAWN, channel, purpose, language, WishWay.SIGNAL)
        _write(session, units, said, by)
    return bool(ended)


def bring(session: Session, unit: str, answers: Sequence[Answer], *, by: Actor) -> None:
    """Keep what was said to another shop, with its day and words; what was said here since then wins."""
    if any(answer.choice is Choice.WITHDRAWN for answer in answers):
        gates.shut(session, [unit])
    there = _kept(session, [unit])
    here = queries.replay(queries.ledger(session, list(there)))
    for answer in answers:
        last = here.get((unit, answer.purpose, answer.channel))
        if last is None or last.at < answer.at:
            _add(session, there, answer, WishWay.BROUGHT, by)


def forget(session: Session, unit: str) -> None:
    """Let go of what a unit's person said, with everything else about them: nothing else of it is left.

    Where something lies there again, as a letter that was on its way, it waits for the sweep, as that does.
    """
    kept = exists().where(SealedRow.unit == unit)
    session.execute(delete(Wish).where(Wish.unit == unit, ~kept))


def _kept(session: Session, units: Sequence[str]) -> dict[str, UUID]:
    """Return those of the units of which anything is kept, with whom they are about."""
    rows = session.execute(
        select(SealedRow.unit, SealedRow.subject_id)
        .where(SealedRow.unit.in_(units))
        .ext(distinct_on(SealedRow.unit))
        .order_by(SealedRow.unit)
    )
    return {row.unit: row.subject_id for row in rows}


def _add(session: Session, units: Mapping[str, UUID], answer: Answer, way: WishWay, by: Actor) -> None:
    """Write an answer with each unit that has another one, or none, in few statements for any number."""
    last = queries.answers(session, list(units), answer.purpose, answer.channel)
    changed = {unit: subject for unit, subject in units.items() if last.get(unit) is not answer.choice}
    row = {name: getattr(answer, name) for name in Answer.__dataclass_fields__} | {"way": way}
    if changed:
        session.execute(insert(Wish), [row | {"unit": unit} for unit in changed])
    verb = f"privacy.{answer.choice}.{answer.purpose}.{answer.channel}"
    audit.record_each(session, by, verb, changed)
