"""Saying yes and no: at once, for every message that is not handed over yet."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from oms.kernel import audit, clock, vault
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
    """
    answer = Answer(
        *(said.purpose, said.channel, said.choice),
        text_hash=hash_of(said.purpose, said.channel, said.language),
        wording=WORDING,
        language=said.language,
        at=clock.now(),
    )
    there = _kept(session, units)
    for unit in there:
        _add(session, unit, answer, said.way, by)
    return len(there)


def bring(session: Session, unit: str, answers: Sequence[Answer], *, by: Actor) -> None:
    """Keep what was said to another shop, with its day and words; what was said here since then wins."""
    for one in _kept(session, [unit]):
        here = queries.replay(queries.ledger(session, [one]))
        for answer in answers:
            last = here.get((one, answer.purpose, answer.channel))
            if last is None or last.at < answer.at:
                _add(session, one, answer, WishWay.BROUGHT, by)


def forget(session: Session, unit: str) -> None:
    """Let go of what a unit's person said, with everything else about them: nothing else of it is left."""
    session.execute(delete(Wish).where(Wish.unit == unit))


def _kept(session: Session, units: Sequence[str]) -> list[str]:
    return sorted(session.scalars(select(SealedRow.unit).where(SealedRow.unit.in_(units)).distinct()))


def _add(session: Session, unit: str, answer: Answer, way: WishWay, by: Actor) -> None:
    last = queries.current(session, unit, answer.purpose, answer.channel)
    if last is answer.choice:
        return
    session.add(
        Wish(
            unit=unit,
            purpose=answer.purpose,
            channel=answer.channel,
            choice=answer.choice,
            text_hash=answer.text_hash,
            wording=answer.wording,
            language=answer.language,
            way=way,
            at=answer.at,
        )
    )
    session.flush()
    verb = f"privacy.{answer.choice}.{answer.purpose}.{answer.channel}"
    audit.record(session, by, verb, unit, subject_id=vault.subject_of(session, unit))
