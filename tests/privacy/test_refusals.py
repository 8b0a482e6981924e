"""B16: who is refused reads reason and code, the article of their law, where to complain, what is left."""

from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from sqlalchemy import update

from oms.kernel import jobs
from oms.kernel.audit import Actor, ActorKind
from oms.kernel.db import reading, transaction
from oms.notifications.asking import handlers as mails
from oms.privacy.asking import actions, queries
from oms.privacy.asking.actions import Asked, Denial
from oms.privacy.asking.grounds import COMPLAINTS, LIMITS, REASONS
from oms.privacy.clocks.regimes import Regime
from oms.privacy.models import PrivacyRequest
from oms.privacy.states import Ground, RequestKind, RequestState, Source
from tests.forgetting import delivered
from tests.make import Shop

Measured = Callable[..., None]
PAT, KIM = (Actor(ActorKind.STAFF, number, roles=frozenset({"privacy"})) for number in "12")
ADA = "ada@shop.test"
FIELDS = ("order.delivery.street",)
# Consumer Reports, Data Rights Protocol 0.9, 3.02: the reasons for a denial that this shop can have.
DRP = {"claim_not_covered", "suspected_fraud", "insuf_verification", "no_match", "outside_jurisdiction"}
LAWS = {
    Regime.GDPR: "GDPR, article ",
    Regime.CCPA: "Cal. Civ. Code 17",
    Regime.PIPL: "PIPL, article ",
    Regime.GENERIC: "GDPR, article ",
}


def asked(kind: RequestKind, regime: Regime, language: str = "en") -> PrivacyRequest:
    keys = actions.prepare()
    with transaction() as session:
        wanted = Asked(ADA, kind, Source.FORM, language=language)
        request = actions.receive(session, wanted, keys, by=PAT)
        session.execute(
            update(PrivacyRequest).where(PrivacyRequest.id == request.id).values(regime=regime.value)
        )
    return again(request)


def again(request: PrivacyRequest) -> PrivacyRequest:
    with reading() as session:
        return session.get_one(PrivacyRequest, request.id)


def refused(ground: Ground, regime: Regime, *unit: str) -> PrivacyRequest:
    """A request that was refused on a ground, in part where that is all the ground allows."""
    is_part = REASONS[ground].is_partial_only or bool(unit)
    request = asked(RequestKind.COPY if is_part else RequestKind.ERASURE, regime)
    denial = Denial(ground, "What the log says.", FIELDS if is_part else ())
    with transaction() as session:
        found = session.get_one(PrivacyRequest, request.id)
        actions.refuse(session, found, denial, by=PAT)
    if ground is Ground.BAD_FAITH:
        assert again(request).state is RequestState.RECEIVED
        with transaction() as session:
            actions.review(session, session.get_one(PrivacyRequest, request.id), agrees=True, by=KIM)
    return again(request)


def lacking(text: str, ground: Ground, regime: Regime) -> list[str]:
    """What a notice of refusal ought to say and does not."""
    reason, complaint = REASONS[ground], COMPLAINTS[regime]
    article = reason.articles[regime]
    assert article.startswith(LAWS[regime])
    parts = (reason.words, reason.drp, article, complaint.where, complaint.url, complaint.remedy)
    plain = " ".join(text.split())
    return [part for part in parts if part not in plain]


def test_each_ground_is_told_in_full_under_each_law(small: Shop, measured: Measured) -> None:
    wrong = []
    for ground in Ground:
        for regime in Regime:
            request = refused(ground, regime)
            with reading() as session:
                told = mails._outcome(request, queries.refusal(session, request.id)).text
            wrong += [(ground, regime, part) for part in lacking(told, ground, regime)]
            assert ADA not in told
    assert {reason.drp for reason in REASONS.values()} == DRP
    count = len(Ground) * len(Regime)
    figure = (
        f"{count - len({one[:2] for one in wrong})} of {count} notices whole: {len(LIMITS)} limits and 3 more"
    )
    measured("B16", f"{figure}, {len(Regime)} laws", passed=not wrong)


def letter(sink: Path, request: PrivacyRequest) -> str:
    """The last mail about a request, as it arrived."""
    jobs.drain()
    found = [message_from_bytes(path.read_bytes(), policy=default) for path in sink.glob("*.eml")]
    about = [one for one in found if request.number in str(one["Subject"])]
    texts = [one.get_body(("plain",)).get_content() for one in about]
    [text] = [one for one in texts if "Reason" in one]
    return str(text)


@pytest.mark.parametrize("regime", list(Regime))
def test_the_letter_that_arrives_says_all_of_it(small: Shop, sink: Path, regime: Regime) -> None:
    request = refused(Ground.STATUTORY_DUTY, regime)
    assert request.state is RequestState.REFUSED
    text = letter(sink, request)
    assert lacking(text, Ground.STATUTORY_DUTY, regime) == []
    assert "We cannot do what you asked" in text


@pytest.mark.parametrize("ground", [Ground.RIGHTS_OF_OTHERS, Ground.TRADE_SECRETS])
def test_a_refusal_in_part_is_told_as_one(small: Shop, sink: Path, ground: Ground) -> None:
    order = delivered({small.pencil: 1})
    request = refused(ground, Regime.GDPR)
    with transaction() as session:
        found = session.get_one(PrivacyRequest, request.id)
        assert actions.verify(session, found, [found.contact_unit, order.unit], "2311 EZ")
    jobs.drain()
    assert again(request).state is RequestState.PARTLY_REFUSED
    text = letter(sink, request)
    assert lacking(text, ground, Regime(again(request).regime)) == []
    assert "but for a part of it" in text
    with reading() as session:
        assert queries.withheld(session, order.unit) == frozenset(FIELDS)


@pytest.mark.parametrize(
    ("country", "regime"), [("NL", Regime.GDPR), ("US", Regime.CCPA), ("CN", Regime.PIPL), ("BR", None)]
)
def test_the_law_is_that_of_where_the_orders_went(small: Shop, country: str, regime: Regime | None) -> None:
    order = delivered({small.pencil: 1})
    request = asked(RequestKind.OTHER, Regime.GDPR)
    with transaction() as session:
        session.execute(update(type(order)).where(type(order).id == order.id).values(country=country))
    with transaction() as session:
        found = session.get_one(PrivacyRequest, request.id)
        assert actions.verify(session, found, [found.contact_unit, order.unit])
    assert again(request).regime == (regime or Regime.GENERIC)
    assert again(request).answer_by <= request.answer_by


def test_a_notice_without_its_complaint_would_be_seen() -> None:
    reason = REASONS[Ground.NO_MATCH]
    text = f"{reason.words} {reason.drp} {reason.articles[Regime.PIPL]}"
    complaint = COMPLAINTS[Regime.PIPL]
    assert lacking(text, Ground.NO_MATCH, Regime.PIPL) == [complaint.where, complaint.url, complaint.remedy]
