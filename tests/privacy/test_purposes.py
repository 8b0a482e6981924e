"""Who may open what for which purpose: every cell as declared, every other refused and kept (001-19)."""

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from oms.kernel import egress, register, vault
from oms.kernel.audit import SYSTEM, Actor, ActorKind, AuditEntry
from oms.kernel.db import Role, keyring_engine, reading, transaction
from oms.kernel.egress import RECIPIENTS, Occasion
from oms.kernel.register import KINDS, Job, Kind, Purpose
from oms.kernel.vault import PurposeRefusedError
from oms.kernel.vault.models import Key, SealedRow
from oms.local.logins import own_logins
from oms.orders.personal import OrderContact, OrderDelivery
from oms.staff.states import StaffRole
from tests import make
from tests.make import Shop
from tests.oms.desk.conftest import Seat, seat

__all__ = ["seat"]

ROOT = Path(__file__).parents[2]
OURS = {kind.name: kind for kind in KINDS.values() if kind.type.__module__.startswith("oms.")}
GATE = "    if not kind.opens_for(purpose, by.parts):\n"

# Everybody who could come to the vault, by the word under which the table knows them.
EVERYBODY: dict[str, Actor] = {
    **{str(role): Actor(ActorKind.STAFF, "1", roles=frozenset({role})) for role in StaffRole},
    **{str(job): SYSTEM.doing(job) for job in Job},
    **{name: SYSTEM.doing(name) for kind in OURS.values() for f in kind.fields for name in f.recipients},
    **{str(kind): Actor(kind, "1") for kind in ActorKind},
}


def declared() -> dict[tuple[str, str], frozenset[str]]:
    """Return the table as people read it: who may open a record for a purpose."""
    with (Path(__file__).parent / "readers.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {(row["record"], row["purpose"]): frozenset(row["readers"].split()) for row in rows}


def opens(session: Session, kind: Kind, purpose: Purpose, by: Actor) -> bool:
    """Say whether somebody may open a kind for a purpose."""
    try:
        vault.open_record(session, kind.type, "order:NOBODY", purpose=purpose, by=by)
    except PurposeRefusedError:
        return False
    return True


def told(session: Session, recipient: str, kind: Kind, purpose: Purpose) -> frozenset[str]:
    """Return which fields of a kind a recipient outside is told for a purpose."""
    record = kind.type(**{f.name: "a given value" for f in fields(kind.type)})
    try:
        return frozenset(egress.disclose(session, recipient, Occasion("order:N", uuid4(), purpose), [record]))
    except PurposeRefusedError:
        return frozenset()


def answers(*, is_whole: bool) -> tuple[int, int, list[tuple[str, str, str]]]:
    """Return how many cells were tried and refused, and which are not as declared.

    Not whole: everybody who may, and for each record and purpose two of those who may not, in turn.
    """
    table, cells, wrong, refused, turn = declared(), 0, [], 0, 0
    with reading() as session:
        for kind in OURS.values():
            for purpose in Purpose:
                may_open = table.get((kind.name, purpose), frozenset())
                others = [word for word in EVERYBODY if word not in may_open]
                turn += 2
                tried = others if is_whole else [others[turn % len(others)], others[-turn % len(others)]]
                for word in (*may_open, *tried):
                    may = opens(session, kind, purpose, EVERYBODY[word])
                    if may is not (word in may_open):
                        wrong.append((kind.name, str(purpose), word))
                    refused += not may
                    cells += len(kind.fields)
        kept = session.scalar(select(func.count()).where(AuditEntry.verb == "vault.refuse"))
    assert kept == refused
    return cells, refused, wrong


@pytest.mark.usefixtures("shop")
def test_who_may_open_something_does_and_two_who_may_not_are_refused() -> None:
    _cells, refused, wrong = answers(is_whole=False)
    assert wrong == []
    assert refused > 0


@pytest.mark.privacy
@pytest.mark.usefixtures("shop")
def test_every_cell_of_the_matrix_is_as_declared(measured: Callable[..., None]) -> None:
    cells, refused, wrong = answers(is_whole=True)
    assert wrong == []
    figure = f"{cells} cells of role, field and purpose as declared, {refused} refusals kept"
    measured("B17", figure, passed=cells >= 5000)


@pytest.mark.usefixtures("shop")
def test_each_recipient_is_told_its_own_fields_for_the_purposes_they_serve() -> None:
    wrong = []
    with transaction() as session:
        for recipient in RECIPIENTS.values():
            for kind in OURS.values():
                theirs = {name for name in kind.names() if f"{kind.name}.{name}" in recipient.fields}
                for purpose in Purpose:
                    due = theirs if purpose in kind.purposes else set()
                    if told(session, recipient.name, kind, purpose) != due:
                        wrong.append((recipient.name, kind.name, purpose))
        session.rollback()
    assert wrong == []


def test_the_table_names_people_and_jobs_that_there_are_and_nothing_twice() -> None:
    words = {word for readers in declared().values() for word in readers}
    assert words <= EVERYBODY.keys() - RECIPIENTS.keys() - {str(ActorKind.STAFF), str(ActorKind.SYSTEM)}
    assert words >= {str(job) for job in Job}
    assert not {str(role) for role in StaffRole} & {str(job) for job in Job}
    assert {(kind.name, str(p)) for kind in OURS.values() for p in kind.readers} == set(declared())
    assert [kind.name for kind in OURS.values() if not kind.readers] == []


@contextmanager
def without_readers(name: str, purpose: Purpose) -> Iterator[None]:
    """Take back inside the block who may open a kind for a purpose."""
    kind = register.KINDS[name]
    left = {known: readers for known, readers in kind.readers.items() if known is not purpose}
    register.KINDS[name] = replace(kind, readers=left)
    try:
        yield
    finally:
        register.KINDS[name] = kind


def test_a_refused_look_is_a_calm_page_opens_nothing_and_stays_in_the_trail(small: Shop, seat: Seat) -> None:
    order = make.order({small.pencil: 1}).order
    visitor = seat(StaffRole.SERVICE)
    page = f"/orders/{order.number}"
    visitor.get(page)
    with without_readers("order.contact", Purpose.AFTER_SALES):
        answer = visitor.send(f"{page}/reveal", page=page, reason="returned")
    assert answer.status_code == 403
    assert "not opened for another" in answer.text
    assert make.ADA.street not in answer.text
    with reading() as session:
        looks = session.scalar(select(func.count()).where(AuditEntry.verb == "vault.open"))
        entry = session.scalars(select(AuditEntry).where(AuditEntry.verb == "vault.refuse")).one()
    assert looks == 0
    assert (entry.actor_kind, entry.about) == (ActorKind.STAFF, f"refused:{order.unit}")
    assert (entry.purpose, entry.fields) == ("after-sales", ["order.contact"])


def test_no_login_reads_what_somebody_gave_past_the_door(small: Shop, databases: tuple[str, str]) -> None:
    order = make.order({small.pencil: 1}).order
    everything = (make.ADA.name, make.ADA.street, make.ADAS_MAILBOX.email)
    swapped = own_logins(databases[1], databases[0])
    for role in (Role.WEB, Role.WORKER, Role.BLIND, Role.AUDIT, Role.KEYS):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(swapped[role])
    for role in (Role.BLIND, Role.AUDIT):
        with reading(role) as session, pytest.raises(ProgrammingError, match="permission denied"):
            session.scalars(select(SealedRow).where(SealedRow.unit == order.unit)).all()
    for role in (Role.WEB, Role.WORKER):
        with reading(role) as session:
            raw = session.scalars(text("SELECT s::text FROM personal.sealed s")).all()
            raw += session.scalars(text("SELECT b::text FROM personal.blind_indexes b")).all()
            rows = session.scalars(select(SealedRow).where(SealedRow.unit == order.unit)).all()
        found = f"{raw} {[row.envelope for row in rows]}"
        assert len(rows) == 2
        assert not [word for word in everything if word in found or word.encode().hex() in found]
    with Session(keyring_engine()) as session, pytest.raises(ProgrammingError, match="permission denied"):
        session.scalars(select(Key).where(Key.unit == order.unit)).all()


def test_the_shop_itself_opens_nothing_without_a_job_and_no_job_does_anothers(small: Shop) -> None:
    order = make.order({small.pencil: 1}).order
    with reading() as session:
        for by, cls, purpose in (
            (SYSTEM, OrderDelivery, Purpose.DELIVERY),
            (SYSTEM.doing(Job.LETTERS), OrderDelivery, Purpose.DELIVERY),
            (SYSTEM.doing(Job.LABELS), OrderContact, Purpose.ORDER_MESSAGES),
            (Actor(ActorKind.STAFF, "1"), OrderDelivery, Purpose.AFTER_SALES),
        ):
            with pytest.raises(PurposeRefusedError):
                vault.open_record(session, cls, order.unit, purpose=purpose, by=by)
        labels = SYSTEM.doing(Job.LABELS)
        kept = vault.open_record(session, OrderDelivery, order.unit, purpose=Purpose.DELIVERY, by=labels)
    assert kept == make.ADA


@pytest.mark.privacy
def test_a_vault_without_its_gate_fails_the_matrix(tmp_path: Path) -> None:
    for name in ("oms", "storefront", "migrations", "tests", "templates", "static", "requirements"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    path = tmp_path / "oms/kernel/vault/records.py"
    source = path.read_text()
    assert source.count(GATE) == 1
    path.write_text(source.replace(GATE, "    if purpose is None:\n"))

    test = "tests/privacy/test_purposes.py::test_who_may_open_something_does_and_two_who_may_not_are_refused"
    state = os.environ.get("STATE_DIR") or str(ROOT / "var" / "test")
    environ = {**os.environ, "STATE_DIR": state, "PYTEST_XDIST_WORKER": "gw14"}
    command = [sys.executable, "-m", "pytest", "-n", "0", "-q", test]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)

    assert done.returncode == 1, done.stdout
    assert "assert wrong == []" in done.stdout
