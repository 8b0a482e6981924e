"""`flask staff add`, and what the doctor asks of staff and buyers."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import text

from oms import cli
from oms.buyers import checks as buyers_checks
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading, transaction
from oms.staff import checks as staff_checks
from oms.staff import queries
from oms.staff.entry import actions as entry
from oms.staff.states import StaffRole
from oms.web import doctor
from oms.web.doctor import Health
from storefront.app import create_store
from tests.people import Mailbox, Office

DECLARED = (buyers_checks, staff_checks)
OWNERLESS = "Staff without an owner who can sign in"


@pytest.fixture
def app(shop: None, settings: Settings) -> Iterator[Flask]:
    """Return the store with its commands, over an empty shop."""
    made = create_store(settings)
    cli.register(made)
    with made.app_context():
        yield made


def test_the_first_owner_is_added_from_the_command_line(app: Flask) -> None:
    told = app.test_cli_runner().invoke(
        args=["staff", "add", "Ada@Shop.test", "--role", "owner", "--role", "finance"]
    )
    assert told.exit_code == 0
    assert "http://localhost/oms/set-up" in told.output
    code = re.search(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){5}", told.output)
    with reading() as session:
        found = entry.begin_setup(session, "ada@shop.test", code.group())
    assert found is not None
    assert (found.roles, found.desk_name) == ({StaffRole.OWNER, StaffRole.FINANCE}, "finance and owner")


def test_a_script_reads_json(app: Flask) -> None:
    told = app.test_cli_runner().invoke(
        args=["staff", "add", "ada@shop.test", "--role", "owner", "--name", "Ada", "--json"]
    )
    assert set(json.loads(told.output)) == {"staff", "address", "code"}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["nobody", "--role", "owner"], "nobody is not an e-mail address"),
        (["ada@shop.test", "--role", "emperor"], "'emperor' is not one of"),
        (["ada@shop.test"], "Missing option '--role'"),
    ],
)
def test_what_cannot_be_used_is_told_on_stderr_and_adds_nobody(
    app: Flask, args: list[str], said: str
) -> None:
    told = app.test_cli_runner().invoke(args=["staff", "add", *args])
    assert told.exit_code != 0
    assert said in told.stderr
    with reading() as session:
        assert queries.members(session) == []


def test_a_mailbox_that_works_here_is_not_added_twice(app: Flask) -> None:
    args = ["staff", "add", "ada@shop.test", "--role", "owner"]
    app.test_cli_runner().invoke(args=args)
    told = app.test_cli_runner().invoke(args=args)
    assert (told.exit_code, "has this e-mail already" in told.stderr) == (1, True)
    with reading() as session:
        assert len(queries.members(session)) == 1


def do(statement: str, **values: str) -> None:
    with transaction(Role.MIGRATE) as session:
        session.execute(text(statement), values)


def _sit(person: str) -> None:
    do(
        "INSERT INTO web_sessions (token_hash, app, person, data, begun_at, last_seen_at, expires_at)"
        " SELECT sha256(convert_to(:person, 'UTF8')), 'desk', :person, '{}', now(), now(),"
        " now() + interval '1 hour'",
        person=person,
    )


def _leaver_sits() -> None:
    grace = Office().employ("grace@shop.test", StaffRole.FINANCE)
    do(
        "UPDATE staff SET state = 'left', left_at = now(), password_hash = NULL, enrolled_at = NULL"
        " WHERE desk_name = 'gra at the desk'"
    )
    _sit(grace.person)


def _closed_sits() -> None:
    buyer = Mailbox().open_account("ada@shop.test")
    do("UPDATE buyers SET state = 'closed', closed_at = now() WHERE id = (SELECT max(id) FROM buyers)")
    _sit(buyer.person)


def _owner_gone() -> None:
    do("DELETE FROM staff_roles WHERE role = 'owner'")
    do("INSERT INTO staff_roles SELECT id, 'finance', now(), 'test' FROM staff")


def _codes_stay() -> None:
    Mailbox().ask("ada@shop.test")
    do("UPDATE mailbox_challenges SET created_at = now() - interval '3 hours' WHERE used_at IS NULL")


PLANTED: dict[str, Callable[[], None]] = {
    OWNERLESS: _owner_gone,
    "Desk sessions of who has left": _leaver_sits,
    "Active staff without a role": lambda: do("DELETE FROM staff_roles"),
    "Mailbox codes kept for more than two hours": _codes_stay,
    "Sessions of closed accounts": _closed_sits,
    "Sign-in budgets kept for more than three days": lambda: do(
        "INSERT INTO sign_in_budgets VALUES ('k', 1, now() - interval '4 days')"
    ),
}


def test_every_check_of_people_sees_what_is_planted(app: Flask) -> None:
    Office().employ("ada@shop.test", StaffRole.OWNER)
    Mailbox().open_account("grace@shop.test")
    assert {found.health for found in doctor.examine(PLANTED)} == {Health.WELL}
    for name, plant in PLANTED.items():
        plant()
        [found] = doctor.examine([name])
        assert (name, found.figure, found.health, bool(found.advice)) == (name, "1", Health.ILL, True)


def test_a_shop_without_any_staff_needs_no_owner_yet(app: Flask) -> None:
    assert doctor.examine([OWNERLESS])[0].health is Health.WELL
