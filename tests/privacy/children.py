"""Children of the tests, and guardians: suspected, asked, at a browser; and what is still used of them."""

from pathlib import Path

from oms.kernel import jobs, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.kernel.register import KINDS, Job, Purpose
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.privacy.minors import actions
from oms.privacy.minors.actions import Suspicion
from oms.privacy.minors.models import MinorCase
from oms.privacy.minors.states import Evidence, Signal
from oms.privacy.states import Channel
from oms.privacy.wishes import queries as wishes
from oms.privacy.wishes.states import WishPurpose
from storefront.app import create_store
from tests.people import Mailbox, Visitor

PARENT = "parent@shop.test"


def suspected(order: Order, signal: Signal = Signal.OTHERS) -> MinorCase:
    with transaction() as session:
        return actions.suspect(session, Suspicion((order.unit,), signal), by=SYSTEM)


def themselves(*theirs: Order) -> MinorCase:
    """The case of somebody who proved the mailbox of some orders, and says that they are a child."""
    units = tuple(order.unit for order in theirs)
    with transaction() as session:
        seen = Suspicion(units, Signal.SELF, proven=units)
        return actions.suspect(session, seen, by=actions.THEMSELVES)


def asked(case: MinorCase, email: str = PARENT) -> MinorCase:
    keys = actions.prepare()
    with transaction() as session:
        row = session.get_one(MinorCase, case.id, with_for_update=True)
        actions.ask_guardian(session, row, email, keys, by=SYSTEM)
    return again(case)


def accepted(case: MinorCase) -> MinorCase:
    with transaction() as session:
        row = session.get_one(MinorCase, case.id, with_for_update=True)
        actions.accept_guardian(session, row, Evidence.CALL, by=SYSTEM)
    return again(case)


def again(case: MinorCase) -> MinorCase:
    with reading() as session:
        return session.get_one(MinorCase, case.id)


def used(order: Order) -> list[str]:
    """The purposes for which anybody but its person can still open something of an order."""
    found = []
    with reading() as session:
        for name in vault.ends(order.unit):
            kind = KINDS[name]
            for purpose in kind.purposes - {Purpose.RIGHTS}:
                for part in kind.readers.get(purpose, frozenset()) & set(Job):
                    by = SYSTEM.doing(part)
                    if vault.open_record(session, kind.type, order.unit, purpose=purpose, by=by):
                        found.append(f"{name} for {purpose}")
    return found


def is_restricted(order: Order) -> bool:
    """Say whether nothing of an order is used, nobody is written to, and it waits."""
    with reading() as session:
        held = bool(orders.open_holds(session, order.id))
    return held and not used(order) and not allowed(order)


def allowed(order: Order) -> list[tuple[WishPurpose, Channel]]:
    """What else than needed messages may go to the person of an order, and on which channel."""
    with reading() as session:
        return [
            (purpose, channel)
            for purpose in WishPurpose
            for channel in Channel
            if wishes.may(session, [order.unit], purpose, channel)
        ]


def gone(order: Order) -> bool:
    with reading() as session:
        cut = session.get_one(Order, order.id).forgotten_at is not None
    return cut and not vault.ends(order.unit)


def link_in(sink: Path, case: MinorCase) -> str:
    """The guardian's link, from the mail that has come."""
    jobs.drain()
    told = [path.read_text() for path in sink.glob("*.eml")]
    assert any(case.ref in one.replace("=\n", "") and PARENT in one for one in told)
    assert not any("ada@shop.test" in one and case.ref in one.replace("=\n", "") for one in told)
    return f"/your-data/child/{case.ref}"


def at(settings: Settings) -> Visitor:
    """Somebody at a browser of their own."""
    return Visitor(create_store(settings).test_client())


def as_guardian(settings: Settings, link: str) -> Visitor:
    visitor = at(settings)
    assert visitor.send(f"{link}/code", page=link).headers["Location"] == "/account/code"
    assert visitor.send("/account/code", code=Mailbox().mailed()[-1].code).headers["Location"] == link
    return visitor
