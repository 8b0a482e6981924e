"""B13: every screen with each button, job, report and recipient, while everything of everybody is locked.

Allowed stays what a restriction leaves (GDPR, article 18(2)): to keep it, and what its person asks for.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import pytest
from sqlalchemy import text

from oms.kernel import vault
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, keyring_engine, reading
from oms.kernel.register import KINDS, Job, Purpose
from oms.kernel.vault import keyring, rows
from oms.orders.personal import OrderDelivery
from tests.forgetting import paid
from tests.make import Shop
from tests.privacy.pressing import forms
from tests.privacy.whole import WholeShop


@contextmanager
def reads() -> Iterator[Counter[tuple[str, str]]]:
    """Count each locked record that is opened inside the block, by its kind and for what."""
    seen: Counter[tuple[str, str]] = Counter()
    code, locked = rows.record_in.__code__, locked_now()

    def watch(frame: FrameType, event: str, given: object) -> None:
        if event == "return" and frame.f_code is code and given is not None:
            row = frame.f_locals["row"]
            if (row.unit, row.kind) in locked:
                seen[row.kind, _purpose(frame)] += 1

    sys.setprofile(watch)
    try:
        yield seen
    finally:
        sys.setprofile(None)


def _purpose(frame: FrameType) -> str:
    """For what the vault was asked; what names no purpose is the shop's own keeping."""
    at_: FrameType | None = frame
    while at_ is not None and at_.f_code.co_filename.partition("/oms/")[2].startswith("kernel/vault"):
        if "purpose" in at_.f_locals:
            return str(at_.f_locals["purpose"])
        at_ = at_.f_back
    return str(keyring.STORAGE)


def locked_now() -> set[tuple[str, str]]:
    with reading(Role.MIGRATE) as session:
        found = session.execute(text("SELECT DISTINCT unit, kind FROM personal.sealed")).all()
    units = {unit for unit, _kind in found}
    return keyring.locks(units)


def lock_everything() -> int:
    """Lock every record of every order and account; return how many fields that are."""
    with reading(Role.MIGRATE) as session:
        found = session.execute(text("SELECT DISTINCT unit, kind FROM personal.sealed")).all()
    theirs = [(unit, kind) for unit, kind in found if unit.partition(":")[0] in {"order", "account"}]
    for unit, kind in theirs:
        keyring.lock(unit, kind)
    return sum(len(KINDS[kind].fields) for _unit, kind in theirs)


def test_a_form_is_pressed_with_what_it_holds() -> None:
    page = '<form method="post" action="/a"><input name="x" value="7"><textarea name="y"></textarea></form>'
    assert [(one.path, one.fields) for one in forms(page)] == [("/a", {"x": "7", "y": "2"})]


def test_a_read_of_what_was_locked_is_counted_with_its_purpose(small: Shop) -> None:
    order = paid({small.clock: 1})
    assert lock_everything() >= 5
    with reads() as seen:
        # Planted: the lock is gone, so that a label reads what it may not.
        with keyring_engine(Role.MIGRATE).begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text("UPDATE keys SET locked_at = NULL"))
        with reading() as session:
            by = SYSTEM.doing(Job.LABELS)
            vault.open_record(session, OrderDelivery, order.unit, purpose=Purpose.DELIVERY, by=by)
    assert seen == {("order.delivery", str(Purpose.DELIVERY)): 1}


@pytest.mark.privacy
def test_nothing_reads_what_is_locked(whole: WholeShop, measured: Callable[..., None]) -> None:
    fields = lock_everything()
    with reads() as seen:
        used = whole.use()
    allowed = {str(Purpose.RIGHTS), str(keyring.STORAGE)}
    wrong = {f"{kind} for {purpose}": n for (kind, purpose), n in seen.items() if purpose not in allowed}
    figure = (
        f"{fields} fields locked; {used}: {sum(wrong.values())} reads outside what is allowed {wrong or ''}"
    )
    measured("B13", figure.strip(), passed=not wrong and seen and fields >= 5 and used.buttons >= 20)
