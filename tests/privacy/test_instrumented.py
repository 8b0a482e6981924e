"""A day at the desk and in the shop, each unsealing counted from outside: one entry for each (B29)."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from oms.kernel import audit, clock, vault
from oms.kernel.audit import Actor, ActorKind
from oms.kernel.db import Role, reading, transaction
from oms.kernel.ids import new_id
from oms.kernel.register import Purpose
from oms.orders.personal import OrderContact, OrderDelivery
from oms.privacy.exports import actions as exports
from oms.privacy.exports.models import Export
from oms.privacy.exports.states import ExportState
from oms.staff.states import StaffRole
from tests.forgetting import delivered, paid
from tests.make import Shop
from tests.people import Office, Visitor, come_back, seated
from tests.privacy.busy import Busy
from tests.privacy.spying import audited, spying

CANARIES = ("ada@shop.test", "Rapenburg", "2311 EZ")
LIST = "/privacy/exports"


def colleague(desk: Flask) -> Visitor:
    return seated(desk.test_client(), Office().employ("second@shop.test", StaffRole.PRIVACY))


def crawl(app: Flask, visitor: Visitor, known: dict[str, str]) -> int:
    """Open every page that can be opened; return how many there were."""
    count = 0
    for rule in app.url_map.iter_rules():
        path = known.get(str(rule.endpoint), "" if rule.arguments else str(rule))
        if "GET" in (rule.methods or set()) and path and not path.startswith("/static"):
            assert visitor.get(path).status_code < 500, path
            count += 1
    return count


def work_at_the_desk(desk: Flask, owner: Visitor, small: Shop) -> None:
    """Reveal, note, and take a list along with the agreement of somebody else."""
    orders = [delivered({small.pencil: 1}) for _ in range(3)]
    for order in orders:
        path = f"/orders/{order.number}"
        assert owner.send(f"{path}/reveal", page=path, reason="returned").status_code == 200
        assert owner.send(f"{path}/note", page=path, note="Rang twice").status_code == 303
        owner.get(path)
    numbers = " ".join(order.number for order in orders)
    owner.send(LIST, page=LIST, numbers=numbers, kind="mailboxes", reason="Recall")
    with reading() as session:
        row = session.scalars(select(Export).where(Export.kind == "mailboxes")).one()
    place = f"{LIST}/{row.number}"
    assert colleague(desk).send(f"{place}/yes", page=place).status_code == 303
    exports.build(row.id)
    assert owner.send(f"{place}/take", page=place).status_code == 200
    with reading() as session:
        assert session.get_one(Export, row.id).state is ExportState.TAKEN


def change_in_the_shop(shopper: Visitor, small: Shop) -> None:
    """Correct an address, as its buyer."""
    order = paid({small.pencil: 1})
    path = f"/orders/{order.number}/correct"
    shown = shopper.get(path)
    assert shown.status_code == 200
    typed = {"name": "Ada Lind", "street": "Breestraat 1", "postcode": "2311 CG", "city": "Leiden"}
    assert shopper.send(path, page=path, email="new@shop.test", **typed).status_code == 303


def test_every_access_has_one_entry(
    small: Shop, apps: tuple[Flask, Flask], busy: Busy, measured: Callable[..., None]
) -> None:
    store, desk = apps
    owner = come_back(desk.test_client(), "desk", busy.owner)
    shopper = come_back(store.test_client(), "store", busy.buyer)
    before = audited()
    with spying() as spy:
        pages = crawl(desk, owner, busy.desk) + crawl(store, shopper, busy.store)
        work_at_the_desk(desk, owner, small)
        change_in_the_shop(shopper, small)
    given, written = spy.counted(), audited() - before
    missing, double = given - written, written - given
    with reading() as session:
        looked = session.scalar(text("SELECT count(*) FROM audit_entries WHERE verb = 'privacy.export'"))
        log = str(session.execute(text("SELECT * FROM audit_entries")).all())
        log += str(session.execute(text("SELECT reason FROM audit_details")).all())
    leaked = [word for word in CANARIES if word in log]
    figure = (
        f"{pages} pages, {given.total()} accesses, {missing.total()} missing, {double.total()} double,"
        f" {looked} exported, {len(leaked)} canaries in the log"
    )
    is_whole = not missing and not double and looked == 3 and not leaked
    measured("B29", figure, passed=given.total() >= 15 and is_whole)


def test_an_access_without_an_entry_and_one_too_many_are_seen(small: Shop) -> None:
    order = delivered({small.pencil: 1})
    by = Actor(ActorKind.STAFF, "1", roles=frozenset({"service"}))
    before = audited()
    with spying() as spy:
        with pytest.raises(ZeroDivisionError), transaction() as session:
            vault.open_record(session, OrderDelivery, order.unit, purpose=Purpose.AFTER_SALES, by=by)
            _ = 1 // 0
        with transaction() as session:
            vault.open_record(session, OrderContact, order.unit, purpose=Purpose.AFTER_SALES, by=by)
            audit.record(session, by, "vault.open", order.unit, fields=("order.contact.email",))
    given, written = spy.counted(), audited() - before
    assert (given - written).total() == 1
    assert (written - given).total() == 1


@pytest.mark.usefixtures("shop")
def test_entries_stay_thirteen_months_and_go_at_a_checkpoint(
    tmp_path: Path, measured: Callable[..., None]
) -> None:
    anchors, now = tmp_path / "anchors", clock.now()
    for day in range(410, 0, -1):
        with clock.held_at(now - timedelta(days=day)), transaction() as session:
            audit.record(session, audit.SYSTEM, "order.print", f"order:{day}", subject_id=new_id())
    with transaction(Role.AUDIT) as session:
        audit.chain(session)
    with transaction(Role.AUDIT) as session:
        gone = audit.cut(session, anchors)
    with reading() as session:
        oldest = session.scalar(text("SELECT min(at) FROM audit_entries"))
        verdict = audit.verify(session, anchors)
    age = (now - oldest).days
    is_kept = 397 <= age <= 400 and gone == 11 and verdict.is_whole
    measured("B29", f"oldest entry {age} days, {gone} cut, {verdict.links} links hold", passed=is_kept)
