"""Requests in words: taken alike from everybody, proven, answered or refused; staff see little."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from oms import cli
from oms.kernel import audit, jobs, vault
from oms.kernel.audit import SYSTEM, Actor, ActorKind
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError, CounterfoilError, IllegalMoveError, RefusedError
from oms.kernel.register import Purpose
from oms.notifications.asking import handlers as mails
from oms.privacy.access import queries as access
from oms.privacy.asking import actions, queries, receiving
from oms.privacy.asking import reading as mail
from oms.privacy.asking.actions import Asked, Denial
from oms.privacy.asking.grounds import COMPLAINTS, LIMITS, REASONS
from oms.privacy.asking.personal import RequestContact
from oms.privacy.clocks.regimes import Regime
from oms.privacy.erasure import actions as erasure
from oms.privacy.models import PrivacyRequest, RequestUnit
from oms.privacy.states import Ground, RequestKind, RequestState, Source
from oms.staff.states import StaffRole
from storefront.app import create_store
from tests.forgetting import delivered
from tests.make import Shop
from tests.people import Office, Visitor, seated, words

PAT, KIM = (Actor(ActorKind.STAFF, number, roles=frozenset({"privacy"})) for number in "12")
ADA = "ada@shop.test"


def asked(kind: RequestKind, email: str = ADA, said: str = "") -> PrivacyRequest:
    keys = actions.prepare()
    with transaction() as session:
        return actions.receive(session, Asked(email, kind, Source.HAND, said), keys, by=PAT)


def again(request: PrivacyRequest) -> PrivacyRequest:
    with reading() as session:
        return session.get_one(PrivacyRequest, request.id)


def proven(request: PrivacyRequest, *units: str, fact: str = "2311 EZ") -> bool:
    with transaction() as session:
        found = session.get_one(PrivacyRequest, request.id)
        return actions.verify(session, found, [found.contact_unit, *units], fact)


def refused(request: PrivacyRequest, ground: Ground, *fields: str, by: Actor = PAT) -> None:
    with transaction() as session:
        found = session.get_one(PrivacyRequest, request.id)
        actions.refuse(session, found, Denial(ground, "What the log says.", fields), by=by)


def reviewed(request: PrivacyRequest, *, agrees: bool, by: Actor) -> None:
    with transaction() as session:
        actions.review(session, session.get_one(PrivacyRequest, request.id), agrees=agrees, by=by)


def letters(sink: Path) -> list[str]:
    jobs.drain()
    return [path.read_text("utf-8") for path in sorted(sink.glob("*"), key=lambda p: p.stat().st_mtime_ns)]


def test_an_erasure_needs_the_mailbox_and_a_fact_and_is_then_carried_out(small: Shop) -> None:
    order = delivered({small.pencil: 1})
    request = asked(RequestKind.ERASURE)
    with pytest.raises(RefusedError), transaction() as session:
        actions.verify(session, session.get_one(PrivacyRequest, request.id), [order.unit], "2311 EZ")
    assert not proven(request, order.unit, fact="9999 XX")
    assert again(request).tries == 1
    assert again(request).state is RequestState.RECEIVED
    assert proven(request, order.unit, fact=" 2311ez ")
    assert erasure.carry_out(request.id)
    assert again(request).state in {RequestState.FULFILLED, RequestState.PARTLY_REFUSED}
    assert "order.contact" not in vault.ends(order.unit)


def test_five_wrong_facts_are_the_end(small: Shop) -> None:
    order = delivered({small.pencil: 1})
    request = asked(RequestKind.COPY)
    for _ in range(actions.MOST_TRIES):
        assert not proven(request, order.unit, fact="0000")
    with pytest.raises(RefusedError):
        proven(request, order.unit)
    assert again(request).state is RequestState.RECEIVED


def test_a_mailbox_that_nothing_leads_to_is_told_so_only_once_it_is_proven(shop: None) -> None:
    request = asked(RequestKind.ACCESS, "nobody@shop.test")
    assert again(request).state is RequestState.RECEIVED
    assert proven(request)
    assert again(request).state is RequestState.REFUSED
    with reading() as session:
        refusal = queries.refusal(session, request.id)
    assert refusal is not None
    assert refusal.ground is Ground.NO_MATCH


@pytest.mark.parametrize("ground", [g for g in REASONS if not REASONS[g].is_partial_only])
def test_each_ground_refuses_with_article_complaint_and_remedy(
    small: Shop, sink: Path, settings: object, ground: Ground
) -> None:
    request = asked(RequestKind.ERASURE)
    refused(request, ground)
    if ground is Ground.BAD_FAITH:
        assert again(request).state is RequestState.RECEIVED
        reviewed(request, agrees=True, by=KIM)
    assert again(request).state is RequestState.REFUSED
    told = mails._outcome(again(request), _refusal(request)).text
    reason, complaint = REASONS[ground], COMPLAINTS[Regime.GDPR]
    for part in (
        reason.words,
        reason.articles[Regime.GDPR],
        complaint.where,
        complaint.url,
        complaint.remedy,
    ):
        assert part in told
    assert ADA not in told


def _refusal(request: PrivacyRequest) -> object:
    with reading() as session:
        return queries.refusal(session, request.id)


def test_the_limits_are_the_eight_of_the_notice_and_each_law_has_its_article() -> None:
    assert len(LIMITS) == 8
    assert Ground.BAD_FAITH in LIMITS
    for reason in REASONS.values():
        assert set(reason.articles) == set(Regime) == set(COMPLAINTS)


def test_bad_faith_needs_somebody_else_and_can_be_thrown_out(small: Shop, sink: Path) -> None:
    order = delivered({small.pencil: 1})
    request = asked(RequestKind.COPY)
    refused(request, Ground.BAD_FAITH)
    with pytest.raises(RefusedError):
        reviewed(request, agrees=True, by=PAT)
    assert again(request).state is RequestState.RECEIVED
    assert proven(request, order.unit)
    assert again(request).state is RequestState.VERIFIED
    reviewed(request, agrees=False, by=KIM)
    jobs.drain()
    assert again(request).state is RequestState.FULFILLED
    with pytest.raises(IllegalMoveError):
        refused(request, Ground.STATUTORY_DUTY)


def test_a_verdict_that_nobody_can_mean_throws_no_refusal_out(small: Shop, desk: FlaskClient) -> None:
    request = asked(RequestKind.COPY)
    refused(request, Ground.BAD_FAITH, by=replace(PAT, id="999"))
    officer = seated(desk, Office().employ("kim@shop.test", StaffRole.PRIVACY))
    path = f"/privacy/{request.number}"
    assert officer.send(f"{path}/review/maybe", page=path).status_code == 404
    assert _refusal(request) is not None
    assert officer.send(f"{path}/review/no", page=path).status_code == 303
    assert _refusal(request) is None


def test_part_of_a_copy_is_kept_back_and_the_rest_delivered(small: Shop, sink: Path) -> None:
    order = delivered({small.pencil: 1})
    request = asked(RequestKind.COPY)
    with pytest.raises(BadInputError):
        refused(request, Ground.TRADE_SECRETS)
    with pytest.raises(BadInputError):
        refused(request, Ground.TRADE_SECRETS, "order.delivery.nonsense")
    refused(request, Ground.RIGHTS_OF_OTHERS, "order.delivery.phone", "order.delivery.street")
    assert again(request).state is RequestState.RECEIVED
    assert proven(request, order.unit)
    jobs.drain()
    assert again(request).state is RequestState.PARTLY_REFUSED
    with transaction() as session:
        told = access.copy(access.insight(session, [order.unit], by=Actor(ActorKind.GUEST, "ada")), "schema")
    delivery = next(r["values"] for r in told["records"] if r["kind"] == "order.delivery")
    assert "street" not in delivery
    assert delivery["postcode"] == "2311 EZ"


def test_without_evidence_nothing_is_refused(shop: None) -> None:
    request = asked(RequestKind.ERASURE)
    with pytest.raises(BadInputError), transaction() as session:
        found = session.get_one(PrivacyRequest, request.id)
        actions.refuse(session, found, Denial(Ground.STATUTORY_DUTY, "  "), by=PAT)
    assert _refusal(request) is None


def test_the_mailbox_hears_at_once_and_is_forgotten_at_the_end(
    small: Shop, sink: Path, settings: object
) -> None:
    request = asked(RequestKind.OTHER, said="My order 12 was odd.")
    first = letters(sink)
    assert len(first) == 1
    assert f"/your-data/requests/{request.ref}" in first[0].replace("=\n", "")
    assert "My order 12" not in first[0]
    refused(request, Ground.NOT_PROVEN)
    assert len(letters(sink)) == 2
    with reading() as session:
        contact = vault.open_record(
            session, RequestContact, request.contact_unit, purpose=Purpose.RIGHTS, by=SYSTEM.doing("answers")
        )
    assert contact is None
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(RequestUnit)) == 0


@pytest.fixture
def officer(desk: FlaskClient) -> Visitor:
    return seated(desk, Office().employ("pat@shop.test", StaffRole.PRIVACY))


def test_staff_write_one_down_filter_read_and_answer_it(small: Shop, officer: Visitor) -> None:
    order = delivered({small.pencil: 1})
    fields = {"email": ADA, "kind": "other", "words": "Please wait with my address."}
    assert officer.send("/privacy/new", **fields).status_code == 303
    with reading() as session:
        request = session.scalars(select(PrivacyRequest)).one()
    listed = words(officer.get("/privacy?kind=other"))
    assert f"{request.number} Other hand" in listed
    assert "0 days" in listed
    assert request.number not in words(officer.get("/privacy?kind=copy"))
    path = f"/privacy/{request.number}"
    page = words(officer.get(path))
    assert ADA not in page
    assert "wait with my address" not in page
    assert "wait with my address" in words(officer.send(f"{path}/words", page=path))
    assert proven(request, order.unit)
    assert officer.send(f"{path}/answered", page=path).status_code == 303
    assert again(request).state is RequestState.FULFILLED
    with reading() as session:
        deeds = [d.verb for d in audit.about(session, request.contact_unit)]
    assert deeds == ["vault.open"]


def test_the_form_takes_known_and_unknown_mailboxes_alike(small: Shop, store: FlaskClient) -> None:
    delivered({small.pencil: 1})
    visitor = Visitor(store)
    said = []
    for email in (ADA, "nobody@shop.test"):
        answer = visitor.send("/your-data/ask", email=email, kind="copy", words="")
        assert answer.status_code == 303
        said.append(words(visitor.get("/your-data/ask")))
    assert said[0] == said[1]
    with reading() as session:
        found = list(session.scalars(select(PrivacyRequest)))
    assert [r.source for r in found] == [Source.FORM, Source.FORM]
    page = visitor.get(f"/your-data/requests/{found[0].ref}/prove")
    assert "Send me the code" in words(page)
    assert ADA not in page.text


# -- mails ---------------------------------------------------------------------------------------------------


def eml(*, body: str = "Please delete my data.", sender: str = f"Ada <{ADA}>", more: str = "") -> bytes:
    heads = f"From: {sender}\r\nTo: privacy@shop.test\r\nSubject: My data\r\nMessage-ID: <1@x>\r\n"
    return f"{heads}{more}\r\n{body}".encode()


def test_a_mail_becomes_a_request_once(shop: None) -> None:
    first, second = receiving.take(eml()), receiving.take(eml())
    assert (bool(first.number), second.why) == (True, "This message was taken before.")
    with reading() as session:
        request = session.scalars(select(PrivacyRequest)).one()
    assert (request.kind, request.source, request.state) == (
        RequestKind.ERASURE,
        Source.MAIL,
        RequestState.RECEIVED,
    )


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Please erase me", RequestKind.ERASURE),
        ("Bitte löschen Sie meine Daten", RequestKind.ERASURE),
        ("请删除我的信息", RequestKind.ERASURE),
        ("I want a copy of my data", RequestKind.COPY),
        ("Auskunft nach Artikel 15", RequestKind.ACCESS),
        ("My name must be rectified", RequestKind.CORRECTION),
        ("Hello there", RequestKind.OTHER),
        ("Please delete my account. The pen was a gift for my son.", RequestKind.ERASURE),
        ("Delete it, I was underage back then", RequestKind.ERASURE),
        ("My daughter bought a pen, delete her data", RequestKind.GUARDIAN),
        ("Please close my son's account", RequestKind.GUARDIAN),
        ("Meine Tochter hat bei Ihnen bestellt", RequestKind.GUARDIAN),
        ("我的孩子在你们这里下单了", RequestKind.GUARDIAN),
        ("I am a minor", RequestKind.MINOR),
        ("Ich bin minderjährig", RequestKind.MINOR),
        ("我是未成年人", RequestKind.MINOR),
    ],
)
def test_what_is_asked_is_known_by_the_words(said: str, kind: RequestKind) -> None:
    assert mail.read(eml(body=said)).kind is kind


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        eml(more="Auto-Submitted: auto-replied\r\n"),
        eml(more="List-Id: <a.b>\r\n"),
        eml(more="Return-Path: <>\r\n"),
        eml(more="Precedence: bulk\r\n"),
        eml(sender="no address"),
        eml(sender="a@shop.test, b@shop.test"),
        eml(sender="a@b@c"),
        eml(body="x" * 1_000_001),
        eml(more="Content-Type: multipart/mixed; boundary=b\r\n", body="--b\r\n\r\nx\r\n" * 200),
    ],
)
def test_what_no_person_sent_or_nobody_can_answer_is_left_alone(shop: None, raw: bytes) -> None:
    assert receiving.take(raw).number == ""
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(PrivacyRequest)) == 0


def test_quotes_signatures_and_attachments_are_left_out() -> None:
    body = "Delete me.\r\n\r\nOn Monday, Shop wrote:\r\n> buy more\r\n-- \r\nAda"
    letter = mail.read(eml(body=body))
    assert letter.words == "Delete me."
    parts = (
        "--b\r\nContent-Type: text/html\r\n\r\n<p>Copy of my <script>x()</script>data</p>\r\n"
        "--b\r\nContent-Type: image/png\r\n"
        'Content-Disposition: attachment; filename="passport.png"\r\n\r\nPNG\r\n'
        "--b--\r\n"
    )
    letter = mail.read(eml(more="Content-Type: multipart/mixed; boundary=b\r\n", body=parts))
    assert (letter.words, letter.attachments, letter.kind) == ("Copy of my data", 1, RequestKind.COPY)


def test_real_and_hostile_replies_are_read_without_harm(data_dir: Path) -> None:
    files = sorted((data_dir / "6-attack" / "email-replies").iterdir())
    assert len(files) > 5
    for path in files:
        body = path.read_bytes()
        for raw in (body, eml().replace(b"Please delete my data.", body)):
            try:
                letter = mail.read(raw)
            except CounterfoilError:
                continue
            assert len(letter.words) <= mail.MOST_WORDS
            assert all(c == "\n" or c.isprintable() for c in letter.words)


def test_the_command_takes_a_message_or_a_folder_and_tells_what_it_left(
    shop: None, settings: Settings, tmp_path: Path
) -> None:
    app = create_store(settings)
    cli.register(app)
    run = app.test_cli_runner().invoke
    taken = run(args=["privacy", "inbound"], input=eml())
    number, summary = taken.output.splitlines()
    assert (taken.exit_code, summary) == (0, "1 of 1 taken.")
    with reading() as session:
        assert session.scalars(select(PrivacyRequest.number)).all() == [number]
    known = run(args=["privacy", "inbound"], input=eml())
    assert (known.exit_code, known.output) == (1, "This message was taken before.\n0 of 1 taken.\n")
    for part in ("new", "cur", "tmp"):
        (tmp_path / "box" / part).mkdir(parents=True)
    (tmp_path / "box" / "new" / "1").write_bytes(eml().replace(b"<1@x>", b"<2@x>"))
    told = run(args=["privacy", "inbound", str(tmp_path / "box"), "--json"])
    assert [(bool(one["number"]), one["why"]) for one in json.loads(told.output)] == [(True, "")]
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(PrivacyRequest)) == 2


def test_a_maildir_is_emptied_of_what_was_taken(shop: None, tmp_path: Path) -> None:
    for name in ("new", "cur", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    (tmp_path / "box/new/1").write_bytes(eml())
    (tmp_path / "box/new/2").write_bytes(eml(more="Auto-Submitted: auto-replied\r\n"))
    taken = receiving.take_all(tmp_path / "box")
    assert sorted(bool(one.number) for one in taken) == [False, True]
    assert list((tmp_path / "box/new").iterdir()) == []
    assert len(list((tmp_path / "box/cur").iterdir())) == 1
