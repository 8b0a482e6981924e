"""Staff: added, given roles, let go; there is always an owner, and every change is in the audit trail."""

from datetime import timedelta

import pytest

from oms.kernel import audit, clock, jobs, vault
from oms.kernel.audit import SYSTEM, Deed
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError, ConflictError, NotFoundError, RefusedError
from oms.staff import actions, handlers, queries
from oms.staff.entry import actions as entry
from oms.staff.models import Staff
from oms.staff.states import ALLOWS, StaffRole, permissions
from oms.web import credentials, session_rows
from oms.web.permissions import Permission
from oms.web.session_rows import WebSession
from tests.people import Office

# The reaction to a leaver is registered by import.
REACTIONS = handlers
OWNER, PACKER, FINANCE = StaffRole.OWNER, StaffRole.PICKER_PACKER, StaffRole.FINANCE


def sit_down(staff: Staff) -> None:
    now = clock.now()
    with transaction() as session:
        session.add(
            WebSession(
                token_hash=credentials.recovery_hash(credentials.recovery_code()),
                app="desk",
                person=staff.person,
                data={},
                begun_at=now,
                last_seen_at=now,
                expires_at=now + timedelta(hours=12),
            )
        )


def sessions(staff: Staff) -> int:
    with reading() as session:
        return len(session_rows.sessions_of(session, staff.person))


def last_entry(staff: Staff) -> Deed:
    with reading() as session:
        return audit.about(session, staff.person)[0]


def test_roles_allow_what_the_table_says_and_no_role_allows_nothing() -> None:
    assert permissions(frozenset()) == frozenset()
    assert permissions(frozenset({OWNER})) == frozenset(Permission)
    assert Permission.REVEAL not in ALLOWS[PACKER]
    assert Permission.ORDERS_READ not in ALLOWS[PACKER]
    assert Permission.WAREHOUSE not in ALLOWS[FINANCE]
    assert {role for role in StaffRole if Permission.STAFF_MANAGE in ALLOWS[role]} == {OWNER}
    assert set(ALLOWS) == set(StaffRole)


def test_a_mailbox_is_one_member_of_staff(office: Office) -> None:
    office.invite("ada@shop.test", OWNER)
    with pytest.raises(ConflictError):
        office.invite("Ada@Shop.test", FINANCE)
    with reading() as session:
        assert len(queries.members(session)) == 1


def test_nobody_is_added_without_a_role(office: Office) -> None:
    with pytest.raises(BadInputError):
        office.invite("ada@shop.test")
    with reading() as session:
        assert queries.members(session) == []


def test_changed_roles_count_at_once_and_end_sessions(office: Office) -> None:
    ada, grace = office.employ("ada@shop.test", OWNER), office.employ("grace@shop.test", FINANCE)
    sit_down(grace)
    by = ada.actor
    with transaction() as session:
        actions.change_roles(session, grace.id, frozenset({PACKER, FINANCE}), by=by)
    changed = office.member(grace.id)
    assert changed.roles == {PACKER, FINANCE}
    assert Permission.WAREHOUSE in changed.permissions
    assert sessions(grace) == 0
    entry = last_entry(grace)
    assert (entry.verb, entry.by.id, entry.fields) == (
        "staff.change_roles",
        str(ada.id),
        ("finance", "picker-packer"),
    )
    with pytest.raises(BadInputError), transaction() as session:
        actions.change_roles(session, grace.id, frozenset(), by=by)
    assert office.member(grace.id).roles == {PACKER, FINANCE}


def test_a_leaver_is_off_at_once_and_the_authenticator_is_let_go(office: Office) -> None:
    office.employ("ada@shop.test", OWNER)
    grace = office.employ("grace@shop.test", PACKER)
    sit_down(grace)
    with transaction() as session:
        actions.let_go(session, grace.id, by=SYSTEM)
    gone = office.member(grace.id)
    assert (gone.can_sign_in, gone.permissions, gone.password_hash, sessions(grace)) == (
        False,
        frozenset(),
        None,
        0,
    )
    assert not office.prove(gone, office.code())
    with reading() as session:
        assert queries.member_of_mailbox(session, "grace@shop.test") is None
        assert queries.password_of(session, "grace@shop.test").kept is None
    jobs.drain()
    vault.destroy_due(clock.now() + timedelta(seconds=1))
    with reading() as session:
        assert queries.mailbox(session, gone, by=SYSTEM.doing("sign-in")) == "grace@shop.test"
        with pytest.raises(NotFoundError):
            queries.totp_secret(session, gone)
    with pytest.raises(RefusedError), transaction() as session:
        actions.let_go(session, grace.id, by=SYSTEM)
    assert office.invite("grace@shop.test", PACKER).staff_id > grace.id


def test_the_last_owner_can_neither_leave_nor_step_down(office: Office) -> None:
    ada = office.employ("ada@shop.test", OWNER)
    office.employ("grace@shop.test", FINANCE)
    with pytest.raises(RefusedError), transaction() as session:
        actions.let_go(session, ada.id, by=SYSTEM)
    with pytest.raises(RefusedError), transaction() as session:
        actions.change_roles(session, ada.id, frozenset({FINANCE}), by=SYSTEM)
    assert office.member(ada.id).roles == {OWNER}
    assert office.member(ada.id).can_sign_in
    office.employ("second@shop.test", OWNER)
    with transaction() as session:
        actions.change_roles(session, ada.id, frozenset({FINANCE}), by=SYSTEM)
    assert office.member(ada.id).roles == {FINANCE}


def test_a_reset_voids_password_authenticator_and_recovery_codes(office: Office) -> None:
    ada = office.employ("ada@shop.test", OWNER)
    with transaction() as session:
        codes = entry.new_recovery_codes(session, ada.id)
    sit_down(ada)
    with transaction() as session:
        code = actions.reset_sign_in(session, ada.id, by=SYSTEM)
    reset = office.member(ada.id)
    assert not reset.can_sign_in
    assert not office.prove(reset, office.code())
    assert not office.prove(reset, codes[0])
    assert sessions(ada) == 0
    with reading() as session:
        assert entry.begin_setup(session, "ada@shop.test", code).id == ada.id
        assert queries.totp_secret(session, reset) != "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    assert last_entry(ada).verb == "staff.reset_sign_in"
