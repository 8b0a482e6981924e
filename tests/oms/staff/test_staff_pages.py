"""Pages about staff over HTTP: only owners look after staff, and what they do counts at once."""

import re

import pytest
from flask.testing import FlaskClient

from oms.kernel import audit
from oms.kernel.db import reading, transaction
from oms.staff import queries
from oms.staff.entry import actions as entry
from oms.staff.models import Staff
from oms.staff.states import StaffRole
from oms.web import session_rows
from tests.people import Office, Visitor, seated, words

CODE = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){5}")


@pytest.fixture
def owner(desk: FlaskClient) -> Visitor:
    """Give an owner who is signed in; her number is 1 in an empty shop."""
    return seated(desk, Office().employ("ada@shop.test", StaffRole.OWNER))


def employ(email: str, role: StaffRole) -> Staff:
    return Office().employ(email, role)


def test_the_list_shows_work_names_and_no_mailbox(owner: Visitor) -> None:
    employ("grace@shop.test", StaffRole.FINANCE)
    page = owner.get("/staff")
    assert page.status_code == 200
    assert "gra at the desk" in words(page)
    assert "Finance" in words(page)
    assert "grace@shop.test" not in page.text
    assert page.text.count("/let-go") == 1


def test_an_owner_adds_somebody_who_then_sets_up(owner: Visitor) -> None:
    answer = owner.send("/staff", name="Grace", email="grace@shop.test", role="finance")
    code = CODE.search(answer.text)
    assert code is not None
    assert "/set-up" in words(answer)
    with reading() as session:
        found = entry.begin_setup(session, "grace@shop.test", code.group())
        assert found is not None
        assert (found.desk_name, found.roles) == ("Grace", {StaffRole.FINANCE})
        assert audit.about(session, found.person)[0].by.kind == "staff"


def test_a_mailbox_that_works_here_already_is_refused(owner: Visitor) -> None:
    answer = owner.send("/staff", name="Ada two", email="ADA@shop.test", role="owner")
    assert answer.status_code == 422
    assert "has this e-mail already" in words(answer)
    with reading() as session:
        assert len(queries.members(session)) == 1


def test_the_page_of_somebody_opens_the_mailbox_and_says_who_looked(owner: Visitor) -> None:
    grace = employ("grace@shop.test", StaffRole.FINANCE)
    page = owner.get(f"/staff/{grace.id}")
    assert "grace@shop.test" in words(page)
    with reading() as session:
        looked = audit.about(session, grace.unit)[0]
    assert (looked.verb, looked.purpose, looked.fields) == ("vault.open", "account", ("staff.contact.email",))


def test_roles_are_changed_and_count_with_the_next_click(owner: Visitor) -> None:
    grace = employ("grace@shop.test", StaffRole.FINANCE)
    answer = owner.send(f"/staff/{grace.id}/roles", page=f"/staff/{grace.id}", roles=["owner", "privacy"])
    assert answer.status_code == 303
    assert Office().member(grace.id).roles == {StaffRole.OWNER, StaffRole.PRIVACY}
    other = seated(owner.client.application.test_client(), grace)
    assert other.get("/staff").status_code == 200
    owner.send(f"/staff/{grace.id}/roles", page=f"/staff/{grace.id}", roles=["privacy"])
    assert other.get("/staff").status_code == 303


@pytest.mark.parametrize("roles", [[], ["emperor"]])
def test_a_role_that_is_none_is_refused_and_nothing_changes(owner: Visitor, roles: list[str]) -> None:
    grace = employ("grace@shop.test", StaffRole.FINANCE)
    answer = owner.send(f"/staff/{grace.id}/roles", page=f"/staff/{grace.id}", roles=roles)
    assert answer.status_code == 422
    assert Office().member(grace.id).roles == {StaffRole.FINANCE}


def test_access_is_ended_and_a_reset_gives_a_code(owner: Visitor) -> None:
    grace = employ("grace@shop.test", StaffRole.FINANCE)
    page = f"/staff/{grace.id}"
    answer = owner.send(f"{page}/reset", page=page)
    assert CODE.search(answer.text) is not None
    assert not Office().member(grace.id).can_sign_in
    assert owner.send(f"{page}/let-go", page=page).status_code == 303
    assert Office().member(grace.id).left_at is not None
    assert "has left" in words(owner.get(page))


def test_the_last_owner_cannot_let_herself_go(owner: Visitor) -> None:
    with reading() as session:
        ada = queries.members(session)[0]
    answer = owner.send(f"/staff/{ada.id}/let-go", page=f"/staff/{ada.id}")
    assert answer.status_code == 403
    assert "There must be an owner" in words(answer)
    assert Office().member(ada.id).can_sign_in


def test_nobody_of_that_number_is_not_found(owner: Visitor) -> None:
    assert owner.get("/staff/999999").status_code == 404
    assert owner.send("/staff/999999/let-go", page="/staff").status_code == 404


def test_one_ends_ones_own_sessions_and_nobody_elses(owner: Visitor) -> None:
    with reading() as session:
        ada = queries.members(session)[0]
    grace = employ("grace@shop.test", StaffRole.FINANCE)
    other = seated(owner.client.application.test_client(), grace)
    other.get("/you")
    with reading() as session:
        [hers] = session_rows.sessions_of(session, grace.person)
    owner.send(f"/you/sessions/{hers.id}/end", page="/you")
    assert other.get("/you").status_code == 200
    elsewhere = seated(owner.client.application.test_client(), ada)
    elsewhere.get("/you")
    with reading() as session:
        ours = session_rows.sessions_of(session, ada.person)
    assert len(ours) == 2
    mine = next(row for row in ours if row.begun_at == min(r.begun_at for r in ours))
    newest = next(row for row in ours if row.id != mine.id)
    owner.send(f"/you/sessions/{newest.id}/end", page="/you")
    assert elsewhere.get("/you").status_code == 303
    assert owner.get("/you").status_code == 200


def test_new_recovery_codes_are_shown_once(owner: Visitor) -> None:
    codes = CODE.findall(owner.send("/you/recovery-codes", page="/you").text)
    assert len(codes) == 8
    assert "8 codes are left" in words(owner.get("/you"))
    assert not CODE.search(owner.get("/you").text)
    with transaction() as session:
        ada = queries.members(session)[0]
        assert entry.prove_second_factor(session, ada.id, codes[0]) is not None
    assert "7 codes are left" in words(owner.get("/you"))
