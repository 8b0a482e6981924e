"""The doctor over vault, files, servers, settings and requests: a planted violation of each is seen."""

import ast
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert, text

from oms import cli
from oms.kernel import clock, db, egress, vault
from oms.kernel.config import AppEnv, Settings
from oms.kernel.db import Role, keyring_transaction, reading, transaction
from oms.kernel.ids import new_id
from oms.kernel.vault.models import Destruction
from oms.web import doctor
from oms.web.doctor import Health
from storefront.app import create_store
from tests import make
from tests.people import Mailbox

_HOURS = timedelta(hours=3)
_TESTS = Path(__file__).parents[2]
_REQUEST = """
    INSERT INTO privacy_requests (number, ref, state, way, market, language, received_at, regime, target_by,
                                  answer_by, legal_by)
    VALUES ('R1', 'r1', 'received', 'now', 'eu', 'en', now() - interval '20 days', 'gdpr',
            current_date - 15, current_date - 13, current_date + 10)
"""
_CHILD = f"""
    WITH asked AS ({_REQUEST.strip()} RETURNING id)
    INSERT INTO minor_cases (ref, request_id, state, signal, country, age, market, language, suspected_at,
                             erase_after)
    SELECT 'c1', id, 'restricted', 'somebody else told us', 'NL', 16, 'eu', 'en', now(),
           now() - interval '2 hours' FROM asked
"""
_WITHDRAWAL = """
    INSERT INTO withdrawals (order_id, state, declared_at, refund_by)
    VALUES (1, 'declared', now() - interval '20 days', current_date - 6)
"""
_IDLE = """
    INSERT INTO staff (id, subject_id, desk_name, state, created_at) OVERRIDING SYSTEM VALUE
    VALUES (7, gen_random_uuid(), 'Kim', 'active', now());
    INSERT INTO staff_roles (staff_id, role, granted_at, granted_by)
    VALUES (7, 'finance', now() - interval '100 days', 'staff:1')
"""
_LINKS = "Links to other machines: encrypted, and proved"
Plant = Callable[[Flask], None]


@pytest.fixture
def app(shop: None, settings: Settings) -> Iterator[Flask]:
    """Return the store with its commands, in which one order waits and one mailbox code is on its way."""
    with transaction() as session:
        small = make.small_shop(session)
    make.order({small.clock: 1})
    Mailbox().ask("ada@shop.test")
    made = create_store(settings)
    cli.register(made)
    with made.app_context():
        yield made
    with transaction(Role.MIGRATE) as session:
        session.execute(text(f'ALTER DATABASE "{_name()}" RESET wal_recycle'))
    db.close()


def _name() -> str:
    with reading(Role.MIGRATE) as session:
        return str(session.scalar(text("SELECT current_database()")))


def _run(statement: str) -> Plant:
    def plant(_: Flask) -> None:
        with transaction(Role.MIGRATE) as session:
            session.execute(text(statement))

    return plant


def _in_production(**changed: object) -> Plant:
    def plant(app: Flask) -> None:
        app.extensions["settings"] = replace(app.extensions["settings"], app_env=AppEnv.PRODUCTION, **changed)

    return plant


def _half_destroyed(_: Flask) -> None:
    begun = {"key_id": new_id(), "subject_id": new_id(), "unit": "order:7", "kind": "x"}
    with keyring_transaction() as session:
        session.execute(insert(Destruction).values({**begun, "intended_at": clock.now() - _HOURS}))


def _other_master_key(app: Flask) -> None:
    vault.configure(replace(app.extensions["settings"], master_key=bytes(range(1, 33))))


def _left_behind(app: Flask) -> None:
    left = app.extensions["settings"].state_dir / "files" / "ab" / f"{new_id().hex}.sealed"
    left.parent.mkdir(parents=True, exist_ok=True)
    left.write_bytes(b"sealed")
    old = (clock.now() - _HOURS).timestamp()
    os.utime(left, (old, old))


def _recycling(_: Flask) -> None:
    with transaction(Role.MIGRATE) as session:
        session.execute(text(f'ALTER DATABASE "{_name()}" SET wal_recycle = on'))
    db.close()


# What is planted, the figure that tells of it, and how ill that is.
VIOLATIONS: dict[str, tuple[Plant, str, Health]] = {
    "Vault: kept too long, half destroyed, without key, or brought back": (
        _half_destroyed, "0, 1, 0, 0 of ", Health.ILL,
    ),
    "Vault: the master key opens the newest key": (_other_master_key, "no", Health.ILL),
    "Files without a row": (_left_behind, "1", Health.ILL),
    "Keyring in another cluster": (_in_production(), "no", Health.ILL),
    "Desk on a host of its own": (_in_production(desk_host=""), "no", Health.ILL),
    "Stripe asked at its own address": (_in_production(stripe_api_base="http://x.example"), "no", Health.ILL),
    _LINKS: (
        _in_production(database_url="postgresql://db.example/shop"), "in the clear: DATABASE_URL", Health.ILL,
    ),
    "Mails that can be stopped are signed": (_in_production(), "no key: delivered", Health.NOTE),
    "Agreements with a last day, or a day to read them again": (
        _in_production(), "mail service, stripe: no day", Health.ILL,
    ),
    "Recipients' own privacy notices": (_in_production(), "unknown: mail service", Health.ILL),
    "Old segments of the servers' logs are removed": (_recycling, "database keeps them", Health.NOTE),
    "Files of the stores cleared of what was deleted": (
        _run("INSERT INTO clearings (begun_at, ended_at, has_log)"
             " VALUES (now() - interval '3 days', now() - interval '3 days', true)"),
        "20", Health.ILL,
    ),
    "Kept a day past its retention": (
        _run("UPDATE outbox_messages SET fanned_out_at = now() - interval '60 days'"),
        "outbox_messages: ", Health.ILL,
    ),
    "Alerts about looks at people": (
        _run("INSERT INTO privacy_alerts (at, actor_id, units) VALUES (now(), '1', 31)"), "1", Health.ILL,
    ),
    "Alerts about sign-ins": (
        _run("INSERT INTO sign_in_alerts (at, kind, failures) VALUES (now(), 'wave', 31)"), "1", Health.ILL,
    ),
    "The watch over sign-ins: minutes since it last ran": (
        _run(
            "INSERT INTO schedule_runs (name, begun_at)"
            " VALUES ('signins.watch_tries', now() - interval '9 minutes')"
        ),
        "9", Health.ILL,
    ),
    "Roles that nobody used for 90 days": (_run(_IDLE), "no. 7 finance", Health.NOTE),
    "Privacy requests near their day": (_run(_REQUEST), "late: 1", Health.ILL),
    "Breaches whose limit is over, or ends within a day": (
        _run(
            "INSERT INTO breaches (number, state, leak, named, since, until, found_at, parts,"
            " report, platform_told_at) VALUES ('B-1', 'open', 'table', 'orders', now(), now(),"
            " now() - interval '49 hours', '{}', '{}', now())"
        ),
        "B-1: authority", Health.ILL,
    ),
    "Suspected children whose guardian did not answer in time": (_run(_CHILD), "1 late of 1", Health.ILL),
    "Emergency disclosures without a review": (
        _run(
            "INSERT INTO official_requests (number, state, kind, instrument, authority, written_by,"
            " written_at, approver1, settled_at, review_by) VALUES ('O-1', 'disclosed', 'emergency', '',"
            " 'Police', '1', now(), '2', now(), now() - interval '1 hour')"
        ),
        "1 late", Health.ILL,
    ),
    "Withdrawals not paid back within 14 days": (_run(_WITHDRAWAL), "1", Health.ILL),
    "Doubtful orders that nobody looked at for a day": (
        _run("INSERT INTO order_doubts (order_id, hold_id, at, due_at)"
             " SELECT max(id), 1, now() - interval '25 hours', now() + interval '23 hours' FROM orders"),
        "1", Health.ILL,
    ),
    "Cards being tried at the checkout within the hour": (
        _run("INSERT INTO checkout_alerts (at, refused, paid) VALUES (now(), 40, 2)"),
        "40 refused, 2 paid", Health.ILL,
    ),
    "Withdrawals without acknowledgment": (_run(_WITHDRAWAL), "1", Health.ILL),
}  # fmt: skip


@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_planted_violation_is_seen_with_its_figure_and_what_to_do(app: Flask, name: str) -> None:
    plant, figure, health = VIOLATIONS[name]
    (before,) = doctor.examine([name])
    assert before.health is not health
    plant(app)
    (found,) = doctor.examine([name])
    assert found.health is health
    assert found.figure.startswith(figure)
    assert not found.figure.startswith("cannot look")
    assert found.advice


def test_the_doctor_notes_who_is_believed_without_proof_and_a_web_server_without_tls(app: Flask) -> None:
    _in_production(clear_at="", redis_url="rediss://queue.example?ssl_cert_reqs=none")(app)
    (found,) = doctor.examine([_LINKS])
    assert (found.figure, found.health) == ("REDIS_URL proves nothing", Health.NOTE)
    _in_production(clear_at="10.0.0.7", redis_url="rediss://queue.example")(app)
    (found,) = doctor.examine([_LINKS])
    assert (found.figure, found.health) == ("web server in the clear at 10.0.0.7", Health.NOTE)
    _in_production(clear_at="")(app)
    (found,) = doctor.examine([_LINKS])
    assert (found.figure, found.health) == ("all are", Health.WELL)


_READ_AGAIN = "Agreements with a last day, or a day to read them again"


def test_an_agreement_without_an_end_is_well_as_long_as_its_day_to_be_read_again_is_ahead(app: Flask) -> None:
    (unnamed,) = doctor.examine([_READ_AGAIN])
    assert (unnamed.figure, unnamed.health) == ("mail service, stripe: no day", Health.NOTE)
    today, year = clock.today(), timedelta(days=365)
    days = {"stripe": today + year, "mail service": today + year}
    _in_production(agreements_review=days)(app)
    (found,) = doctor.examine([_READ_AGAIN])
    assert (found.figure, found.health) == ("all have one", Health.WELL)
    _in_production(agreements_review={**days, "stripe": today - timedelta(days=1)})(app)
    (over,) = doctor.examine([_READ_AGAIN])
    assert (over.figure, over.health) == (f"stripe: to read again by {today - timedelta(days=1)}", Health.ILL)
    assert egress.require_agreement("stripe").name == "stripe"
    _in_production(agreements_review={**days, "stripe": today})(app)
    (soon,) = doctor.examine([_READ_AGAIN])
    assert (soon.figure, soon.health) == (f"stripe: to read again by {today}", Health.NOTE)
    _in_production(agreements_review=days | {"a stranger": today + year})(app)
    assert doctor.examine([_READ_AGAIN])[0].health is Health.ILL
    _in_production(agreements_review={}, agreements_end=days)(app)
    assert doctor.examine([_READ_AGAIN])[0].health is Health.WELL


def unplanted(names: set[str], folder: Path) -> set[str]:
    """Return the checks that no test of the doctor in a folder names."""
    for path in folder.rglob("test_*.py"):
        source = path.read_text()
        if "doctor" in source:
            names = names - {
                node.value
                for node in ast.walk(ast.parse(source))
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            }
    return names


def test_every_check_of_the_doctor_has_a_planted_violation(app: Flask, tmp_path: Path) -> None:
    assert unplanted(set(doctor.CHECKS), _TESTS) == set()
    (tmp_path / "test_x.py").write_text('import doctor\nPLANTED = {"Known": 1}\n')
    (tmp_path / "test_y.py").write_text('"Named, and not asked of"\n')
    assert unplanted({"Known", "Named, and not asked of"}, tmp_path) == {"Named, and not asked of"}
