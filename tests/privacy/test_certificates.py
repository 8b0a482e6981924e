"""A certificate is shown while it holds, with its paper; without one nothing is claimed (issue clause 5)."""

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfWriter
from sqlalchemy import func, select

from oms.kernel import clock
from oms.kernel.audit import SYSTEM
from oms.kernel.audit.entries import AuditEntry
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError
from oms.privacy import checks
from oms.privacy.clocks import calendar
from oms.privacy.evidence import actions, papers
from oms.privacy.evidence.actions import MOST_BYTES, Given
from oms.privacy.evidence.models import Certificate
from oms.staff.states import StaffRole
from oms.web.doctor import CHECKS, Health
from tests.people import Visitor, words
from tests.privacy.busy import pdf
from tests.privacy.test_evidence import BADGES
from tests.privacy.test_exposure import employed

assert checks is not None
PAPER = pdf()
NAME, ISSUER = "ISO 27001", "TÜV of Leiden"
DOCTOR = "Certificates that are shown"


def given(first: int = 0, last: int = 365, content: bytes = PAPER) -> Given:
    """A certificate by days from today at the shop."""
    today = calendar.today()
    return Given(NAME, ISSUER, today + timedelta(days=first), today + timedelta(days=last), content)


def added(what: Given) -> int:
    with transaction() as session:
        return actions.add(session, what, by=SYSTEM).id


def kept() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Certificate)) or 0


def locked() -> bytes:
    writer, made = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    writer.encrypt("secret")
    writer.write(made)
    return made.getvalue()


def empty() -> bytes:
    made = io.BytesIO()
    PdfWriter().write(made)
    return made.getvalue()


@contextmanager
def at_the_shop(hour: int, day: int) -> Iterator[None]:
    """Hold the clock at a time in Amsterdam, in December 2026, an hour ahead of UTC."""
    with clock.held_at(datetime(2026, 12, day, hour, 30, tzinfo=UTC) - timedelta(hours=1)):
        yield


@pytest.fixture
def store(apps: tuple[Flask, Flask]) -> FlaskClient:
    return apps[0].test_client()


@pytest.fixture
def privacy(apps: tuple[Flask, Flask]) -> Visitor:
    """Somebody of the privacy desk, signed in."""
    return employed(apps[1].test_client(), StaffRole.PRIVACY)[1]


def form(content: bytes, **changed: str) -> dict[str, object]:
    what = given()
    typed = {"name": what.name, "issuer": what.issuer}
    typed |= {"begins_on": what.begins_on.isoformat(), "ends_on": what.ends_on.isoformat(), **changed}
    return {**typed, "file": (io.BytesIO(content), "paper.pdf")}


def soon(store: FlaskClient, *, is_shown: bool) -> str:
    """Return the notice once it has certificates, or has none; a kept page does not wait to age."""
    until = time.monotonic() + 60
    while ('id="certificates"' in (told := store.get("/privacy", follow_redirects=True).text)) != is_shown:
        assert time.monotonic() < until
        time.sleep(0.1)
    return told


def taken_away(privacy: Visitor, number: int) -> int:
    """Press the button of a certificate at the desk; return the status."""
    path = "/privacy/certificates"
    return privacy.send(f"{path}/{number}/remove", page=path).status_code


def deeds() -> list[str]:
    with reading() as session:
        found = select(AuditEntry.verb).where(AuditEntry.verb.startswith("evidence."))
        return list(session.scalars(found.order_by(AuditEntry.id)))


def test_without_a_paper_no_page_claims_anything(store: FlaskClient) -> None:
    for path in ("/", "/privacy", "/privacy/versions", "/transparency"):
        told = store.get(path, follow_redirects=True).text
        assert BADGES.search(told) is None, path
        assert 'id="certificates"' not in told, path


def test_brought_at_the_desk_it_is_shown_with_its_paper_and_gone_at_once(
    store: FlaskClient, privacy: Visitor
) -> None:
    assert NAME not in soon(store, is_shown=False)
    assert privacy.send("/privacy/certificates", **form(PAPER)).status_code == 303
    with reading() as session:
        (one,) = papers.certificates(session)
    path = f"/privacy/certificates/{one.id}.pdf"
    shown = soon(store, is_shown=True)
    assert "ISO 27001" in shown
    assert "TÜV of Leiden, valid from" in shown
    assert path in shown
    loaded = store.get(path, follow_redirects=True)
    assert loaded.data == PAPER
    assert loaded.mimetype == "application/pdf"
    assert loaded.headers["Content-Disposition"] == f'attachment; filename="certificate-{one.id}.pdf"'
    assert loaded.headers["X-Content-Type-Options"] == "nosniff"
    listed = words(privacy.get("/privacy/certificates"))
    assert "Take away: ISO 27001" in listed
    assert taken_away(privacy, one.id) == 303
    assert kept() == 0
    assert deeds() == ["evidence.add", "evidence.remove"]
    assert store.get(path, follow_redirects=True).status_code == 404
    assert NAME not in soon(store, is_shown=False)
    assert taken_away(privacy, one.id) == 404


def test_it_holds_on_the_shops_own_days(shop: None) -> None:
    with at_the_shop(hour=12, day=5):
        number = added(given(0, 1))
    for hour, day, is_shown in ((23, 4, False), (0, 5, True), (23, 6, True), (0, 7, False)):
        with at_the_shop(hour, day), reading() as session:
            assert bool(papers.shown(session)) is is_shown
            assert (papers.paper(session, number) == PAPER) is is_shown


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<html>%PDF-1.7</html>", "is no PDF"),
        (b"%PDF-1.7 and then nothing", "is not whole"),
        (PAPER[: len(PAPER) // 2], "is not whole"),
        (empty(), "is not whole"),
        (locked(), "has a password"),
        (PAPER + b"\n" * MOST_BYTES, "larger than 900 kB"),
    ],
)
def test_a_file_that_is_no_paper_is_refused_with_what_to_do(shop: None, content: bytes, why: str) -> None:
    with pytest.raises(BadInputError, match=why):
        added(given(content=content))
    assert kept() == 0
    assert deeds() == []


def test_days_the_wrong_way_round_and_a_file_left_out_are_told_at_the_field(privacy: Visitor) -> None:
    today = calendar.today()
    backwards = privacy.send("/privacy/certificates", **form(PAPER, ends_on=f"{today - timedelta(days=9)}"))
    assert backwards.status_code == 422
    assert "The last day is before the first." in backwards.text
    bare = form(PAPER)
    del bare["file"]
    assert "Choose the file first." in privacy.send("/privacy/certificates", **bare).text
    broken = privacy.send("/privacy/certificates", **form(b"GIF89a"))
    assert (broken.status_code, "This file is no PDF." in broken.text) == (422, True)
    assert kept() == 0


def test_words_of_a_certificate_are_words_and_nothing_else(store: FlaskClient, shop: None) -> None:
    added(replace(given(), name="<script>alert(1)</script>"))
    assert "&lt;script&gt;alert(1)" in store.get("/privacy", follow_redirects=True).text


@pytest.mark.parametrize(
    ("last", "health", "figure"),
    [
        (31, Health.WELL, "hold, or none"),
        (29, Health.NOTE, "ISO 27001 ends on "),
        (-1, Health.NOTE, "ISO 27001 ended on "),
    ],
)
def test_the_doctor_says_a_month_ahead_that_it_ends(
    apps: tuple[Flask, Flask], last: int, health: Health, figure: str
) -> None:
    added(given(-40, last))
    with apps[1].app_context():
        said, found = CHECKS[DOCTOR].look()
    assert found is health
    assert said.startswith(figure)
