"""A power cut before any line of forgetting somebody: what was begun is finished, and nothing is lost."""

import inspect

import pytest
from sqlalchemy import text

from oms.kernel import jobs, vault
from oms.kernel.db import reading, transaction
from oms.orders.models import Order
from oms.privacy.erasure import actions
from oms.privacy.erasure.actions import Wish
from oms.privacy.models import PrivacyRequest
from oms.privacy.states import RequestState, Way
from tests import make
from tests.fakes import wait_until
from tests.forgetting import delivered
from tests.kernel.killing import ends_before_each_line

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("shop")]
PIECES = 5000


class Someone:
    """One delivered order after another, each with a request to be forgotten."""

    def __init__(self, pencil: int) -> None:
        self.pencil = pencil
        self.order: Order
        self.request = 0

    def come(self) -> None:
        """Be delivered something, and ask to be forgotten."""
        self.order = delivered({self.pencil: 1})
        with transaction() as session:
            wish = Wish((self.order.unit,), Way.NOW, "eu", "en")
            self.request = actions.open_request(session, wish).id

    def is_forgotten_by_the_clock(self) -> bool:
        """Let the clock go on with what is under way; say whether this request is done."""
        jobs.SCHEDULE["privacy.carry_out_requests"].run()
        with reading() as session:
            return session.get_one(PrivacyRequest, self.request).state is RequestState.FULFILLED

    def books(self) -> tuple[int, int]:
        """The order's total and tax, in minor units."""
        with reading() as session:
            order = session.get_one(Order, self.order.id)
            return order.total, order.tax


def test_a_kill_at_any_line_of_forgetting_is_finished_by_the_clock() -> None:
    with transaction() as session:
        someone = Someone(make.small_shop(session, pencils=PIECES).pencil)
    outcomes = set()
    for line in ends_before_each_line(
        lambda: actions.carry_out(someone.request), [inspect.getfile(actions)], someone.come
    ):
        before = someone.books()
        with reading() as session:
            outcomes.add(session.get_one(PrivacyRequest, someone.request).state)
        vault.resume()
        # Postgres sees in its own time that whoever held the request is gone.
        wait_until(someone.is_forgotten_by_the_clock)
        with reading() as session:
            done = session.get_one(PrivacyRequest, someone.request)
            assert done.state is RequestState.FULFILLED, line
            assert done.certificate is not None
            assert done.certificate["kinds"] == {"order.contact": 1, "order.delivery": 1}, line
            assert session.get_one(Order, someone.order.id).forgotten_at is not None
            told = text("SELECT count(*) FROM outbox_messages WHERE topic = 'privacy.erased'")
            assert session.scalar(told) == line, "said once for each, however often it was begun"
        assert vault.ends(someone.order.unit) == {}
        assert len(vault.ends(done.certificate_unit)) == 1
        assert someone.books() == before
    assert outcomes == {RequestState.VERIFIED, RequestState.IN_PROGRESS, RequestState.FULFILLED}
