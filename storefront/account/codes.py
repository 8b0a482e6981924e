"""Asking for a code and typing it: the one way in which a browser proves a mailbox."""

from dataclasses import dataclass

from flask import current_app, redirect, request, session
from flask.typing import ResponseReturnValue

from oms.buyers import actions, queries
from oms.buyers.actions import CodeRequest, Proof, Typed
from oms.buyers.models import Buyer
from oms.buyers.states import CodePurpose
from oms.kernel.db import reading, transaction
from oms.privacy.notice import queries as notice
from oms.signins import actions as signins
from oms.signins.queries import Visit
from oms.signins.states import How
from oms.web import budgets, proofs, sessions
from oms.web.budgets import Attempt
from oms.web.markets import place

# What a mailbox proof opens: everything that was given this mailbox.
SORTS = ("order", "account", "request", "move", "guardian")
# And what it lets somebody take: the file of a copy, which is no unit of their own life.
_OPENED = (*SORTS, "copy")
_KEY = "code"


@dataclass(frozen=True, slots=True)
class Pending:
    """A code on its way: its id, what for, where it leads afterwards, and to which sign-in it belongs."""

    challenge: int
    purpose: CodePurpose
    onward: str
    back: str
    sign_in: int = 0


def visit() -> Visit:
    """Return from where this request comes, for judging a sign-in."""
    secret, agent = str(current_app.secret_key), request.headers.get("User-Agent", "")
    return Visit(secret, request.remote_addr or "", agent)


def going(path: str) -> ResponseReturnValue:
    """Lead to a path of this market and language."""
    return redirect(f"{request.script_root}{path}", 303)


def ask(email: str, purpose: CodePurpose, *, buyer_id: int | None = None) -> int:
    """Have a code mailed and return its id; known and unknown mailboxes are treated alike."""
    keys = actions.prepare_code()
    here = place()
    with transaction() as database:
        wanted = CodeRequest(email, purpose, here.market, here.language, buyer_id)
        return actions.ask_code(database, wanted, keys)


def begin(
    email: str, purpose: CodePurpose, *, onward: str, back: str, sign_in: int = 0
) -> ResponseReturnValue:
    """Have a code mailed and lead to the page where it is typed.

    Both are paths without market: `onward` where a right code leads, `back` where another address is typed.
    `sign_in` is the one that waits for this code, where the password was right and something is unusual.
    """
    session[_KEY] = {
        "challenge": ask(email, purpose),
        "purpose": purpose.value,
        "onward": onward,
        "back": back,
        "sign_in": sign_in,
    }
    return going("/account/code")


def pending() -> Pending | None:
    """Return the code that this browser waits for, or None."""
    kept = session.get(_KEY)
    if not kept:
        return None
    purpose = CodePurpose(kept["purpose"])
    return Pending(kept["challenge"], purpose, kept["onward"], kept["back"], kept.get("sign_in", 0))


def again(waiting: Pending) -> ResponseReturnValue:
    """Have another code mailed to the same mailbox; the former one is good no longer in this browser."""
    with reading() as database:
        mailbox = queries.mailbox_asked(database, waiting.challenge)
    if not mailbox:
        session.pop(_KEY)
        return going(waiting.back)
    more = {"onward": waiting.onward, "back": waiting.back}
    return begin(mailbox, waiting.purpose, **more, sign_in=waiting.sign_in)


def finish(waiting: Pending, typed: str) -> bool:
    """Judge what was typed; a right code is remembered for half an hour and, asked for it, signs in."""
    with transaction() as database:
        proof = actions.prove(database, Typed(waiting.challenge, typed), waiting.purpose)
        found = queries.units_of_mailbox(database, proof.email, *_OPENED) if proof else []
    if proof is None:
        return False
    session.pop(_KEY)
    if proof.purpose is CodePurpose.SIGN_IN:
        buyer = _account_of(proof)
        found = [*dict.fromkeys([*found, buyer.unit])]
        _note(waiting, buyer, proof.email)
        sessions.sign_in(buyer.person)
    else:
        sessions.current().renew()
    proofs.remember(found)
    return True


def _note(waiting: Pending, buyer: Buyer, email: str) -> None:
    """Keep the sign-in, or finish the one that waited for this code; wrong passwords before are forgiven."""
    here = visit()
    with transaction() as database:
        number = waiting.sign_in or signins.arrive(database, buyer.person, How.CODE, here).id
        signins.finish(database, number, buyer.person)
        budgets.succeeded(database, Attempt.of(here.secret, email, here.address))


def _account_of(proof: Proof) -> Buyer:
    with transaction() as database:
        known = actions.sign_in(database, proof)
    if known is not None:
        return known
    with reading() as database:
        keys = actions.prepare_account(database)
        shown = notice.version(database)
    with transaction() as database:
        return actions.open_account(database, proof, keys, notice_version=shown)


def masked(email: str) -> str:
    """Return an address as a stranger may see it, such as `a···@s···.test`."""
    name, _at, host = email.partition("@")
    ending = host.rpartition(".")[2]
    return f"{name[:1]}···@{host[:1]}···.{ending}" if host else ""
