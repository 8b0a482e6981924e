"""001-33 to 001-37: each of the five grounds can be chosen, reaches the desk, and is counted."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from oms.kernel import vault
from oms.kernel.db import reading
from oms.privacy import queries
from oms.privacy.asking.grounds import BECAUSE
from oms.privacy.models import PrivacyRequest
from oms.privacy.states import Because, RequestKind
from oms.staff.states import StaffRole
from tests.forgetting import delivered, paid, proven
from tests.make import Shop
from tests.pages import form_with
from tests.people import Office, Visitor, seated, words

Measured = Callable[..., None]


@pytest.fixture
def officer(desk: FlaskClient) -> Visitor:
    return seated(desk, Office().employ("pat@shop.test", StaffRole.PRIVACY))


def newest() -> PrivacyRequest:
    with reading() as session:
        return session.scalars(select(PrivacyRequest).order_by(PrivacyRequest.id.desc()).limit(1)).one()


def counts() -> dict[Because, int]:
    with reading() as session:
        return dict(queries.grounds(session))


@pytest.mark.parametrize("ground", list(Because))
def test_a_ground_goes_with_the_deletion_to_the_desk_and_is_counted(
    small: Shop, store: FlaskClient, officer: Visitor, measured: Measured, ground: Because
) -> None:
    gone, waits = delivered({small.pencil: 1}), paid({small.clock: 1})
    visitor = proven(store, "ada@shop.test")
    page = visitor.get("/your-data/delete")
    assert form_with(page, "because")["fields"]["because"] == ""
    assert BECAUSE[ground] in words(page)
    asked = visitor.send("/your-data/delete", way="later", because=ground.value)
    request = newest()
    assert (request.kind, request.because) == (RequestKind.ERASURE, ground)
    assert vault.ends(gone.unit) == {}
    assert len(vault.ends(waits.unit)) == 2
    shown = [words(visitor.get(asked.headers["Location"])), words(officer.get(f"/privacy/{request.number}"))]
    assert [BECAUSE[ground] in one for one in shown] == [True, True]
    assert f"{BECAUSE[ground]} 1" in words(officer.get("/privacy"))
    told = {one: int(one is ground) for one in Because}
    measured("B16", f"ground {ground} chosen, carried out, seen and counted", passed=counts() == told)


@pytest.mark.parametrize("ground", list(Because))
def test_a_ground_can_be_given_in_words_and_by_hand_for_a_deletion_alone(
    small: Shop, store: FlaskClient, officer: Visitor, ground: Because
) -> None:
    typed = {"email": "ada@shop.test", "words": "", "because": ground.value}
    for visitor, path in ((Visitor(store), "/your-data/ask"), (officer, "/privacy/new")):
        assert visitor.send(path, kind="erasure", **typed).status_code == 303
        assert newest().because is ground
        assert visitor.send(path, kind="copy", **typed).status_code == 303
        assert (newest().kind, newest().because) == (RequestKind.COPY, None)
    assert counts()[ground] == 2


def test_nobody_has_to_say_why_and_no_other_words_are_taken(
    small: Shop, store: FlaskClient, officer: Visitor
) -> None:
    delivered({small.pencil: 1})
    visitor = proven(store, "ada@shop.test")
    refused = visitor.send("/your-data/delete", because="my own words")
    assert refused.status_code == 422
    assert sum(counts().values()) == 0
    visitor.send("/your-data/delete")
    assert newest().because is None
    assert "Because Not said" in words(officer.get(f"/privacy/{newest().number}"))
    assert sum(counts().values()) == 0
