"""Lists of the desk name nobody, and so never open the vault: not by anybody, in anybody's name."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event, text

from oms.kernel import vault
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.kernel.register import Purpose
from oms.orders.models import Order
from oms.orders.personal import OrderContact
from oms.privacy.erasure import actions as erasure
from oms.privacy.erasure.actions import Wish
from oms.privacy.states import Way
from oms.returns import actions as returns
from oms.returns.actions import Declaration
from oms.returns.personal import WithdrawalStatement
from oms.staff.states import StaffRole
from tests.forgetting import delivered, paid
from tests.make import GUEST, Shop
from tests.oms.desk.conftest import Seat

LISTS = {
    "/orders": StaffRole.SERVICE,
    "/orders?state=to_send": StaffRole.SERVICE,
    "/pick": StaffRole.PICKER_PACKER,
    "/pack": StaffRole.PICKER_PACKER,
    "/shipments": StaffRole.PICKER_PACKER,
    "/returns": StaffRole.SERVICE,
    "/privacy": StaffRole.PRIVACY,
    "/palette": StaffRole.SERVICE,
}


@contextmanager
def buyers_opened() -> Iterator[set[str]]:
    """Give the units of buyers of which sealed rows are read inside the block, by whomever."""
    with reading(Role.MIGRATE) as session:
        rows = session.execute(
            text("SELECT id::text, unit FROM personal.sealed WHERE unit NOT LIKE 'staff:%'")
        )
        units = {unit for row in rows for unit in row}
    seen: set[str] = set()

    def note(*given: object) -> None:
        if "personal." in str(given[2]):
            seen.update(unit for unit in units if unit in str(given[3]))
            if not given[3]:
                seen.add("all of them")

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture
def busy(small: Shop) -> Order:
    """A shop with something in every list: to pick, withdrawn from, to be erased; the withdrawn order."""
    paid({small.clock: 1})
    arrived = delivered({small.pencil: 1})
    stated = WithdrawalStatement("Ada Lind", "ada@shop.test")
    with reading() as session:
        keys = returns.prepare(session, arrived)
    with transaction() as session:
        returns.withdraw(session, Declaration(arrived.id, stated, keys), by=GUEST)
    open_order = paid({small.pencil: 2})
    with transaction() as session:
        erasure.open_request(session, Wish((open_order.unit,), Way.LATER, "eu", "en"))
    return arrived


@pytest.mark.parametrize("path", LISTS)
def test_no_list_reads_what_a_buyer_gave(busy: Order, seat: Seat, path: str) -> None:
    visitor = seat(LISTS[path])
    visitor.get("/you")
    with buyers_opened() as seen:
        assert visitor.get(path).status_code == 200
    assert seen == set()


def test_an_opening_in_the_name_of_the_system_would_have_been_seen(busy: Order) -> None:
    with buyers_opened() as seen, transaction() as session:
        vault.open_record(
            session, OrderContact, busy.unit, purpose=Purpose.RIGHTS, by=SYSTEM.doing("erasure")
        )
    assert busy.unit in seen
