"""The merchant's own words claim only what an uploaded certificate says that is valid today."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from oms.catalog.models import MarketText
from oms.kernel import clock
from oms.kernel.audit import SYSTEM
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError
from oms.privacy import checks
from oms.privacy.evidence import actions as evidence
from oms.privacy.models import NoticeVersion
from oms.privacy.notice import actions, claims, queries
from oms.web.doctor import CHECKS, Health
from tests.people import Visitor, words
from tests.privacy.test_certificates import added, given, soon
from tests.privacy.test_clocks import officer
from tests.privacy.test_notice_versions import keep, without_phone

assert checks is not None
CLAIMS = [
    ("We are ISO 27001 certified.", ["ISO 27001"]),
    ("Zertifiziert nach ISO/IEC 27001:2022 durch den TÜV.", ["ISO/IEC 27001", "TÜV"]),
    ("iso-27701, SOC 2 and PCI DSS", ["iso-27701", "SOC 2", "PCI DSS"]),
    ("Our shop is audited every year.", ["audited"]),
    ("GDPR-compliant and HIPAA", ["HIPAA"]),
    ("GDPR compliant.", ["GDPR compliant"]),
    ("DSGVO-konform, TISAX.", ["TISAX"]),
    ("Wir sind DSGVO-konform.", ["DSGVO-konform"]),
    ("本店通过 ISO 27001 认证。已获等保三级。", ["ISO 27001", "等保"]),
    ("我们的系统已通过认证。每年经第三方审计。", ["认证", "经第三方审计"]),
    ("I\u200bSO\u00a027001", ["ISO 27001"]),
    ("No certificate is needed. We are\ncertified", ["certified"]),
]
HARMLESS = [
    "",
    "You get a certificate of deletion. Every look is in an audit trail.",
    "Sie erhalten eine Bescheinigung. Geprüft wird jede Anfrage von Menschen.",
    "登录时需要身份认证。每次查看都有审计记录。",
    "Isolated rooms; sock 2; pcs. 12; epic 27001.",
]


def notices() -> int:
    with reading() as session:
        return len(queries.versions(session))


def publish(text: str, part: str = "intro", language: str = "en") -> NoticeVersion:
    with transaction() as session:
        return actions.publish(session, {language: {part: text}}, is_material=False, by=SYSTEM)


def claimed(text: str) -> list[str]:
    with reading() as session:
        return claims.found(session, text)


@pytest.mark.parametrize(("text", "names"), CLAIMS)
def test_a_claim_without_a_certificate_is_refused_by_name(shop: None, text: str, names: list[str]) -> None:
    with pytest.raises(BadInputError) as refused:
        publish(text, "law", "zh")
    assert refused.value.field == "zh_law"
    told = f"No certificate that is valid today says this: {', '.join(names)}. Upload it at the desk under"
    assert refused.value.message.startswith(told)
    assert notices() == 0


@pytest.mark.parametrize("text", HARMLESS)
def test_words_that_claim_nothing_pass(shop: None, text: str) -> None:
    assert claimed(text) == []


def test_with_its_certificate_a_claim_passes_and_only_that_one(shop: None) -> None:
    added(given())
    assert claimed("We are ISO 27001 certified, after ISO/IEC 27001:2022.") == []
    assert claimed("ISO 27001 certified. ISO 27002 too. And audited.") == ["ISO 27002", "audited"]
    assert claimed("ISO 270") == []
    assert claimed("ISO 2700") == ["ISO 2700"]
    published = publish("We are ISO 27001 certified.")
    assert notices() == 1
    assert queries.texts_of(published.content) == {"en": {"intro": "We are ISO 27001 certified."}}


@pytest.mark.parametrize(("first", "last"), [(-9, -1), (1, 9)])
def test_a_certificate_that_has_ended_or_not_begun_says_nothing(shop: None, first: int, last: int) -> None:
    added(given(first, last))
    assert claimed("We are ISO 27001 certified.") == ["ISO 27001"]


def test_the_desk_says_at_the_field_what_is_claimed_and_where_to_bring_the_paper(desk: FlaskClient) -> None:
    keep()
    visitor, path = officer(desk), "/privacy/notice"
    assert "can be named only while its certificate is here and valid." in words(visitor.get(path))
    for step in ({}, {"step": "publish"}):
        answer = visitor.send(path, de_intro="Zertifiziert nach ISO 27001.", **step)
        assert answer.status_code == 422
        assert "No certificate that is valid today says this: ISO 27001." in words(answer)
        assert 'href="#de_intro"' in answer.text
        assert "As readers will see it" not in words(answer)
    assert 'href="/privacy/certificates"' in answer.text
    assert notices() == 1
    added(given())
    assert visitor.send(path, de_intro="Zertifiziert nach ISO 27001.", step="publish").status_code == 303
    assert notices() == 2


def test_a_claim_whose_certificate_ends_is_told_to_readers_and_to_the_desk(
    apps: tuple[Flask, Flask], store: FlaskClient, desk: FlaskClient
) -> None:
    number = added(given(0, 9))
    publish("We are ISO 27001 certified.")
    warning = "This page names ISO 27001. No certificate that is valid today says so."
    assert warning not in words(store.get("/privacy"))
    with transaction() as session:
        evidence.remove(session, number, by=SYSTEM)
    soon(store, is_shown=False)
    assert warning in words(store.get("/privacy"))
    visitor = officer(desk)
    assert "claims this without a valid one: ISO 27001." in words(visitor.get("/privacy/certificates"))
    assert "no certificate that is valid today says it: ISO 27001." in words(visitor.get("/privacy/notice"))
    assert keep().content["texts"] == {"en": {"intro": "We are ISO 27001 certified."}}


LACKING = "What the notice claims without a certificate"


def test_the_doctor_finds_a_planted_claim_in_notice_and_imprint(apps: tuple[Flask, Flask]) -> None:
    with apps[1].app_context():
        assert CHECKS[LACKING].look() == ("nothing", Health.WELL)
        with transaction() as session:
            text = {"body_html": "<p>Member of <b>Trusted</b> Shops, SOC&nbsp;2</p>", "title": "Imprint"}
            session.add(MarketText(market_code="eu", topic="imprint", language="en", **text))
        assert CHECKS[LACKING].look() == ("Trusted Shops, SOC 2", Health.ILL)
        number = added(given())
        publish("ISO 27001 certified.")
        with transaction() as session:
            evidence.remove(session, number, by=SYSTEM)
        assert CHECKS[LACKING].look() == ("ISO 27001, Trusted Shops, SOC 2", Health.ILL)


AHEAD = "What is done before the notice tells it"


def test_the_doctor_finds_what_is_done_before_the_notice_tells_it(apps: tuple[Flask, Flask]) -> None:
    desk = apps[1]
    with desk.app_context():
        assert CHECKS[AHEAD].look() == ("nothing", Health.WELL)
        told = without_phone()
        with transaction() as session:
            begun = clock.now() - timedelta(days=60)
            session.add(NoticeVersion(version=queries.version_of(told), since=begun, content=told))
        assert CHECKS[AHEAD].look() == ("1 not announced: order.delivery.phone", Health.NOTE)
        new = keep()
        figure = f"1 told from {new.since:%Y-%m-%d}: order.delivery.phone"
        assert CHECKS[AHEAD].look() == (figure, Health.NOTE)
        with clock.held_at(new.since + timedelta(minutes=1)):
            assert CHECKS[AHEAD].look() == ("nothing", Health.WELL)


def test_a_stranger_sees_no_claim_in_an_empty_shop(store: FlaskClient) -> None:
    assert "No certificate that is valid" not in words(Visitor(store).get("/privacy"))
