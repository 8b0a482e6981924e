"""People of the tests: somebody with mailboxes, an office with staff, somebody at a browser."""

import html
import re
from dataclasses import dataclass, field
from secrets import randbelow

import pyotp
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from oms.buyers import actions as buying
from oms.buyers import queries
from oms.buyers.actions import CodeRequest, Proof, Typed
from oms.buyers.models import Buyer
from oms.buyers.states import CodePurpose
from oms.kernel import clock
from oms.kernel.audit import SYSTEM, Actor
from oms.kernel.db import reading, transaction
from oms.kernel.outbox import OutboxMessage
from oms.staff import actions as staffing
from oms.staff.actions import DemoSecrets, Invitation, NewStaff
from oms.staff.entry import actions as entry
from oms.staff.entry.actions import Enrollment
from oms.staff.models import Staff
from oms.staff.states import StaffRole
from oms.web import credentials

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.DOTALL)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class Mailbox:
    """What a person does with codes, each step in a transaction of its own as a view would."""

    def ask(
        self, email: str, purpose: CodePurpose = CodePurpose.SIGN_IN, *, buyer_id: int | None = None
    ) -> int:
        keys = buying.prepare_code()
        request = CodeRequest(email, purpose, "eu", "de", buyer_id)
        with transaction() as session:
            return buying.ask_code(session, request, keys)

    def mailed(self) -> list[queries.CodeToSend]:
        with reading() as session:
            told = session.query(OutboxMessage).filter_by(topic="mailbox.code_asked").order_by("id").all()
            codes = [queries.code_to_send(session, int(m.payload["challenge"])) for m in told]
        return [code for code in codes if code is not None]

    def type_code(
        self, challenge: int, code: str, purpose: CodePurpose = CodePurpose.SIGN_IN
    ) -> Proof | None:
        with transaction() as session:
            return buying.prove(session, Typed(challenge, code), purpose)

    def prove(
        self, email: str, purpose: CodePurpose = CodePurpose.SIGN_IN, *, buyer_id: int | None = None
    ) -> Proof:
        challenge = self.ask(email, purpose, buyer_id=buyer_id)
        proof = self.type_code(challenge, self.mailed()[-1].code, purpose)
        assert proof is not None
        return proof

    def open_account(self, email: str) -> Buyer:
        proof = self.prove(email)
        with reading() as session:
            keys = buying.prepare_account(session)
        with transaction() as session:
            return buying.open_account(session, proof, keys)


class Office:
    """What happens in an office, each step in a transaction of its own."""

    def invite(self, email: str, *roles: StaffRole, by: Actor = SYSTEM) -> Invitation:
        with reading() as session:
            keys = staffing.prepare_member(session)
        with transaction() as session:
            return staffing.add_member(
                session, NewStaff(email, f"{email[:3]} at the desk", frozenset(roles), by), keys
            )

    def employ(self, email: str, *roles: StaffRole) -> Staff:
        """Add somebody who can sign in at once, with the secret of this module; no password is hashed."""
        with reading() as session:
            keys = staffing.prepare_member(session)
        with transaction() as session:
            new = NewStaff(email, f"{email[:3]} at the desk", frozenset(roles))
            number = staffing.add_demo_member(session, new, keys, DemoSecrets("no hash", SECRET))
        return self.member(number)

    def member(self, number: int) -> Staff:
        with reading() as session:
            return session.get_one(Staff, number)

    def code(self, secret: str = SECRET) -> str:
        return pyotp.TOTP(secret).at(clock.now())

    def finish(self, invited: Invitation, *, totp: str | None = None, code: str | None = None) -> list[str]:
        kept = credentials.recovery_hash(code or invited.setup_code)
        enrollment = Enrollment(
            invited.staff_id, kept, "no hash", self.code(invited.totp_secret) if totp is None else totp
        )
        with transaction() as session:
            return entry.finish_setup(session, enrollment)

    def prove(self, staff: Staff, typed: str) -> bool:
        with transaction() as session:
            return entry.prove_second_factor(session, staff.id, typed) is not None


@dataclass
class Visitor:
    """Somebody at a browser without script, each at an address of their own, as limits count by address."""

    client: FlaskClient
    address: str = field(default_factory=lambda: f"10.{randbelow(256)}.{randbelow(256)}.{randbelow(256)}")

    def get(self, path: str) -> TestResponse:
        """Open a page, without following where it leads."""
        return self.client.get(path, environ_overrides={"REMOTE_ADDR": self.address})

    def token(self, page: str) -> str:
        """Return the token of the forms of a page; it is good for the whole session."""
        found = _TOKEN.search(self.get(page).text)
        assert found is not None, page
        return found.group(1)

    def send(self, path: str, *, page: str = "", **fields: object) -> TestResponse:
        """Send a form to an address with the token of a page, by default of the same address."""
        found = _TOKEN.search(self.get(page or path).text)
        token = {"csrf_token": found.group(1)} if found else {}
        return self.client.post(
            path, data={**fields, **token}, environ_overrides={"REMOTE_ADDR": self.address}
        )


def come_back(client: FlaskClient, cookie: str, value: str) -> Visitor:
    """Return a visitor whose browser holds the cookie of who signed in before."""
    visitor = Visitor(client)
    visitor.client.set_cookie(cookie, value)
    return visitor


def seated(client: FlaskClient, staff: Staff) -> Visitor:
    """Return somebody of the staff at a browser of the desk, signed in."""
    visitor = Visitor(client)
    visitor.get("/sign-in")
    with client.session_transaction() as session:
        session["person"] = staff.person
    return visitor


def words(response: TestResponse) -> str:
    """Return what a person reads on a page: no tags, single blanks."""
    return " ".join(html.unescape(_TAGS.sub(" ", response.text)).split())


def without_token(response: TestResponse) -> str:
    """Return a page without its token, to compare it with another."""
    return _TOKEN.sub("", response.text)
