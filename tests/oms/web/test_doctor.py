"""The doctor: each invariant has a figure, and each planted violation is seen."""

import json
from collections.abc import Callable, Iterator

import click
import pytest
from flask import Flask
from sqlalchemy import text

from oms import cli, worker
from oms.kernel import audit
from oms.kernel.audit import SYSTEM
from oms.kernel.config import Settings
from oms.kernel.db import Role, transaction
from oms.local.demo import commands as demo
from oms.web import doctor
from oms.web.doctor import Finding, Health
from storefront.app import create_store


@pytest.fixture
def app(shop: None, settings: Settings) -> Iterator[Flask]:
    """Return the store with its commands, over an empty shop."""
    made = create_store(settings)
    cli.register(made)
    with made.app_context():
        yield made


def _planted(statement: str) -> Callable[[], None]:
    def plant() -> None:
        with transaction(Role.MIGRATE) as session:
            session.execute(text(statement))

    return plant


def _tampered() -> None:
    with transaction() as session:
        audit.record(session, SYSTEM, "look", "order:1")
        audit.record(session, SYSTEM, "look", "order:2")
    with transaction(Role.AUDIT) as session:
        audit.chain(session)
    _planted("UPDATE audit_entries SET verb = 'nothing' WHERE id = 1")()


def _unchained() -> None:
    with transaction() as session:
        audit.record(session, SYSTEM, "look", "order:1")
    _planted("UPDATE audit_entries SET at = now() - interval '1 hour'")()


_MESSAGE = "INSERT INTO outbox_messages (topic, payload, said_at, fanned_out_at) VALUES ('a', '{}', now() - "
_DELIVERY = "INSERT INTO outbox_deliveries (message_id, handler, state, due_at) VALUES (1, 'h', "
VIOLATIONS: dict[str, Callable[[], None]] = {
    "Effects that gave up": _planted(
        f"{_MESSAGE} interval '1 s', now()); {_DELIVERY} 'dead', now())",
    ),
    "Effects that wait for more than five minutes": _planted(
        f"{_MESSAGE} interval '1 s', now()); {_DELIVERY} 'waiting', now() - interval '6 minutes')",
    ),
    "Facts that no handler was given within five minutes": _planted(
        f"{_MESSAGE} interval '6 minutes', NULL)",
    ),
    "Scheduled jobs whose last run failed": _planted(
        "INSERT INTO schedule_runs (name, begun_at, error) VALUES ('job', now(), 'RuntimeError')",
    ),
    "Sessions kept a day past their end": _planted(
        "INSERT INTO web_sessions (token_hash, app, data, begun_at, last_seen_at, expires_at)"
        " VALUES ('x', 'store', '{}', now(), now(), now() - interval '2 days')",
    ),
    "Webhooks not applied within five minutes": _planted(
        "INSERT INTO webhook_events (provider, event_id, type, object_id, occurred_at, status, body_sha256,"
        " received_at) VALUES ('p', 'e', 't', 'o', now(), '', '', now() - interval '6 minutes')",
    ),
    "Audit chain: links that do not hold": _tampered,
    "Audit trail: age of the oldest deed not chained": _unchained,
}


def _found(name: str) -> Finding:
    return doctor.examine([name])[0]


def test_an_empty_shop_is_well_and_every_check_has_a_figure(app: Flask) -> None:
    findings = doctor.examine()
    assert [f for f in findings if f.health is Health.ILL] == []
    assert all(f.figure for f in findings)
    assert len(findings) >= 12


@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_planted_violation_is_seen_with_its_figure_and_what_to_do(app: Flask, name: str) -> None:
    assert _found(name).health is Health.WELL
    VIOLATIONS[name]()
    found = _found(name)
    assert found.health is Health.ILL
    assert found.figure not in {"0", "0 s"}
    assert found.advice


def test_a_role_that_may_read_personal_data_is_seen(app: Flask) -> None:
    name = "Role `blind` cannot read personal data"
    _planted("GRANT USAGE ON SCHEMA personal TO counterfoil_blind")()
    try:
        assert _found(name).health is Health.ILL
    finally:
        _planted("REVOKE USAGE ON SCHEMA personal FROM counterfoil_blind")()
    assert _found(name).health is Health.WELL


def test_one_check_that_cannot_look_does_not_hide_the_others(app: Flask) -> None:
    doctor.none_of("broken", "Mend it.", "SELECT count(*) FROM no_such_table")
    try:
        findings = {f.name: f for f in doctor.examine()}
    finally:
        del doctor.CHECKS["broken"]
    assert findings["broken"].health is Health.ILL
    assert findings["broken"].figure == "cannot look: ProgrammingError"
    assert len(findings) > 10


def test_the_command_exits_with_the_verdict(app: Flask) -> None:
    runner = app.test_cli_runner()
    good = runner.invoke(args=["doctor", "--json"])
    assert good.exit_code == 0
    assert json.loads(good.output)["is_well"] is True
    VIOLATIONS["Effects that gave up"]()
    bad = runner.invoke(args=["doctor"])
    assert bad.exit_code == 1
    assert "ILL   Effects that gave up: 1" in bad.output


def test_the_trail_is_verified_by_command(app: Flask) -> None:
    runner = app.test_cli_runner()
    with transaction() as session:
        audit.record(session, SYSTEM, "look", "order:1")
    assert runner.invoke(args=["audit", "verify"]).output == "1 deeds in the chain, 0 links do not hold.\n"
    _planted("UPDATE audit_entries SET verb = 'nothing'")()
    assert runner.invoke(args=["audit", "verify"]).exit_code == 1


def _lacking(group: click.Group, path: tuple[str, ...] = ()) -> list[str]:
    """Return the commands whose help has no example that calls just them."""
    found = []
    for name, command in sorted(group.commands.items()):
        called = (*path, name)
        if isinstance(command, click.Group):
            found += _lacking(command, called)
        elif f"Example: flask --app wsgi {' '.join(called)}" not in " ".join((command.help or "").split()):
            found.append(" ".join(called))
    return found


def test_every_command_tells_an_example(settings: Settings, shop: None) -> None:
    made = create_store(settings)
    theirs = set(made.cli.commands)
    cli.register(made, worker.outbox, demo.commands)
    ours = click.Group(commands={n: c for n, c in made.cli.commands.items() if n not in theirs})
    assert {
        "migrate",
        "doctor",
        "catalog",
        "staff",
        "outbox",
        "payments",
        "privacy",
        "retention",
        "audit",
    } <= {*ours.commands}
    assert _lacking(ours) == []


def test_a_command_without_an_example_is_seen() -> None:
    silent, other = click.Command("silent"), click.Command("other", help="Example: flask --app wsgi another")
    group = click.Group("deep", commands={"other": other})
    assert _lacking(click.Group(commands={"silent": silent, "deep": group})) == ["deep other", "silent"]
