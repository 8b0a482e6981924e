"""Whom the case of a child reaches, and what a named guardian may do: only what was proven, or accepted.

001-59, 001-61: a mailbox that somebody typed is no proof, and one that somebody named is no guardian.
"""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from oms.kernel import jobs, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.kernel.errors import IllegalMoveError
from oms.orders.models import Order
from oms.orders.personal import OrderContact
from oms.orders.states import OrderState
from oms.privacy.minors import actions, queries, runs
from oms.privacy.minors.actions import Suspicion
from oms.privacy.minors.models import MinorCase
from oms.privacy.minors.states import Finding, MinorState, Signal, Standing
from oms.staff.states import StaffRole
from tests.forgetting import paid, proven
from tests.make import Shop
from tests.people import Mailbox, Office, Visitor, seated, words
from tests.privacy.children import (
    PARENT,
    accepted,
    again,
    as_guardian,
    asked,
    at,
    gone,
    is_restricted,
    link_in,
    suspected,
    themselves,
    used,
)

VICTIM = OrderContact("victim@shop.test")


def signed_in(settings: Settings, email: str) -> Visitor:
    """Somebody with an account, signed in just now."""
    visitor = at(settings)
    visitor.send("/account/sign-in", email=email)
    visitor.send("/account/code", code=Mailbox().mailed()[-1].code)
    return visitor


def typed(small: Shop, settings: Settings) -> tuple[Visitor, Order, Order, int]:
    """An attacker with an account, whose order has the victim's mailbox typed; the victim's own order."""
    theirs = paid({small.clock: 1}, contact=VICTIM)
    victim = Mailbox().open_account(VICTIM.email)
    visitor = signed_in(settings, "evil@shop.test")
    with reading() as session:
        evil = session.scalars(queries.select(type(victim)).where(type(victim).id != victim.id)).one()
    bait = paid({small.pencil: 1}, contact=VICTIM, buyer_id=evil.id)
    jobs.drain()
    return visitor, bait, theirs, victim.id


def case_about(unit: str) -> MinorCase:
    with reading() as session:
        found = queries.open_case(session, [unit])
    assert found is not None
    return found


def test_a_typed_mailbox_leads_a_guardian_to_nobody_else(small: Shop, settings: Settings, sink: Path) -> None:
    evil, bait, theirs, victim = typed(small, settings)
    assert evil.send("/your-data/minor", email=PARENT).headers["Location"] == "/your-data/"
    case = case_about(bait.unit)
    link = link_in(sink, case)
    with reading() as session:
        reached = queries.units_of(session, case.id)
    assert bait.unit in reached
    assert not {theirs.unit, f"account:{victim}"} & set(reached)
    assert used(theirs)
    guardian = as_guardian(settings, link)
    assert guardian.send(f"{link}/look", page=link).status_code == 404
    assert guardian.send(f"{link}/answer", page=link, answer="no").status_code == 303
    assert gone(bait)
    assert not gone(theirs)
    assert vault.ends(f"account:{victim}")
    with reading() as session:
        assert session.get_one(Order, theirs.id).state is OrderState.PLACED


def test_what_the_victim_orders_next_is_not_drawn_in(small: Shop, settings: Settings) -> None:
    evil, bait, _theirs, _victim = typed(small, settings)
    evil.send("/your-data/minor", email="")
    again_theirs = paid({small.pencil: 1}, contact=VICTIM)
    jobs.drain()
    assert used(again_theirs)
    assert is_restricted(bait)


def test_a_victim_who_says_to_be_a_child_gets_a_case_of_their_own(
    small: Shop, settings: Settings, store: FlaskClient
) -> None:
    evil, bait, theirs, victim = typed(small, settings)
    evil.send("/your-data/minor", email=PARENT)
    case = case_about(bait.unit)
    proven(store, VICTIM.email).send("/your-data/minor", email="")
    own = case_about(theirs.unit)
    assert own.id != case.id
    with reading() as session:
        assert f"account:{victim}" in queries.units_of(session, own.id)
        assert theirs.unit not in queries.units_of(session, case.id)


def test_a_report_at_the_desk_reaches_the_order_and_its_account_alone(
    small: Shop, settings: Settings
) -> None:
    _evil, bait, theirs, victim = typed(small, settings)
    guest = paid({small.pencil: 1}, contact=VICTIM)
    with reading() as session:
        assert queries.units_of(session, suspected(guest).id) == [guest.unit]
        reached = queries.units_of(session, suspected(bait).id)
    assert len(reached) == 2
    assert f"account:{victim}" not in reached
    assert used(theirs)


def test_a_mailbox_that_others_named_waits_for_staff(
    small: Shop, settings: Settings, sink: Path, desk: FlaskClient
) -> None:
    order = paid({small.clock: 1})
    case = asked(suspected(order))
    link = link_in(sink, case)
    guardian = as_guardian(settings, link)
    shown = words(guardian.get(link))
    assert "we first make sure that you are the guardian" in shown
    assert order.number not in shown
    for deed, given in (("look", {}), ("answer", {"answer": "no"})):
        assert guardian.send(f"{link}/{deed}", page="/account/prove", **given).status_code == 404
    assert "Rapenburg" not in guardian.get("/your-data/").text
    assert is_restricted(order)
    officer = seated(desk, Office().employ("pat@shop.test", StaffRole.PRIVACY))
    with reading() as session:
        path = f"/privacy/minors/{queries.number_of(session, case)}"
    assert officer.send(f"{path}/accept", page=path, seen="a stamp").status_code == 422
    assert officer.send(f"{path}/accept", page=path, seen="a call with both of them").status_code == 303
    assert officer.send(f"{path}/accept", page=path, seen="a call with both of them").status_code == 409
    assert "guardian accepted: a call with both of them" in words(officer.get(path))
    jobs.drain()
    assert any("You can now see" in one.read_text() for one in sink.glob("*.eml"))
    assert guardian.send(f"{link}/look", page=link).status_code == 303
    assert "Rapenburg 70" in guardian.get("/your-data/").text
    assert guardian.send(f"{link}/answer", page=link, answer="no").status_code == 303
    assert gone(order)


def test_whoever_adds_to_a_case_has_its_guardian_accepted_anew(small: Shop) -> None:
    named, other = paid({small.clock: 1}), paid({small.pencil: 1})
    case = accepted(asked(suspected(named)))
    assert themselves(named, other).id == case.id
    assert again(case).standing is Standing.CLAIMED
    with reading() as session:
        assert queries.guarded(session, case.ref, [case.guardian_unit]) is None


def test_a_guardian_whom_staff_know_is_not_replaced_by_the_child(small: Shop) -> None:
    case = accepted(asked(suspected(paid({small.clock: 1}))))
    with pytest.raises(IllegalMoveError, match="whom we know"):
        asked(case, "friend@shop.test")
    assert again(case).guardian_unit == case.guardian_unit


@pytest.mark.parametrize("finding", [Finding.MISTAKE, Finding.OF_AGE, Finding.AGREED])
def test_a_mistake_ends_what_a_wrong_guardian_could_do(
    small: Shop, settings: Settings, sink: Path, finding: Finding
) -> None:
    order = paid({small.clock: 1})
    case = asked(suspected(order))
    link = link_in(sink, case)
    stranger = as_guardian(settings, link)
    with transaction() as session:
        actions.resolve(session, session.get_one(MinorCase, case.id), finding, by=SYSTEM)
    for answer in (stranger.get(link), stranger.send(f"{link}/look", page="/your-data/")):
        assert answer.status_code == 404
    before = len(list(sink.glob("*.eml")))
    jobs.drain()
    new = [path.read_text() for path in sorted(sink.glob("*.eml"))]
    assert len(new) == before + 1
    assert not any("no longer locked" in one and PARENT in one for one in new)
    runs.keep_time()
    assert vault.ends(case.guardian_unit) == {}
    assert again(case).guardian_unit == ""
    assert used(order)


def test_a_guardian_whom_staff_accepted_keeps_their_rights_after_agreeing_in_another_way(small: Shop) -> None:
    case = accepted(asked(suspected(paid({small.clock: 1}))))
    with transaction() as session:
        actions.resolve(session, session.get_one(MinorCase, case.id), Finding.AGREED, by=SYSTEM)
    runs.keep_time()
    with reading() as session:
        assert queries.guarded(session, case.ref, [case.guardian_unit])
        assert queries.guarded(session, case.ref, ["guardian:another"]) is None


def test_who_is_signed_in_since_long_proves_the_mailbox_before_naming_a_guardian(
    small: Shop, settings: Settings
) -> None:
    visitor = signed_in(settings, "ada@shop.test")
    with visitor.client.session_transaction() as session:
        session.pop("proven")
    answer = visitor.send("/your-data/minor", page="/account/", email=PARENT)
    assert answer.headers["Location"] == "/account/sign-in?next=/your-data/minor"
    with reading() as session:
        assert not queries.has_any(session)


def test_a_silent_guardian_of_a_report_erases_what_was_reported_alone(small: Shop) -> None:
    named, other = paid({small.clock: 1}), paid({small.pencil: 1})
    case = suspected(named, Signal.OTHERS)
    assert runs.erase(case.id, "nobody answered in time", by=SYSTEM)
    assert gone(named)
    assert not gone(other)
    assert again(case).state is MinorState.ERASED


def test_nobody_proves_what_is_not_theirs(small: Shop) -> None:
    mine, other = paid({small.clock: 1}), paid({small.pencil: 1})
    with transaction() as session:
        seen = Suspicion((mine.unit,), Signal.SELF, proven=(mine.unit, other.unit))
        case = actions.suspect(session, seen, by=actions.THEMSELVES)
        assert queries.units_of(session, case.id) == [mine.unit]
