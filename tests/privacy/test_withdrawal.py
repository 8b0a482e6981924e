"""The EU right of withdrawal: there all through the period, in two steps, acknowledged at once."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from oms import cli
from oms.kernel import clock, jobs, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.kernel.errors import ConflictError
from oms.notifications.returning import handlers as returning
from oms.orders import queries as orders
from oms.orders.models import Order, OrderEvent
from oms.orders.refunding import actions as refunding
from oms.orders.states import WAIVED, OrderState
from oms.payments import actions as refunds
from oms.returns import actions, checks, period, queries
from oms.returns.models import Withdrawal
from oms.returns.states import Exclusion, WithdrawalState
from oms.staff.states import StaffRole
from oms.web.doctor import Health
from storefront.app import create_store
from tests import make
from tests.forgetting import GRACE, delivered, paid, proven
from tests.make import Shop
from tests.oms.notifications.test_mails import mails
from tests.people import Visitor, words
from tests.privacy.test_clocks import officer

LABEL = "Withdraw from contract here"
# Delivered on a Monday, so that day 14 is a Monday that is no holiday.
MONDAY = datetime(2026, 11, 2, 10, tzinfo=UTC)
assert returning.acknowledge is not None


def right(order: Order) -> bool:
    with reading() as session:
        return queries.right_of(session, session.get_one(Order, order.id)) is not None


def withdrawals() -> list[Withdrawal]:
    with reading() as session:
        return list(session.scalars(select(Withdrawal)))


def arrived(small: Shop, at: datetime) -> Order:
    with clock.held_at(at):
        return delivered({small.clock: 1, small.pencil: 2})


def test_the_right_is_there_from_the_contract_to_day_14_and_gone_after(
    small: Shop, measured: Callable[..., None]
) -> None:
    with clock.held_at(MONDAY - timedelta(days=40)):
        waiting = paid({small.clock: 1})
    order = arrived(small, MONDAY)
    seen = []
    for days in range(16):
        with clock.held_at(MONDAY + timedelta(days=days)):
            seen.append(right(order))
            assert right(waiting)
    measured(
        "B39",
        f"there on days 0-14, gone on day 15: {seen.count(True)} of 15",
        passed=seen == [True] * 15 + [False],
    )


@pytest.mark.parametrize(
    ("delivery", "country", "end"),
    [
        ("2026-11-02T10:00", "NL", "2026-11-17T04:00"),
        ("2026-11-07T10:00", "NL", "2026-11-24T04:00"),
        ("2026-12-11T10:00", "DE", "2026-12-29T04:00"),
        ("2026-11-02T22:30", "FI", "2026-11-18T04:00"),
        ("2027-03-12T10:00", "DE", "2027-03-31T04:00"),
    ],
)
def test_the_last_day_is_never_a_day_of_rest(delivery: str, country: str, end: str) -> None:
    begun = datetime.fromisoformat(delivery).replace(tzinfo=UTC)
    assert period.ends_at(begun, country) == datetime.fromisoformat(end).replace(tzinfo=UTC)


def test_outside_the_union_and_without_payment_there_is_no_such_right(small: Shop) -> None:
    order = delivered({small.clock: 1})
    assert right(order)
    with transaction() as session:
        session.get_one(Order, order.id).country = "US"
    assert not right(order)
    assert not right(make.order({small.clock: 1}).order)


def pressed(visitor: Visitor, path: str, **stated: str) -> str:
    """Fill in the statement, continue, confirm; return what the last page says."""
    second = visitor.send(path, **stated)
    assert second.status_code == 200, words(second)
    assert "Confirm withdrawal" in words(second)
    assert withdrawals() == []
    return words(visitor.send(path, **{**stated, "step": "confirm"}))


def body(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_a_guest_withdraws_from_the_order_page_in_two_steps(
    small: Shop, store: FlaskClient, sink: Path, measured: Callable[..., None]
) -> None:
    order = delivered({small.clock: 1})
    visitor = proven(store, "ada@shop.test", f"/orders/{order.number}")
    assert LABEL in words(visitor.get(f"/orders/{order.number}"))
    path = f"/orders/{order.number}/withdraw"
    first = visitor.get(path)
    asked = sorted(set(re.findall(r'<input[^>]* name="([a-z]+)"', first.text)))
    assert asked == ["email", "name"]
    assert "Ada Lind" in first.text
    said = pressed(visitor, path, name="Ada Lind", email="ada@shop.test")
    assert "You have withdrawn" in said
    jobs.drain()
    [found] = withdrawals()
    assert found.acknowledged_at is not None
    took = (found.acknowledged_at - found.declared_at).total_seconds()
    measured(
        "B39",
        f"2 steps, {len(asked)} fields beside the contract, acknowledged in {took:.1f} s",
        passed=took <= 60,
    )
    [mail] = [m for m in mails(sink) if "withdrawal" in m["Subject"]]
    told = body(mail)
    assert mail["To"] == "ada@shop.test"
    for part in ("Ada Lind", f"Order {order.number}", "Retro clock × 1", f"{found.declared_at:%H:%M:%S} UTC"):
        assert part in told
    again = words(visitor.get(f"/orders/{order.number}"))
    assert LABEL not in again.replace("Find an order " + LABEL, "")
    assert "You withdrew from the contract" in again
    assert found.refund_by == (found.declared_at + timedelta(days=14)).date()


def test_without_proof_the_number_and_the_mailbox_are_enough(small: Shop, store: FlaskClient) -> None:
    order = delivered({small.clock: 1})
    visitor = Visitor(store)
    assert LABEL in words(visitor.get("/privacy"))
    stated = {"name": "Ada Lind", "number": order.number.lower(), "email": "ada@shop.test"}
    assert "You have withdrawn" in pressed(visitor, "/withdraw", **stated)
    twice = words(visitor.send("/withdraw", **stated, step="confirm"))
    assert "No order of this number and address can be withdrawn from." in twice
    assert len(withdrawals()) == 1


@pytest.mark.parametrize("wrong", [{"number": "7KQ2-M4XD-9B"}, {"email": "grace@shop.test"}, {"name": ""}])
def test_a_wrong_number_or_mailbox_says_the_same_and_writes_nothing(
    small: Shop, store: FlaskClient, wrong: dict[str, str]
) -> None:
    order = delivered({small.clock: 1})
    delivered({small.pencil: 1}, contact=GRACE)
    stated = {"name": "Ada Lind", "number": order.number, "email": "ada@shop.test", **wrong}
    answer = Visitor(store).send("/withdraw", **stated, step="confirm")
    meant = "Type your name." if "name" in wrong else "No order of this number and address"
    assert (answer.status_code, meant in words(answer)) == (422, True)
    assert withdrawals() == []


def test_a_stranger_with_the_address_of_the_page_is_led_to_the_look_up(
    small: Shop, store: FlaskClient
) -> None:
    order = delivered({small.clock: 1})
    answer = Visitor(store).get(f"/orders/{order.number}/withdraw")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/withdraw")


def test_an_account_withdraws_too_and_before_packing_the_money_goes_back_at_once(
    small: Shop, store: FlaskClient
) -> None:
    order = paid({small.clock: 1})
    visitor = proven(store, "ada@shop.test", f"/orders/{order.number}")
    path = f"/orders/{order.number}/withdraw"
    pressed(visitor, path, name="Ada Lind", email="ada@home.test")
    [found] = withdrawals()
    assert found.state is WithdrawalState.SETTLED
    with reading() as session:
        assert session.get_one(Order, order.id).state is OrderState.CANCELLED
        assert session.execute(text("SELECT amount FROM refunds")).scalars().all() == [order.total]
    assert "order.withdrawal" in vault.ends(order.unit)


def test_what_cannot_be_cancelled_by_itself_waits_for_the_desk(small: Shop, store: FlaskClient) -> None:
    with transaction() as session:
        actions.exclude(session, "RETRO-CLOCK", Exclusion.CUSTOM_MADE, by=SYSTEM)
    order = paid({small.clock: 1, small.pencil: 1})
    visitor = proven(store, "ada@shop.test", f"/orders/{order.number}")
    pressed(visitor, f"/orders/{order.number}/withdraw", name="Ada Lind", email="ada@home.test")
    with reading() as session:
        assert session.get_one(Order, order.id).state is OrderState.PLACED
        assert [held.why for held in orders.open_holds(session, order.id)] == [
            "The buyer withdrew from the contract."
        ]


def test_what_has_arrived_waits_for_nothing(small: Shop, store: FlaskClient) -> None:
    order = delivered({small.clock: 1})
    stated = {"name": "Ada Lind", "number": order.number, "email": "ada@shop.test"}
    pressed(Visitor(store), "/withdraw", **stated)
    with reading() as session:
        assert orders.open_holds(session, order.id) == []
    assert [one.state for one in withdrawals()] == [WithdrawalState.DECLARED]


def test_goods_that_the_law_excludes_are_named_and_stay(small: Shop, store: FlaskClient) -> None:
    with transaction() as session:
        assert actions.exclude(session, "RETRO-CLOCK", Exclusion.CUSTOM_MADE, by=SYSTEM)
        assert not actions.exclude(session, "RETRO-CLOCK", Exclusion.SEALED, by=SYSTEM)
    only, both = delivered({small.clock: 1}), delivered({small.clock: 1, small.pencil: 1})
    assert not right(only)
    visitor = proven(store, "ada@shop.test", f"/orders/{both.number}")
    page = words(visitor.get(f"/orders/{both.number}/withdraw"))
    assert "From which goods Cedar pencil × 1 From which not Retro clock: made for you" in page


def test_an_exclusion_does_not_reach_back_to_earlier_orders(small: Shop) -> None:
    order = delivered({small.clock: 1})
    with transaction() as session:
        actions.exclude(session, "RETRO-CLOCK", Exclusion.CUSTOM_MADE, by=SYSTEM)
    assert right(order)


def test_a_download_is_excluded_only_where_its_buyer_agreed(small: Shop) -> None:
    with transaction() as session:
        planner = session.execute(text("SELECT id FROM variants WHERE sku = 'PLANNER-PDF'")).scalar_one()
    order = paid({planner: 1})
    assert right(order)
    with transaction() as session:
        session.add(session.get_one(Order, order.id).event(WAIVED, SYSTEM, at=clock.now()))
    assert not right(order)
    with reading() as session:
        assert session.scalar(select(OrderEvent.what).where(OrderEvent.what == WAIVED))


def test_the_desk_lists_it_without_a_name_settles_it_once_and_the_doctor_minds_the_day(
    small: Shop, store: FlaskClient, desk: FlaskClient
) -> None:
    order = delivered({small.clock: 1})
    stated = {"name": "Ada Lind", "number": order.number, "email": "ada@shop.test"}
    pressed(Visitor(store), "/withdraw", **stated)
    assert checks._owed() == ("0", Health.WELL)
    with clock.held_at(clock.now() + timedelta(days=15)):
        assert checks._owed() == ("1", Health.ILL)
        assert checks._unacknowledged() == ("1", Health.ILL)
    visitor = officer(desk, StaffRole.FINANCE)
    page = visitor.get("/returns")
    assert order.number in words(page)
    assert "Ada Lind" not in page.text
    [found] = withdrawals()
    path = f"/returns/withdrawals/{found.id}/settle"
    give_back(order, {order.lines[0].id: 1}, delivery=True)
    assert "All that was owed went back." in words(visitor.get(path))
    assert visitor.send(path).status_code == 303
    assert visitor.send(path).status_code == 409
    assert withdrawals()[0].state is WithdrawalState.SETTLED
    assert settled_because(order) == [""]
    assert order.number in words(visitor.get("/returns?view=settled"))


def give_back(order: Order, units: dict[int, int], *, delivery: bool) -> None:
    with transaction() as session:
        refunding.refund(
            session, order.id, refunding.Wanted(units, delivery, "The buyer withdrew"), by=SYSTEM
        )


def settled_because(order: Order) -> list[str]:
    with reading() as session:
        done = select(OrderEvent.why).where(
            OrderEvent.order_id == order.id, OrderEvent.what == "withdrawal settled"
        )
        return list(session.scalars(done))


def test_it_is_not_settled_while_money_is_owed_unless_a_reason_is_recorded(
    small: Shop, store: FlaskClient, desk: FlaskClient
) -> None:
    order = delivered({small.clock: 2})
    stated = {"name": "Ada Lind", "number": order.number, "email": "ada@shop.test"}
    pressed(Visitor(store), "/withdraw", **stated)
    [found] = withdrawals()
    give_back(order, {order.lines[0].id: 1}, delivery=True)
    path = f"/returns/withdrawals/{found.id}/settle"
    visitor = officer(desk, StaffRole.FINANCE)
    page = visitor.get(path)
    assert "€31.00 is owed still." in words(page)
    for reason in ("", "Because"):
        assert visitor.send(path, reason=reason).status_code == 422
    with pytest.raises(ConflictError, match="owed still"), transaction() as session:
        actions.settle(session, found.id, by=SYSTEM)
    assert withdrawals()[0].state is WithdrawalState.DECLARED
    assert settled_because(order) == []
    assert visitor.send(path, reason="The goods came back worth less").status_code == 303
    assert withdrawals()[0].state is WithdrawalState.SETTLED
    assert settled_because(order) == ["The goods came back worth less"]


def test_what_is_owed_leaves_out_what_cannot_be_withdrawn_from_and_a_refund_that_failed(small: Shop) -> None:
    with transaction() as session:
        actions.exclude(session, "CEDAR-PENCIL", Exclusion.CUSTOM_MADE, by=SYSTEM)
    order = delivered({small.clock: 1, small.pencil: 2})

    def owed() -> int:
        with reading() as session:
            return queries.still_owed(session, orders.get(session, order.id)).amount

    assert owed() == 3100
    [clock_line] = [line.id for line in order.lines if line.sku == "RETRO-CLOCK"]
    give_back(order, {clock_line: 1}, delivery=False)
    assert owed() == 0
    with transaction() as session:
        refunds.refuse_refund(session, 1, "closed account")
    assert owed() == 3100


def test_the_command_excludes_a_sku_and_refuses_an_unknown_one(small: Shop, settings: Settings) -> None:
    app = create_store(settings)
    cli.register(app)
    run = app.test_cli_runner().invoke
    said = run(args=["returns", "exclude", "RETRO-CLOCK", "custom-made"])
    assert "RETRO-CLOCK is excluded from withdrawal: custom-made." in said.output
    assert run(args=["returns", "exclude", "NOTHING", "custom-made"]).exit_code == 1
