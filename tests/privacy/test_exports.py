"""Lists of many people leave the desk by two hands alone, once, and everybody in them can see it (002-38)."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from oms.fulfillment.printing import actions as printing
from oms.kernel import audit, clock, vault
from oms.kernel.audit import Actor, ActorKind
from oms.kernel.db import Role, reading, transaction
from oms.kernel.errors import RefusedError
from oms.kernel.outbox import Message
from oms.kernel.register import Purpose
from oms.orders.models import Order
from oms.privacy.erasure import actions as erasure
from oms.privacy.erasure.actions import Wish
from oms.privacy.exports import handlers
from oms.privacy.exports.models import Export, ExportUnit
from oms.privacy.exports.states import ExportState
from oms.privacy.locking import actions as locking
from oms.privacy.locking.actions import Disputed
from oms.privacy.retention import actions as retention
from oms.privacy.states import LockGround, Way
from oms.staff.models import Staff
from oms.staff.states import StaffRole
from tests.forgetting import delivered
from tests.make import ADA, Shop
from tests.people import Office, Visitor, seated, words

PATH = "/privacy/exports"


def employed(desk: FlaskClient, name: str, role: StaffRole) -> tuple[Staff, Visitor]:
    found = Office().employ(f"{name}@shop.test", role)
    return found, seated(desk.application.test_client(), found)


def asked(visitor: Visitor, orders: list[Order], kind: str = "addresses") -> str:
    numbers = "\n".join(order.number for order in orders)
    answer = visitor.send(PATH, page=PATH, numbers=numbers, kind=kind, reason="Recall of a batch")
    assert answer.status_code == 303, words(answer)
    return str(answer.headers["Location"]).removeprefix("/oms")


def lock(order: Order) -> None:
    """Have the address of an order locked by its person."""
    disputed = Disputed(order.unit, "order.delivery", "name", LockGround.WRONG)
    with transaction() as session:
        locking.ask(session, disputed, "eu", "en", by=Actor(ActorKind.GUEST, "1"))


def built() -> None:
    with reading() as session:
        waiting = list(session.scalars(select(Export.id).where(Export.state == ExportState.AGREED)))
    for number in waiting:
        handlers.build_export(Message(number, "privacy.export_agreed", {"export": number}))


def test_a_list_needs_a_reason_and_a_second_person_and_is_taken_once(
    small: Shop, desk: FlaskClient, measured: Callable[..., None]
) -> None:
    orders = [delivered({small.pencil: 1}) for _ in range(3)]
    kim, asking = employed(desk, "kim", StaffRole.SERVICE)
    pat, agreeing = employed(desk, "pat", StaffRole.PRIVACY)
    place = asked(asking, orders)
    assert asking.send(f"{place}/yes", page=place).status_code == 403
    assert asking.send(f"{place}/take", page=place).status_code == 409
    shown = words(agreeing.get(place))
    assert "Recall of a batch" in shown
    assert ADA.street not in shown
    assert agreeing.send(f"{place}/yes", page=place).status_code == 303
    built()
    assert agreeing.send(f"{place}/take", page=place).status_code == 403
    taken = asking.send(f"{place}/take", page=place)
    lines = taken.text.splitlines()
    assert lines[0] == "order,name,street,city,region,postcode,country"
    assert [line.split(",")[0] for line in lines[1:]] == [order.number for order in orders]
    assert all(ADA.street in line for line in lines[1:])
    assert taken.headers["Cache-Control"] == "no-store"
    assert asking.send(f"{place}/take", page=place).status_code == 409
    with reading() as session:
        row = session.scalars(select(Export)).one()
        assert (row.state, row.asked_by, row.decided_by) == (ExportState.TAKEN, str(kim.id), str(pat.id))
        assert (row.reason, session.scalars(select(ExportUnit)).all()) == ("", [])
        assert vault.ends(row.unit) == {}
        seen = [
            deed
            for order in orders
            for deed in audit.about_subject(session, vault.subject_of(session, order.unit) or row.file_id)
            if deed.verb == "privacy.export"
        ]
    assert [(deed.by.id, deed.by.reason) for deed in seen] == [(str(kim.id), "Recall of a batch")] * 3
    measured("B30", "a list of 3 people: second person, taken once, 3 entries", passed=True)


@pytest.mark.parametrize(
    "forged",
    [
        "UPDATE privacy_exports SET state = 'agreed'",
        "UPDATE privacy_exports SET state = 'agreed', decided_at = now(), decided_by = asked_by",
        "UPDATE privacy_exports SET state = 'ready', decided_by = '99'",
    ],
)
def test_the_database_too_wants_two_different_people(small: Shop, desk: FlaskClient, forged: str) -> None:
    _, asking = employed(desk, "kim", StaffRole.SERVICE)
    asked(asking, [delivered({small.pencil: 1})])
    with pytest.raises(IntegrityError, match="privacy_exports"), transaction(Role.MIGRATE) as session:
        session.execute(text(forged))


def test_what_is_typed_wrong_is_said_and_nothing_is_asked(small: Shop, desk: FlaskClient) -> None:
    order = delivered({small.pencil: 1})
    _, asking = employed(desk, "kim", StaffRole.SERVICE)
    card = "Recall of 4242 4242 4242 4242"
    for numbers, reason in (
        (order.number, " "),
        (f"{order.number} NOBODY", "Recall"),
        ("", "Recall"),
        (order.number, card),
    ):
        answer = asking.send(PATH, page=PATH, numbers=numbers, kind="addresses", reason=reason)
        assert answer.status_code == 422
    with reading() as session:
        assert session.scalars(select(Export)).all() == []


def test_who_is_erased_takes_every_list_under_way_along(small: Shop, desk: FlaskClient) -> None:
    orders = [delivered({small.pencil: 1}) for _ in range(2)]
    _, asking = employed(desk, "kim", StaffRole.SERVICE)
    _, agreeing = employed(desk, "pat", StaffRole.PRIVACY)
    place = asked(asking, orders, "mailboxes")
    agreeing.send(f"{place}/yes", page=place)
    built()
    with transaction() as session:
        request = erasure.open_request(session, Wish((orders[0].unit,), Way.NOW, "eu", "en"))
    erasure.carry_out(request.id)
    assert asking.send(f"{place}/take", page=place).status_code == 409
    with reading() as session:
        row = session.scalars(select(Export)).one()
        assert (row.state, vault.ends(row.unit)) == (ExportState.DROPPED, {})


def test_who_locks_their_data_is_in_no_list_and_is_told_of_none(small: Shop, desk: FlaskClient) -> None:
    before, after, free = (delivered({small.pencil: 1}) for _ in range(3))
    _, asking = employed(desk, "kim", StaffRole.SERVICE)
    _, agreeing = employed(desk, "pat", StaffRole.PRIVACY)
    lock(before)
    places = asked(asking, [before, free]), asked(asking, [after, free])
    for place in places:
        assert agreeing.send(f"{place}/yes", page=place).status_code == 303
    built()
    lock(after)
    assert asking.send(f"{places[1]}/take", page=places[1]).status_code == 409
    taken = asking.send(f"{places[0]}/take", page=places[0]).text
    assert (free.number in taken, before.number in taken) == (True, False)
    with reading() as session:
        verbs = {
            one.number: [deed.verb for deed in audit.about(session, one.unit)]
            for one in (before, after, free)
        }
        assert [number for number, seen in verbs.items() if "privacy.export" in seen] == [free.number]
        assert {row.state for row in session.scalars(select(Export))} == {
            ExportState.TAKEN,
            ExportState.DROPPED,
        }


def test_a_list_that_nobody_takes_is_gone_after_a_day(small: Shop, desk: FlaskClient) -> None:
    _, asking = employed(desk, "kim", StaffRole.SERVICE)
    _, agreeing = employed(desk, "pat", StaffRole.PRIVACY)
    place = asked(asking, [delivered({small.pencil: 1})])
    agreeing.send(f"{place}/yes", page=place)
    built()
    with clock.held_at(clock.now() + timedelta(days=1, minutes=1)):
        retention.let_go()
    with reading() as session:
        assert session.scalars(select(Export)).all() == []
        assert (
            session.execute(text("SELECT count(*) FROM personal.sealed WHERE kind = 'export.file'")).scalar()
            == 0
        )


def test_one_can_take_a_wish_back_and_others_can_refuse_it(small: Shop, desk: FlaskClient) -> None:
    order = delivered({small.pencil: 1})
    _, asking = employed(desk, "kim", StaffRole.SERVICE)
    _, other = employed(desk, "pat", StaffRole.PRIVACY)
    for visitor, state in ((asking, ExportState.DROPPED), (other, ExportState.REFUSED)):
        place = asked(asking, [order])
        assert visitor.send(f"{place}/no", page=place).status_code == 303
        with reading() as session:
            assert session.scalars(select(Export.state).order_by(Export.id.desc())).first() is state
        assert other.send(f"{place}/yes", page=place).status_code == 409
        assert other.send(f"{place}/banana", page=place).status_code == 404


def test_whoever_leaves_takes_no_list_along(small: Shop, desk: FlaskClient) -> None:
    _, owner = employed(desk, "boss", StaffRole.OWNER)
    kim, asking = employed(desk, "kim", StaffRole.SERVICE)
    place = asked(asking, [delivered({small.pencil: 1})])
    owner.send(f"{place}/yes", page=place)
    built()
    token = re.search(r'name="csrf_token" value="([^"]+)"', asking.get(place).text)
    assert owner.send(f"/staff/{kim.id}/let-go", page=f"/staff/{kim.id}").status_code == 303
    gone = asking.client.post(f"{place}/take", data={"csrf_token": token.group(1) if token else ""})
    assert gone.status_code in {303, 400, 401, 403}
    assert ADA.street not in gone.text
    with reading() as session:
        assert session.scalars(select(Export.state)).all() == [ExportState.READY]


def test_labels_of_open_tasks_need_nobody_else_but_many_again_do(small: Shop) -> None:
    packer = Actor(ActorKind.STAFF, "4", roles=frozenset({StaffRole.PICKER_PACKER}))
    orders = [delivered({small.pencil: 1}) for _ in range(3)]
    units = [order.unit for order in orders] + [f"order:{n}" for n in range(printing.MOST_AGAIN)]

    def printed(unit: str, by: Actor) -> None:
        with transaction() as session:
            printing.check_again(session, unit, by)
            audit.record(session, by, "vault.open", unit, purpose=Purpose.DELIVERY)

    for unit in units:
        printed(unit, packer)
    for unit in units[: printing.MOST_AGAIN] * 2:
        printed(unit, packer)
    with pytest.raises(RefusedError, match="colleague"):
        printed(units[-1], packer)
    printed(units[-1], Actor(ActorKind.STAFF, "5", roles=packer.roles))
    with clock.held_at(clock.now() + timedelta(days=1, minutes=1)):
        printed(units[-1], packer)
