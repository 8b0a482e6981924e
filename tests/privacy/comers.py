"""The synthetic sign-ins, typed into the real functions of the shop one after the other, by a held clock."""

from dataclasses import dataclass

from oms.kernel import clock
from oms.kernel.db import transaction
from oms.signins import actions as signins
from oms.signins.queries import Visit
from oms.signins.states import How
from oms.web import budgets
from oms.web.budgets import Attempt
from tests.privacy.town import Try

SECRET = "a secret of the synthetic shop"


@dataclass(frozen=True)
class Seen:
    """What became of one right password."""

    kind: str
    is_attack: bool
    is_unusual: bool


def came(tries: list[Try]) -> list[Seen]:
    """Type everything, as the pages would; people type the code that is asked for, attackers have none."""
    found = []
    for one in tries:
        with clock.held_at(one.at), transaction() as session:
            attempt = Attempt.of(SECRET, one.account, one.address)
            if budgets.take(session, attempt) or not one.is_right:
                continue
            person = f"buyer:{one.account.removeprefix('member').partition('@')[0]}"
            visit = Visit(SECRET, one.address, one.agent)
            row = signins.arrive(session, person, How.PASSWORD, visit, attempt)
            seen = Seen(one.kind, one.is_attack, bool(row.reasons))
            if not (one.is_attack and seen.is_unusual):
                budgets.succeeded(session, attempt)
                signins.finish(session, row.id, person)
            found.append(seen)
    return found
