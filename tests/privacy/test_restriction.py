"""While fields are locked, every job, screen and report runs and reads none of them (002-34, 003-50)."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from flask.testing import FlaskClient
from sqlalchemy import func, select

from oms import cli
from oms.kernel import jobs, vault
from oms.kernel.audit import AuditEntry
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.kernel.register import KINDS, Purpose
from oms.kernel.vault import rows
from oms.kernel.vault.models import SealedRow
from oms.orders import actions as ordering
from oms.orders.models import Order
from oms.privacy.locking import actions
from oms.privacy.locking.actions import Disputed
from oms.privacy.states import LockGround
from oms.staff.states import StaffRole
from storefront.app import create_store
from tests import make
from tests.forgetting import paid
from tests.kernel.vault.kinds import ALL
from tests.make import ADA, ADAS_MAILBOX, GUEST, Shop
from tests.people import Office, Visitor, seated

LOCKED = ("order.delivery", "order.contact")
VALUES = (ADA.name, ADA.street, str(ADA.postcode), ADAS_MAILBOX.email)


@contextmanager
def read_of(unit: str) -> Iterator[list[str]]:
    """Give the kinds of a unit whose seal is opened inside the block, by whatever and for whatever."""
    seen: list[str] = []
    code = rows.record_in.__code__

    def watch(frame: FrameType, event: str, given: object) -> None:
        if event == "return" and frame.f_code is code and given is not None:
            row = frame.f_locals["row"]
            if row.unit == unit and row.kind in LOCKED:
                seen.append(row.kind)

    sys.setprofile(watch)
    try:
        yield seen
    finally:
        sys.setprofile(None)


def lock(order: Order) -> None:
    """Lock what is known of the person of an order: at least five fields."""
    for kind in LOCKED:
        wanted = Disputed(order.unit, kind, KINDS[kind].fields[0].name, LockGround.WRONG)
        with transaction() as session:
            actions.ask(session, wanted, "eu", "en", by=GUEST)


def owner_at(desk: FlaskClient) -> Visitor:
    """Return an owner of the shop, signed in at the desk."""
    return seated(desk, Office().employ("olga@shop.test", StaffRole.OWNER))


def screens(desk: FlaskClient, order: Order, *, revealed: int = 403) -> list[str]:
    """Return every screen of the desk that an owner comes to, and the answers to looking closer."""
    visitor = owner_at(desk)
    seen = []
    for rule in desk.application.url_map.iter_rules():
        path = rule.rule.replace("<number>", order.number).replace("<int:number>", "1")
        if "GET" in (rule.methods or set()) and "<" not in path:
            answer = visitor.get(path)
            assert answer.status_code < 500, path
            seen.append(answer.text)
    page = f"/orders/{order.number}"
    answer = visitor.send(f"{page}/reveal", page=page, reason="returned")
    assert answer.status_code == revealed
    return [*seen, answer.text]


def test_every_job_screen_and_report_reads_nothing_of_five_locked_fields(
    small: Shop, desk: FlaskClient, settings: Settings, sink: Path, measured: Callable[..., None]
) -> None:
    order = paid({small.clock: 1})
    jobs.drain()
    lock(order)
    locked = sum(
        getattr(record, field) not in ("", None)
        for record, kind in ((ADA, LOCKED[0]), (ADAS_MAILBOX, LOCKED[1]))
        for field in KINDS[kind].names()
    )
    before = len(list(sink.glob("*.eml")))
    app = create_store(settings)
    cli.register(app)
    run = app.test_cli_runner().invoke
    with read_of(order.unit) as seen:
        with transaction() as session:
            ordering.note_delivery(session, order.id)
        jobs.drain(scheduled=True)
        shown = screens(desk, order)
        told = [
            run(args=args).output
            for args in (
                ["doctor"],
                ["privacy", "requests"],
                ["payments", "reconcile"],
                ["keyring", "rewrap"],
            )
        ]
    leaked = [word for word in VALUES for text in (*shown, *told) if word in text]
    mails = len(list(sink.glob("*.eml"))) - before
    with reading() as session:
        kept = session.scalar(select(func.count()).where(AuditEntry.verb == "vault.withhold")) or 0
    assert leaked == []
    assert mails == 0
    assert kept > 0
    figure = f"{locked} fields locked, {len(shown)} screens, {len(jobs.SCHEDULE)} jobs: {len(seen)} reads"
    measured("B13", figure, passed=locked >= 5 and not seen)


def test_a_read_of_what_is_not_locked_would_have_been_counted(small: Shop, desk: FlaskClient) -> None:
    order = paid({small.clock: 1})
    with read_of(order.unit) as seen:
        assert any(word in "".join(_revealed(desk, order)) for word in VALUES)
    assert "order.delivery" in seen


def _revealed(desk: FlaskClient, order: Order) -> list[str]:
    visitor = owner_at(desk)
    page = f"/orders/{order.number}"
    return [visitor.send(f"{page}/reveal", page=page, reason="returned").text]


def test_no_purpose_but_the_persons_rights_opens_a_locked_record(small: Shop) -> None:
    order = paid({small.clock: 1})
    lock(order)
    for name in LOCKED:
        kind = KINDS[name]
        for purpose in ALL & kind.purposes:
            for part in sorted(kind.readers[purpose] & {"labels", "letters", "payments", "masks", "guest"}):
                by = make.GUEST.doing(part)
                with reading() as session:
                    kept = vault.open_record(session, kind.type, order.unit, purpose=purpose, by=by)
                assert (kept is not None) is (purpose is Purpose.RIGHTS)
    with reading() as session:
        assert session.scalar(select(func.count()).where(SealedRow.unit == order.unit)) == 2
