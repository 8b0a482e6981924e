"""Set-up and the second factor: every code is good once, and nothing is good for who has left."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from oms.kernel import audit, clock
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError, RefusedError
from oms.staff import queries
from oms.staff.entry import actions as entry
from oms.staff.models import Staff
from oms.staff.states import StaffRole
from tests.people import Office

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def verbs(about: str) -> list[str]:
    with reading() as session:
        return [entry.verb for entry in reversed(audit.about(session, about))]


def begin(email: str, code: str) -> Staff | None:
    with reading() as session:
        return entry.begin_setup(session, email, code)


def test_nobody_signs_in_before_set_up(office: Office) -> None:
    invited = office.invite("ada@shop.test", StaffRole.OWNER)
    staff = office.member(invited.staff_id)
    assert not staff.can_sign_in
    assert staff.permissions == frozenset()
    assert not office.prove(staff, office.code(invited.totp_secret))


def test_set_up_takes_the_code_once_and_gives_eight_recovery_codes(office: Office) -> None:
    with clock.held_at(NOON):
        invited = office.invite("ada@shop.test", StaffRole.OWNER)
        assert begin("ADA@shop.test", invited.setup_code.lower()).id == invited.staff_id
        codes = office.finish(invited)
        assert len(set(codes)) == 8
        assert office.member(invited.staff_id).can_sign_in
        assert begin("ada@shop.test", invited.setup_code) is None
        with pytest.raises(RefusedError):
            office.finish(invited)
    assert verbs(f"staff:{invited.staff_id}") == ["staff.add", "staff.set_up", "staff.new_recovery_codes"]


def test_set_up_is_refused_for_a_wrong_code_another_mailbox_and_after_two_days(office: Office) -> None:
    with clock.held_at(NOON):
        invited = office.invite("ada@shop.test", StaffRole.OWNER)
        office.invite("grace@shop.test", StaffRole.FINANCE)
        assert begin("ada@shop.test", "0000-0000-0000-0000-0000-0000") is None
        assert begin("grace@shop.test", invited.setup_code) is None
        assert begin("nobody@shop.test", invited.setup_code) is None
    with clock.held_at(NOON + timedelta(hours=48)):
        assert begin("ada@shop.test", invited.setup_code) is None
        with pytest.raises(RefusedError):
            office.finish(invited)
    assert not office.member(invited.staff_id).can_sign_in


def test_set_up_is_refused_with_a_code_that_the_app_does_not_show_and_nothing_changes(office: Office) -> None:
    invited = office.invite("ada@shop.test", StaffRole.OWNER)
    with pytest.raises(BadInputError) as caught:
        office.finish(invited, totp="000000x")
    assert caught.value.field == "totp"
    assert not office.member(invited.staff_id).can_sign_in
    assert begin("ada@shop.test", invited.setup_code) is not None


def test_a_code_of_the_app_is_good_once(office: Office) -> None:
    staff = office.employ("ada@shop.test", StaffRole.OWNER)
    with clock.held_at(NOON):
        code = office.code()
        assert office.prove(staff, code)
        assert not office.prove(staff, code)
    with clock.held_at(NOON - timedelta(seconds=30)):
        earlier = office.code()
    with clock.held_at(NOON):
        assert not office.prove(staff, earlier)
    with clock.held_at(NOON + timedelta(seconds=30)):
        assert office.prove(staff, office.code())
    assert verbs(staff.person)[-4:] == [
        "staff.sign_in",
        "staff.second_factor_refused",
        "staff.second_factor_refused",
        "staff.sign_in",
    ]


def test_the_code_that_finished_set_up_does_not_sign_in(office: Office) -> None:
    with clock.held_at(NOON):
        invited = office.invite("ada@shop.test", StaffRole.OWNER)
        code = office.code(invited.totp_secret)
        office.finish(invited)
        assert not office.prove(office.member(invited.staff_id), code)


def test_of_twenty_uses_of_one_code_at_once_one_signs_in(office: Office) -> None:
    staff = office.employ("ada@shop.test", StaffRole.OWNER)
    code = office.code()
    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(lambda _: office.prove(staff, code), range(20))) == 1


def test_a_recovery_code_signs_in_once_and_only_its_owner(office: Office) -> None:
    with clock.held_at(NOON):
        invited = office.invite("ada@shop.test", StaffRole.OWNER)
        codes = office.finish(invited)
        other = office.employ("grace@shop.test", StaffRole.FINANCE)
        ada = office.member(invited.staff_id)
        assert not office.prove(other, codes[0])
        assert office.prove(ada, codes[0].lower().replace("-", ""))
        assert not office.prove(ada, codes[0])
    with reading() as session:
        assert queries.recovery_codes_left(session, ada.id) == 7


def test_new_recovery_codes_void_the_old(office: Office) -> None:
    invited = office.invite("ada@shop.test", StaffRole.OWNER)
    codes = office.finish(invited)
    with transaction() as session:
        fresh = entry.new_recovery_codes(session, invited.staff_id)
    ada = office.member(invited.staff_id)
    assert not office.prove(ada, codes[1])
    assert office.prove(ada, fresh[1])


def test_the_secret_of_the_authenticator_is_sealed(office: Office) -> None:
    invited = office.invite("ada@shop.test", StaffRole.OWNER)
    staff = office.member(invited.staff_id)
    with reading() as session:
        assert queries.totp_secret(session, staff) == invited.totp_secret
    assert invited.totp_secret not in str(staff.__dict__)
    assert invited.totp_secret not in repr(invited)
    assert "ada@" not in str(staff.__dict__)
