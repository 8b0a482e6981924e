"""A power cut before any line of telling a recipient: it is told once logically, and that is on record."""

import inspect

import pytest
from sqlalchemy import text

from oms.kernel import clock, jobs, outbox
from oms.kernel.db import Role, reading, transaction
from oms.kernel.outbox import Message
from oms.privacy.erasure import actions as erasure
from oms.privacy.erasure.actions import Wish
from oms.privacy.models import PrivacyRequest, Telling
from oms.privacy.states import Way
from oms.privacy.telling import actions, handlers
from oms.shipping import gateway
from oms.shipping.carriers import hollow_post
from tests import make
from tests.forgetting import delivered
from tests.kernel.killing import ends_before_each_line
from tests.privacy.test_tellings import Recipient, recipients

__all__ = ["recipients"]
pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("shop")]
NAME = "recipient-0"


class AlwaysLucky:
    """A recipient's luck that never runs out."""

    def random(self) -> float:
        """Return the best of all throws."""
        return 0.0


class Someone:
    """One erased person after another, of whom a recipient is to be told."""

    def __init__(self, pencil: int, there: Recipient) -> None:
        self.pencil, self.there = pencil, there
        self.request, self.came = 0, 0

    def come(self) -> None:
        """Be erased; the recipient knows one parcel of theirs."""
        clients = {"r0": hollow_post.connect(self.there.address, "key")}
        gateway._doors[0] = gateway._Doors(clients)
        order = delivered({self.pencil: 1})
        with transaction() as session:
            self.request = erasure.open_request(session, Wish((order.unit,), Way.NOW, "eu", "en")).id
        assert erasure.carry_out(self.request)
        self.came += 1
        with transaction() as session:
            refs = [f"r0:parcel-{self.came}"]
            row = Telling(request_id=self.request, recipient=NAME, asked_at=clock.now(), refs=refs)
            session.add(row)
            outbox.say(session, "privacy.tell", request=self.request, recipient=NAME)

    def be_told(self) -> None:
        """What the worker does of it."""
        told = {"request": self.request, "recipient": NAME}
        handlers.tell_recipient(Message(1, "privacy.tell", told))


def test_a_kill_at_any_line_of_telling_leaves_it_told_once(recipients: list[Recipient]) -> None:
    there = recipients[0]
    there.luck = AlwaysLucky()  # type: ignore[assignment]
    with transaction() as session:
        someone = Someone(make.small_shop(session, pencils=5000).pencil, there)
    acknowledged = set()
    files = [inspect.getfile(handlers), inspect.getfile(actions)]
    for line in ends_before_each_line(someone.be_told, files, someone.come):
        with reading() as session:
            row = session.get_one(Telling, (someone.request, NAME))
            acknowledged.add(row.acknowledged_at is not None)
        with transaction(Role.MIGRATE) as session:
            make.due_now(session)
        jobs.drain()
        reference = f"parcel-{someone.came}"
        with reading() as session:
            row = session.get_one(Telling, (someone.request, NAME))
            number = session.get_one(PrivacyRequest, someone.request).number
            noted = text("SELECT count(*) FROM audit_entries WHERE verb = :verb AND about = :about")
            told = {"verb": "privacy.acknowledged", "about": f"request:{number}"}
            assert session.scalar(noted, told) == 1, line
        assert (row.acknowledgment, row.refs) == (there.forgotten[reference], []), line
    assert len(there.forgotten) == someone.came
    assert acknowledged == {False, True}
