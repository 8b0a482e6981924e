"""Waves are noticed while nobody signs in, once an hour; alerts are seen to by somebody else; rows go."""

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from oms.kernel import clock, jobs
from oms.kernel.db import reading, transaction
from oms.kernel.errors import ConflictError, NotFoundError, RefusedError
from oms.privacy.retention import actions as retention
from oms.signins import actions, handlers, queries
from oms.signins.checks import JOB
from oms.signins.models import SignIn, SignInAlert
from oms.signins.queries import Visit, word_of
from oms.signins.states import AlertKind, Answer, How
from oms.staff.states import StaffRole
from oms.web import budgets, doctor
from oms.web.budgets import Attempt
from oms.web.doctor import Health
from tests.people import Office, seated, words

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = "a secret of the shop"
HOME = Visit(SECRET, "145.97.39.155", "Firefox/1 Linux")
RIO = Visit(SECRET, "200.160.2.3", "Windows Chrome/1")


def fail(count: int) -> None:
    with transaction() as session:
        for index in range(count):
            budgets.take(session, Attempt.of(SECRET, f"nobody{index}", f"198.51.{index}.1"))


def arrive(visit: Visit, person: str = "buyer:7") -> SignIn:
    with transaction() as session:
        row = actions.arrive(session, person, How.CODE, visit)
        actions.finish(session, row.id, person)
        return row


def alerts() -> list[SignInAlert]:
    with reading() as session:
        return queries.alerts(session)


def test_a_wave_is_told_to_the_desk_once_an_hour(shop: None) -> None:
    with clock.held_at(NOON):
        fail(5)
        handlers.watch_tries()
        assert alerts() == []
        fail(7)
        handlers.watch_tries()
        handlers.watch_tries()
        assert [(a.kind, a.failures, a.person) for a in alerts()] == [(AlertKind.WAVE, 7, "")]
    with clock.held_at(NOON + timedelta(hours=2)):
        handlers.watch_tries()
        assert len(alerts()) == 1


def test_a_shop_that_is_mostly_signed_in_to_has_no_wave(shop: None) -> None:
    with clock.held_at(NOON), transaction() as session:
        for index in range(10):
            tried = Attempt.of(SECRET, f"buyer{index}", f"203.0.{index}.1")
            budgets.take(session, tried)
            budgets.succeeded(session, tried)
    with clock.held_at(NOON):
        fail(12)
        handlers.watch_tries()
    assert alerts() == []


def test_country_and_browser_both_new_are_told_but_not_at_the_first_sign_in(shop: None) -> None:
    assert (arrive(HOME).reasons, arrive(RIO).reasons) == ([], ["new-country-and-browser", "travel"])
    assert arrive(RIO, "buyer:8").reasons == []
    with reading() as session:
        first, second = queries.of_person(session, "buyer:7")[::-1]
    assert (first.country, second.country, first.agent) == ("NL", "BR", "Firefox on Linux")
    with reading() as session:
        places = session.scalars(select(SignIn.place)).all()
    assert len(set(places)) == 3


def test_a_place_that_was_not_theirs_is_not_known_afterwards(shop: None) -> None:
    arrive(HOME)
    stranger = arrive(RIO)
    with transaction() as session:
        actions.answer(session, stranger.id, Answer.NOT_MINE)
    with pytest.raises(ConflictError), transaction() as session:
        actions.answer(session, stranger.id, Answer.MINE)
    assert arrive(RIO).reasons == ["new-country-and-browser", "travel"]
    assert [(a.kind, a.person) for a in alerts()] == [(AlertKind.NOT_MINE, "buyer:7")]


def test_what_was_theirs_is_known_afterwards(shop: None) -> None:
    arrive(HOME)
    with transaction() as session:
        row = actions.arrive(session, "buyer:7", How.PASSWORD, RIO)
    with transaction() as session:
        actions.answer(session, row.id, Answer.MINE)
    assert arrive(RIO).reasons == []


def test_a_link_is_ours_alone_and_over_after_thirty_days(shop: None) -> None:
    with clock.held_at(NOON):
        row = arrive(HOME)
        word = word_of(row.id, SECRET)
        with reading() as session:
            assert queries.by_word(session, word, SECRET).id == row.id
            for wrong in (f"{row.id + 1}.{word.partition('.')[2]}", str(row.id), "x.y", ""):
                with pytest.raises(NotFoundError):
                    queries.by_word(session, wrong, SECRET)
    with clock.held_at(NOON + timedelta(days=30)), reading() as session:
        with pytest.raises(NotFoundError):
            queries.by_word(session, word, SECRET)
        assert queries.of_person(session, "buyer:7") == []
    retention.let_go(NOON + timedelta(days=31))
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(SignIn)) == 0


def test_staff_raise_an_alert_that_somebody_else_looks_into(shop: None, desk: FlaskClient) -> None:
    pia, owner = (Office().employ(f"{n}@shop.test", StaffRole.OWNER) for n in ("pia", "ada"))
    arrive(HOME, pia.person)
    arrive(RIO, pia.person)
    [alert] = alerts()
    with pytest.raises(RefusedError), transaction() as session:
        actions.see_to(session, alert.id, by=pia.actor)
    visitor = seated(desk, owner)
    page = words(visitor.get("/privacy/sign-ins"))
    assert "pia at the desk" in page
    assert "Unusual sign-in at the desk" in page
    seen = visitor.send(f"/privacy/sign-ins/{alert.id}/seen", page="/privacy/sign-ins")
    assert seen.status_code == 303
    assert alerts() == []
    mine = words(seated(desk.application.test_client(), pia).get("/you"))
    assert "Sign-ins of the last 30 days" in mine
    assert "Brazil" in mine


def test_a_watch_that_stopped_is_seen(shop: None, desk: FlaskClient) -> None:
    with desk.application.app_context():
        name = "The watch over sign-ins: minutes since it last ran"
        assert JOB in jobs.SCHEDULE
        assert jobs.run_scheduled(JOB)
        [well] = doctor.examine([name])
        with clock.held_at(clock.now() + timedelta(minutes=6)):
            [ill] = doctor.examine([name])
    assert (well.health, ill.health, ill.figure) == (Health.WELL, Health.ILL, "6")
