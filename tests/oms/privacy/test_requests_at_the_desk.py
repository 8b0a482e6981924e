"""Requests at the desk: nobody is named, what is owed is seen, and whom to tell is noted once."""

import pytest
from flask.testing import FlaskClient

from oms import cli
from oms.kernel import audit
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.privacy.erasure import actions
from oms.privacy.erasure.actions import Wish
from oms.privacy.models import PrivacyRequest
from oms.privacy.states import Way
from oms.staff.states import StaffRole
from storefront.app import create_store
from tests.forgetting import delivered, paid
from tests.make import Shop
from tests.people import Office, Visitor, seated, words


@pytest.fixture
def officer(desk: FlaskClient) -> Visitor:
    """Somebody at the desk who looks after privacy."""
    return seated(desk, Office().employ("pat@shop.test", StaffRole.PRIVACY))


def asked(unit: str, way: Way) -> PrivacyRequest:
    with transaction() as session:
        request = actions.open_request(session, Wish((unit,), way, "eu", "en"))
    actions.carry_out(request.id)
    return request


def test_the_list_names_nobody_and_says_by_when(small: Shop, officer: Visitor) -> None:
    order = paid({small.clock: 1})
    waiting = asked(order.unit, Way.LATER)
    done = asked(delivered({small.pencil: 1}).unit, Way.NOW)
    page = words(officer.get("/privacy"))
    assert f"{waiting.number} Deletion screen {order.number}" in page
    assert done.number not in page
    for word in ("Ada", "ada@shop.test", "Rapenburg"):
        assert word not in page
    finished = words(officer.get("/privacy?view=done"))
    assert f"{done.number} Deletion screen nobody any more" in finished
    assert "waits for its return window" in words(officer.get(f"/privacy/{waiting.number}"))


def test_telling_a_recipient_is_noted_once_and_audited(small: Shop, officer: Visitor) -> None:
    done = asked(delivered({small.pencil: 1}).unit, Way.NOW)
    path = f"/privacy/{done.number}"
    page = officer.get(path)
    assert "Stripe to be told" in words(page)
    assert "E-mail 1" in words(page)
    for _ in range(2):
        assert officer.send(f"{path}/told/stripe", page=path).status_code == 303
    assert "to be told" not in words(officer.get(path))
    assert officer.send(f"{path}/told/nobody", page=path).status_code == 404
    with reading() as session:
        deeds = [deed.verb for deed in audit.about(session, f"request:{done.number}")]
    assert deeds == ["privacy.told", "privacy.erase"]


def test_the_command_lists_what_is_under_way(small: Shop, settings: Settings) -> None:
    waiting = asked(paid({small.clock: 1}).unit, Way.LATER)
    asked(delivered({small.pencil: 1}).unit, Way.NOW)
    app = create_store(settings)
    cli.register(app)
    said = app.test_cli_runner().invoke(args=["privacy", "requests"]).output
    assert said.splitlines()[0].startswith(f"{waiting.number}  in_progress  answer by ")
    assert said.splitlines()[-1] == "1 under way."
