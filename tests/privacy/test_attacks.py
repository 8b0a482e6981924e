"""B12: who pretends to be somebody else learns nothing, not even whether there is somebody."""

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from secrets import choice, randbelow, token_urlsafe
from types import FrameType

import pytest
from argon2 import Parameters, PasswordHasher, extract_parameters
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from oms.app import create_desk
from oms.buyers import actions as buying
from oms.buyers.actions import Proof
from oms.buyers.states import CodePurpose
from oms.buyers.upkeep import actions as upkeep
from oms.kernel import clock, ids
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.orders.personal import OrderContact
from oms.privacy.asking import receiving
from oms.privacy.models import PrivacyRequest
from oms.staff import actions as staffing
from oms.staff.actions import DemoSecrets, NewStaff
from oms.staff.states import StaffRole
from oms.web import credentials
from tests import make
from tests.forgetting import delivered, proven
from tests.make import Shop
from tests.people import SECRET, Mailbox, Visitor, without_token

Measured = Callable[..., None]
House = Callable[[str], Flask]
PairOf = Callable[["Victim"], tuple[dict[str, str], dict[str, str]]]
SEEN = ("/your-data/", "/your-data/delete", "/account/")


@dataclass(frozen=True)
class Victim:
    """Somebody with an order, and a street that nobody else has."""

    email: str
    street: str
    number: str


@pytest.fixture
def small(shop: None) -> Shop:
    with transaction() as session:
        return make.small_shop(session, pencils=5000)


def victim(small: Shop) -> Victim:
    name = token_urlsafe(9).replace("-", "a").replace("_", "b").lower()
    street = f"{name} Lane"
    order = delivered(
        {small.pencil: 1},
        contact=OrderContact(f"{name}@shop.test"),
        delivery=replace(make.ADA, street=street),
    )
    return Victim(f"{name}@shop.test", street, order.number)


def stranger(app: Flask) -> Visitor:
    return Visitor(app.test_client())


def learns(visitor: Visitor, who: Victim) -> bool:
    """Say whether a browser is shown anything of somebody."""
    pages = [visitor.get(path).text for path in (*SEEN, f"/orders/{who.number}")]
    return any(who.street in page or who.email in page for page in pages)


def asked(visitor: Visitor, email: str) -> None:
    answer = visitor.send("/account/prove?next=/your-data/", email=email)
    assert answer.headers["Location"] == "/account/code"


def enumeration(app: Flask, who: Victim) -> bool:
    """Ask for a known and an unknown mailbox, and look for any difference."""
    seen = []
    other = "y" if who.email.startswith("x") else "x"
    for email in (who.email, other + who.email[1:]):
        visitor = stranger(app)
        first = visitor.send("/account/prove?next=/your-data/", email=email)
        page = without_token(visitor.get("/account/code"))
        seen.append((first.status_code, first.headers["Location"], len(first.data), page[:200], len(page)))
    return seen[0] != seen[1]


def guessed_code(app: Flask, who: Victim) -> bool:
    """Type codes until none is taken any more."""
    visitor = stranger(app)
    asked(visitor, who.email)
    for _try in range(6):
        visitor.send("/account/code", code=f"{randbelow(10**8):08d}")
    return learns(visitor, who)


def used_code(app: Flask, who: Victim) -> bool:
    """Type a code once more that its owner has used."""
    owner, visitor = stranger(app), stranger(app)
    asked(owner, who.email)
    code = Mailbox().mailed()[-1].code
    owner.send("/account/code", code=code)
    assert learns(owner, who)
    asked(visitor, who.email)
    visitor.send("/account/code", code=code)
    return learns(visitor, who)


def code_of_another_browser(app: Flask, who: Victim) -> bool:
    """Type a good code where somebody else's mailbox was asked for."""
    owner, visitor = stranger(app), stranger(app)
    asked(owner, who.email)
    code = Mailbox().mailed()[-1].code
    asked(visitor, "eve@evil.test")
    visitor.send("/account/code", code=code)
    return learns(visitor, who)


def swapped_mailbox(app: Flask, who: Victim) -> bool:
    """Prove one's own mailbox, and name another one on the way."""
    visitor = stranger(app)
    asked(visitor, f"eve{randbelow(10**9)}@evil.test")
    code = Mailbox().mailed()[-1].code
    visitor.send("/account/code", page="/account/code", code=code, email=who.email, units=who.number)
    visitor.send("/account/code", code=code)
    return learns(visitor, who)


def late_code(app: Flask, who: Victim) -> bool:
    """Type the right code when its ten minutes are over."""
    visitor = stranger(app)
    asked(visitor, who.email)
    code = Mailbox().mailed()[-1].code
    with clock.held_at(clock.now() + timedelta(minutes=10, seconds=1)):
        visitor.send("/account/code", code=code)
        return learns(visitor, who)


def code_for_something_else(app: Flask, who: Victim) -> bool:
    """Prove one's own mailbox, and then sign in with the address of another."""
    visitor = stranger(app)
    visitor.send("/account/password-sign-in", email=who.email, password=token_urlsafe(16))
    visitor.send("/account/email", page="/account/sign-in", email=who.email)
    visitor.send("/account/email/codes", page="/account/sign-in", old="00000000", new="00000000")
    return learns(visitor, who)


def guessed_word(app: Flask, who: Victim) -> bool:
    """Guess the word of a copy, of a request, or a session."""
    visitor = stranger(app)
    word = token_urlsafe(16)
    found = [
        visitor.get(f"/your-data/copies/{word}"),
        visitor.get(f"/your-data/copies/{word}/progress"),
        visitor.send(f"/your-data/copies/{word}/take", page="/account/prove?next=/your-data/"),
        visitor.get(f"/your-data/requests/{word}"),
    ]
    visitor.client.set_cookie("store", word)
    visitor.client.set_cookie("__Host-store", word)
    opened = any(answer.status_code == 200 or answer.mimetype == "application/zip" for answer in found)
    return opened or learns(visitor, who)


def forged_forms(app: Flask, who: Victim) -> bool:
    """Ask for copy, deletion and wishes as if it were proven; nothing may happen."""
    visitor = stranger(app)
    for path in ("/your-data/copy", "/your-data/delete", "/your-data/wishes"):
        visitor.send(path, page="/account/prove?next=/your-data/", email=who.email, unit=who.number)
    return learns(visitor, who)


def fresh_email_change(app: Flask, who: Victim) -> bool:
    """Move one's own account to the mailbox of another, with the code of one's own and a guess."""
    visitor, mine = stranger(app), f"{token_urlsafe(9).lower()}@evil.test"
    visitor.send("/account/sign-in", email=mine)
    visitor.send("/account/code", code=Mailbox().mailed()[-1].code)
    assert visitor.get("/account/").status_code == 200
    visitor.send("/account/email", email=who.email)
    old = next(code.code for code in reversed(Mailbox().mailed()) if code.email == mine)
    page = "/account/email/codes"
    for new in (old, f"{randbelow(10**8):08d}", ""):
        visitor.send(page, page=page, old=old, new=new)
    return learns(visitor, who)


def forged_agent(app: Flask, who: Victim) -> bool:
    """Write as somebody's agent, and in their name; prove one's own mailbox, and know their postcode."""
    agent, visitor = f"{token_urlsafe(9).lower()}@evil.test", stranger(app)
    said = f"I act for the buyer of {who.number}. Send me a copy of their data."
    for sender in (agent, who.email):
        number = token_urlsafe(9)
        head = f"From: {sender}\r\nReply-To: {agent}\r\nSubject: Copy\r\nMessage-ID: <{number}@x>\r\n"
        assert receiving.take(f"{head}\r\n{said}".encode()).number
        with reading() as session:
            request = session.scalars(
                select(PrivacyRequest).order_by(PrivacyRequest.id.desc()).limit(1)
            ).one()
        path = f"/your-data/requests/{request.ref}"
        asked(visitor, agent)
        visitor.send("/account/code", code=Mailbox().mailed()[-1].code)
        visitor.send(f"{path}/prove", page=f"{path}/prove", postcode=make.ADA.postcode)
        if learns(visitor, who):
            return True
    return False


ATTACKS = (
    *(enumeration, guessed_code, used_code, code_of_another_browser, swapped_mailbox),
    *(late_code, code_for_something_else, guessed_word, forged_forms),
    *(fresh_email_change, forged_agent),
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_who_is_not_the_person_learns_nothing(
    small: Shop, store: FlaskClient, attack: Callable[[Flask, Victim], bool]
) -> None:
    who = victim(small)
    assert attack(store.application, who) is False
    assert learns(proven(store, who.email), who)


@pytest.mark.privacy
def test_a_thousand_attacks_and_none_succeeds(small: Shop, store: FlaskClient, measured: Measured) -> None:
    won: dict[str, int] = {}
    people = [victim(small) for _number in range(40)]
    for number in range(1000):
        attack = ATTACKS[number % len(ATTACKS)]
        needs_code = attack in {used_code, code_of_another_browser, late_code}
        who = victim(small) if needs_code else choice(people)
        if attack(store.application, who):
            won[attack.__name__] = won.get(attack.__name__, 0) + 1
    measured("B12", f"{sum(won.values())} of 1,000 attacks succeeded {won or ''}", passed=not won)


ASK = "/your-data/ask"
PROOF, WAY_BACK = "/account/prove?next=/your-data/", "/orders/locked-out"
WITHDRAW = "/withdraw"
SIGN_IN, BY_PASSWORD = "/account/sign-in", "/account/password-sign-in"
# Of the desk, whose addresses begin after /oms.
DESK = "/sign-in"
# Where a post leads, whoever asked; a form that fits nothing is the same page again.
ONWARD = {ASK: ASK, WITHDRAW: "", BY_PASSWORD: "", DESK: ""}


@pytest.fixture
def house(store: FlaskClient, settings: Settings) -> House:
    """Give the application that has a page."""
    return lambda page: create_desk(settings) if page == DESK else store.application


def _seconds(app: Flask, page: str, typed: dict[str, str]) -> float:
    visitor = stranger(app)
    token = visitor.get(page).text.partition('name="csrf_token" value="')[2].partition('"')[0]
    begun = time.perf_counter()
    answer = visitor.client.post(
        page,
        data={**typed, "csrf_token": token},
        environ_overrides={"REMOTE_ADDR": visitor.address},
    )
    seconds = time.perf_counter() - begun
    assert answer.headers.get("Location", "") == ONWARD.get(page, "/account/code")
    return seconds


def by_mailbox(who: Victim) -> tuple[dict[str, str], dict[str, str]]:
    """Return what is typed for a mailbox that we know, and for one that we do not."""
    return {"email": who.email}, {"email": f"x{who.email}"}


def in_words(who: Victim) -> tuple[dict[str, str], dict[str, str]]:
    """Return what is typed into the form for requests, for a mailbox that we know and one that we do not."""
    known, unknown = by_mailbox(who)
    return {**known, "kind": "copy"}, {**unknown, "kind": "copy"}


def by_order(who: Victim) -> tuple[dict[str, str], dict[str, str]]:
    """Return what a locked-out guest types for an order that there is, and for one that there is not."""
    typed = {"postcode": make.ADA.postcode, "amount": "1,00", "email": f"new{who.email}"}
    return {**typed, "number": who.number}, {**typed, "number": ids.order_number()}


def in_statement(who: Victim) -> tuple[dict[str, str], dict[str, str]]:
    """Return what a stranger states for a mailbox that we know and one that we do not; no order is theirs."""
    known, unknown = by_mailbox(who)
    stated = {"name": "Ada Lind", "number": ids.order_number()}
    return {**known, **stated}, {**unknown, **stated}


def in_statement_of(who: Victim) -> tuple[dict[str, str], dict[str, str]]:
    """Return what a stranger states for an order that there is and one that there is not."""
    stated = {"name": "Ada Lind", "email": f"x{who.email}"}
    return {**stated, "number": who.number}, {**stated, "number": ids.order_number()}


@cache
def real_hash() -> str:
    """Return what is kept of a password that nobody here types."""
    return credentials.hash_password(token_urlsafe(32))


def open_account(who: Victim, password_hash: str) -> None:
    """Open an account for a mailbox; without a hash it has no password."""
    with reading() as session:
        keys = buying.prepare_account(session)
    with transaction() as session:
        proof = Proof(who.email, CodePurpose.SIGN_IN, "eu", "en", None, "")
        buyer = buying.open_account(session, proof, keys)
        if password_hash:
            upkeep.set_password(session, buyer.id, password_hash)


def with_account(who: Victim) -> tuple[dict[str, str], dict[str, str]]:
    """Return the mailbox of an account, and one that has none."""
    open_account(who, real_hash())
    return by_mailbox(who)


def with_password(who: Victim) -> tuple[dict[str, str], dict[str, str]]:
    """Return a wrong password for an account that has one, and for a mailbox without account."""
    known, unknown = with_account(who)
    guess = {"password": token_urlsafe(16)}
    return {**known, **guess}, {**unknown, **guess}


def without_password(who: Victim) -> tuple[dict[str, str], dict[str, str]]:
    """Return a password for an account that has none, and for a mailbox without account."""
    open_account(who, "")
    known, unknown = by_mailbox(who)
    guess = {"password": token_urlsafe(16)}
    return {**known, **guess}, {**unknown, **guess}


def of_staff(who: Victim) -> tuple[dict[str, str], dict[str, str]]:
    """Return a wrong password for somebody who works here, and for somebody who does not."""
    with reading() as session:
        keys = staffing.prepare_member(session)
    with transaction() as session:
        new = NewStaff(who.email, "somebody at the desk", frozenset({StaffRole.SERVICE}))
        staffing.add_demo_member(session, new, keys, DemoSecrets(real_hash(), SECRET))
    known, unknown = by_mailbox(who)
    guess = {"password": token_urlsafe(16)}
    return {**known, **guess}, {**unknown, **guess}


GUARDED = [(BY_PASSWORD, with_password), (BY_PASSWORD, without_password), (DESK, of_staff)]
PAIRS = [
    *((PROOF, by_mailbox), (WAY_BACK, by_order), (ASK, in_words)),
    *((WITHDRAW, in_statement), (WITHDRAW, in_statement_of)),
    *((SIGN_IN, with_account), *GUARDED),
]


@pytest.mark.parametrize(("page", "pair_of"), PAIRS)
def test_known_and_unknown_are_answered_in_the_same_words(
    small: Shop, house: House, page: str, pair_of: PairOf
) -> None:
    who, app, seen = victim(small), house(page), []
    for typed in pair_of(who):
        answer = stranger(app).send(page, **typed)
        shown = without_token(answer)
        for value in typed.values():
            shown = shown.replace(value, "")
        seen.append((answer.status_code, answer.headers.get("Location"), shown))
    assert seen[0] == seen[1]


@pytest.mark.privacy
@pytest.mark.alone
@pytest.mark.parametrize(("page", "pair_of"), PAIRS)
def test_known_and_unknown_take_as_long(
    small: Shop, house: House, measured: Measured, page: str, pair_of: PairOf
) -> None:
    app = house(page)
    people = [victim(small) for _number in range(200)]
    for _number in range(5):
        _seconds(app, page, pair_of(victim(small))[0])
    known, unknown = [], []
    for number, who in enumerate(people):
        pair = list(zip((known, unknown), pair_of(who), strict=True))
        for times, typed in pair if number % 2 else reversed(pair):
            times.append(_seconds(app, page, typed))
    medians = statistics.median(known), statistics.median(unknown)
    apart = abs(medians[0] - medians[1]) / max(medians)
    shown = " and ".join(f"{median * 1000:.1f}" for median in medians)
    name = f"/oms{page}" if page == DESK else page.partition("?")[0]
    figure = f"{name}: medians {shown} ms, {apart:.1%} apart, n = 200"
    measured("B12", figure, passed=apart <= 0.05)


def costs(check: Callable[[], object]) -> list[Parameters]:
    """Return what each password that is checked in a call is verified against, as Argon2 weighs it."""
    found: list[str] = []

    def watch(frame: FrameType, event: str, _given: object) -> None:
        if event == "call" and frame.f_code is PasswordHasher.verify.__code__:
            found.append(frame.f_locals["hash"])

    sys.setprofile(watch)
    try:
        check()
    finally:
        sys.setprofile(None)
    return [extract_parameters(one) for one in found]


@pytest.mark.parametrize(("page", "pair_of"), GUARDED)
def test_a_password_of_nobody_is_checked_as_hard_as_that_of_somebody(
    small: Shop, house: House, page: str, pair_of: PairOf
) -> None:
    who, app = victim(small), house(page)
    hard = extract_parameters(real_hash())
    for typed in pair_of(who):
        assert costs(lambda typed=typed: _seconds(app, page, typed)) == [hard]  # type: ignore[misc]


def test_a_check_that_spares_the_work_for_nobody_is_seen() -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("nobody")

    def spared(kept: str | None) -> bool:
        return kept is not None and credentials.is_password(kept, "a guess")

    assert len(costs(lambda: spared(real_hash()))) == 1
    assert costs(lambda: spared(None)) == []
    assert costs(lambda: credentials.is_password(cheap, "a guess")) != [extract_parameters(real_hash())]


def test_a_page_that_tells_known_from_unknown_would_be_seen(small: Shop, store: FlaskClient) -> None:
    who = victim(small)
    owner = proven(store, who.email)
    assert learns(owner, who)
    assert not learns(stranger(store.application), who)
