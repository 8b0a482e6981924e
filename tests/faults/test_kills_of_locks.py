"""A power cut at any line of locking one field, or of letting it out: it is in use or locked, never lost."""

import inspect
from dataclasses import replace

import pytest

from oms.kernel import jobs, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.db import reading, transaction
from oms.kernel.register import Purpose
from oms.orders.models import Order
from oms.orders.personal import OrderDelivery
from oms.privacy.locking import actions, queries
from oms.privacy.locking.actions import Disputed
from oms.privacy.models import PrivacyRequest
from oms.privacy.states import LockGround, Outcome
from tests import make
from tests.forgetting import paid
from tests.kernel.killing import ends_before_each_line
from tests.make import ADA, GUEST

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("shop")]
PHONE = "+31715270000"
CALLED = "order.delivery:phone"
FILES = [inspect.getfile(actions)]  # those of the vault: tests/kernel/vault/test_kills.py


class Someone:
    """One order after another, whose buyer disputes their number."""

    def __init__(self) -> None:
        with transaction() as session:
            self.pencil = make.small_shop(session, pencils=5000).pencil
        self.order: Order
        self.request = 0

    def buy(self) -> None:
        """Buy something that is sent with a number."""
        self.order = paid({self.pencil: 1}, delivery=replace(ADA, phone=PHONE))

    def dispute(self) -> None:
        """Have the number locked, as the page does."""
        wanted = Disputed(self.order.unit, "order.delivery", "phone", LockGround.WRONG)
        wanted = actions.prepare(wanted)
        with transaction() as session:
            self.request = actions.ask(session, wanted, "eu", "en", by=GUEST).id

    def be_told(self) -> None:
        """Have it locked, decided and told."""
        self.buy()
        self.dispute()
        with transaction() as session:
            found = session.get_one(PrivacyRequest, self.request)
            actions.decide(session, found, Outcome.KEPT, "It is right.", by=SYSTEM)
        actions.note_told(self.request)

    def let_out(self) -> None:
        """Lift the lock, as the desk does."""
        with transaction() as session:
            actions.lift(session, session.get_one(PrivacyRequest, self.request), by=SYSTEM)
        actions.unlock(self.request)

    def numbers(self) -> tuple[str, str]:
        """The number as the label gets it, and as its person reads it."""
        found = []
        for purpose, job in ((Purpose.DELIVERY, "labels"), (Purpose.RIGHTS, "erasure")):
            by = SYSTEM.doing(job)
            with reading() as session:
                kept = vault.open_record(session, OrderDelivery, self.order.unit, purpose=purpose, by=by)
            assert kept is not None
            assert kept.street == ADA.street
            found.append(kept.phone)
        return found[0], found[1]

    def is_locked(self) -> bool:
        """Say whether the shop has told anybody that it is locked."""
        with reading() as session:
            return queries.live(session, self.order.unit, "order.delivery", "phone") is not None


def test_a_kill_at_any_line_of_locking_leaves_it_in_use_or_locked_as_was_told() -> None:
    someone, outcomes = Someone(), set()
    for line in ends_before_each_line(someone.dispute, FILES, someone.buy):
        is_locked = someone.is_locked()
        assert someone.numbers() == ("" if is_locked else PHONE, PHONE), line
        if is_locked:
            assert (someone.order.unit, CALLED) in vault.locks([someone.order.unit]), line
        else:
            someone.dispute()
        assert someone.numbers() == ("", PHONE), line
        outcomes.add(is_locked)
    assert outcomes == {False, True}


def test_a_kill_at_any_line_of_letting_out_is_finished_by_the_outbox() -> None:
    someone, outcomes = Someone(), set()
    for line in ends_before_each_line(someone.let_out, FILES, someone.be_told):
        used, whole = someone.numbers()
        assert whole == PHONE, line
        if someone.is_locked():
            assert used == "", line
            someone.let_out()
        jobs.drain()
        assert someone.numbers() == (PHONE, PHONE), line
        outcomes.add(used)
    assert outcomes == {"", PHONE}
