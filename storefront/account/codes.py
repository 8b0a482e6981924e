"""Asking for a code and typing it: the one way in which a browser proves a mailbox."""

from dataclasses import dataclass

from flask import redirect, request, session
from flask.typing import ResponseReturnValue

from oms.buyers import actions, queries
from oms.buyers.actions import CodeRequest, Proof, Typed
from oms.buyers.models import Buyer
from oms.buyers.states import CodePurpose
from oms.kernel.db import reading, transaction
from oms.privacy.notice import queries as notice
from oms.web import proofs, sessions
from oms.web.markets import place

# What a mailbox proof opens: everything that was given this mailbox.
SORTS = ("order", "account", "request", "move", "guardian")
# And what it lets somebody take: the file of a copy, which is no unit of their own life.
_OPENED = (*SORTS, "copy")
_KEY = "code"


@dataclass(frozen=True, slots=True)
class Pending:
    """A code on its way: its id, what for, and where it leads afterwards."""

    challenge: int
    purpose: CodePurpose
    onward: str
    back: str


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


def begin(email: str, purpose: CodePurpose, *, onward: str, back: str) -> ResponseReturnValue:
    """Have a code mailed and lead to the page where it is typed.

    Both are paths without market: `onward` where a right code leads, `back` where another address is typed.
    """
    session[_KEY] = {
        "challenge": ask(email, purpose),
        "purpose": purpose.value,
        "onward": onward,
        "back": back,
    }
    return going("/account/code")


def pending() -> Pending | None:
    """Return the code that this browser waits for, or None."""
    kept = session.get(_KEY)
    if not kept:
        return None
    return Pending(kept["challenge"], CodePurpose(kept["purpose"]), kept["onward"], kept["back"])


def again(waiting: Pending) -> ResponseReturnValue:
    """Have another code mailed to the same mailbox; the former one is good no longer in this browser."""
    with reading() as database:
        mailbox = queries.mailbox_asked(database, waiting.challenge)
    if not mailbox:
        session.pop(_KEY)
        return going(waiting.back)
    return begin(mailbox, waiting.purpose, onward=waiting.onward, back=waiting.back)


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
        sessions.sign_in(buyer.person)
    else:
        sessions.current().renew()
    proofs.remember(found)
    return True


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
