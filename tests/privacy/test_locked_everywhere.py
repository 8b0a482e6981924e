"""B13: every screen with each button, job, report and recipient, while everything of everybody is locked.

Allowed stays what a restriction leaves (GDPR, article 18(2)): to keep it, and what its person asks for.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click
import pytest
from flask import Flask
from sqlalchemy import text, update

from oms import cli
from oms.kernel import jobs, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, keyring_engine, reading, transaction
from oms.kernel.outbox import DeliveryState, OutboxDelivery
from oms.kernel.register import KINDS, Job, Purpose
from oms.kernel.vault import keyring, rows
from oms.orders.personal import OrderDelivery
from tests import make
from tests.fakes import Party
from tests.forgetting import paid
from tests.make import Shop
from tests.privacy.busy import Busy
from tests.privacy.pressing import everything, forms
from tests.privacy.test_instrumented import at

# Commands that take this very shop away, or stay for ever.
_LEFT_OUT = {"restore", "migrate", "run", "shell", "load", "reset", "close", "replay"}


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


def commands(app: Flask) -> int:
    """Run every command that can be run without an argument; how many there were."""
    cli.register(app)
    count = 0
    for path, command in _commands(app.cli, ()):
        if not _LEFT_OUT & set(path) and not any(one.required for one in command.params):
            app.test_cli_runner().invoke(args=list(path), input="")
            count += 1
    return count


def _commands(group: click.Group, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))
        else:
            yield (*path, name), command


def everything_again() -> int:
    """Let each delivery that ever was be done again, and every job of the clock; how many deliveries."""
    with transaction(Role.MIGRATE) as session:
        again = update(OutboxDelivery).values(state=DeliveryState.WAITING)
        count = len(session.execute(again.returning(OutboxDelivery.message_id)).all())
        make.due_now(session)
    jobs.drain(scheduled=True)
    return count


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
def test_nothing_reads_what_is_locked(  # noqa: PLR0913, PLR0917 - a whole shop
    small: Shop,
    apps: tuple[Flask, Flask],
    busy: Busy,
    stripe: Party,
    carrier: Party,
    sink: Path,
    measured: Callable[..., None],
) -> None:
    jobs.drain()
    store, desk = apps
    owner, shopper = at(desk, "desk", busy.owner), at(store, "store", busy.buyer)
    fields = lock_everything()
    with reads() as seen:
        deliveries = everything_again()
        shown = [*everything(desk, owner, busy.desk, "/oms"), *everything(store, shopper, busy.store, "")]
        run = commands(store)
        everything_again()
    buttons = sum(int(words.split()[0]) for words in shown if words.endswith(" pressed"))
    allowed = {str(Purpose.RIGHTS), str(keyring.STORAGE)}
    wrong = {f"{kind} for {purpose}": n for (kind, purpose), n in seen.items() if purpose not in allowed}
    figure = (
        f"{fields} fields locked; {len(shown)} screens, {buttons} buttons, {run} commands,"
        f" {deliveries} deliveries, {len(jobs.SCHEDULE)} jobs:"
        f" {sum(wrong.values())} reads outside what is allowed {wrong or ''}"
    )
    measured("B13", figure.strip(), passed=not wrong and seen and fields >= 5 and buttons >= 20)
