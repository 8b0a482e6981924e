"""A copy asked for in words: a file for its person alone, told by mail; staff help, and never see it."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from oms.kernel import files, jobs, vault
from oms.kernel.audit import Actor, ActorKind
from oms.kernel.db import reading, transaction
from oms.kernel.errors import IllegalMoveError, RefusedError
from oms.kernel.register import Purpose
from oms.privacy.asking import actions, receiving, runs
from oms.privacy.asking.actions import Asked, Denial
from oms.privacy.copies.models import Copy
from oms.privacy.copies.states import CopyState
from oms.privacy.erasure import actions as erasure
from oms.privacy.models import PrivacyRequest
from oms.privacy.states import Ground, RequestKind, RequestState, Source
from oms.staff.states import StaffRole
from tests.forgetting import build_copies, delivered, proven
from tests.make import Shop
from tests.people import Mailbox, Office, Visitor, seated, words

ADA = "ada@shop.test"
Measured = Callable[..., None]
PAT = Actor(ActorKind.STAFF, "1", roles=frozenset({"privacy"}))
CANARIES = (b"PK\x03\x04", b"your-data.json", b"Rapenburg")


def asked(email: str = ADA) -> PrivacyRequest:
    """Write one down at the desk."""
    keys = actions.prepare()
    with transaction() as session:
        return actions.receive(session, Asked(email, RequestKind.COPY, Source.HAND), keys, by=PAT)


def again(request: PrivacyRequest) -> PrivacyRequest:
    with reading() as session:
        return session.get_one(PrivacyRequest, request.id)


def made(request: PrivacyRequest) -> list[tuple[CopyState, int]]:
    with reading() as session:
        found = session.scalars(select(Copy).where(Copy.request_id == request.id).order_by(Copy.id))
        return [(copy.state, copy.id) for copy in found]


def unit_of(request: PrivacyRequest) -> str:
    """Where the only copy of a request lies sealed."""
    with reading() as session:
        return session.scalars(select(Copy.unit).where(Copy.request_id == request.id)).one()


def verified(request: PrivacyRequest, *units: str) -> None:
    with transaction() as session:
        found = session.get_one(PrivacyRequest, request.id)
        assert actions.verify(session, found, [found.contact_unit, *units], "2311 EZ")


def ready(small: Shop) -> PrivacyRequest:
    """Ask for a copy at the desk, prove it, and have the file made; it waits to be taken."""
    request = asked()
    verified(request, delivered({small.pencil: 1}).unit)
    jobs.drain()
    assert [state for state, _id in made(request)] == [CopyState.READY]
    return request


def mailed(sink: Path, words_of_mail: str) -> list[str]:
    told = [path.read_text("utf-8").replace("=\n", "") for path in sink.glob("*.eml")]
    return [one for one in told if words_of_mail in one]


def link(sink: Path) -> str:
    [mail] = mailed(sink, "The copy of your data is ready")
    found = re.search(r"http://localhost(/your-data/copies/[\w-]{22})", mail)
    assert found is not None
    return found.group(1)


def test_a_copy_written_down_at_the_desk_becomes_a_file_for_its_person(
    small: Shop, store: FlaskClient, sink: Path
) -> None:
    delivered({small.pencil: 1})
    request = asked()
    owner = Visitor(store)
    path = f"/your-data/requests/{request.ref}"
    owner.send(f"{path}/code", page=f"{path}/prove")
    owner.send("/account/code", code=Mailbox().mailed()[-1].code)
    answer = owner.send(f"{path}/prove", postcode="2311 EZ")
    assert answer.headers["Location"] == path
    assert "We make the file of your copy" in words(owner.get(path))
    assert again(request).state is RequestState.IN_PROGRESS
    jobs.drain()
    assert again(request).state is RequestState.FULFILLED
    stranger = Visitor(store.application.test_client())
    place = link(sink)
    for answer in (stranger.get(place), stranger.send(f"{place}/take", page="/account/prove")):
        assert answer.headers["Location"] == f"/account/prove?next={place}"
    assert [state for state, _id in made(request)] == [CopyState.READY]
    known = proven(store.application.test_client(), ADA, place)
    taken = known.send(f"{place}/take", page=place)
    with zipfile.ZipFile(io.BytesIO(taken.data)) as archive:
        assert b"Rapenburg 70" in archive.read("your-data.json")
    assert [state for state, _id in made(request)] == [CopyState.TAKEN]


def test_a_copy_asked_by_mail_is_answered_alike(small: Shop, sink: Path) -> None:
    order = delivered({small.pencil: 1})
    letter = f"From: {ADA}\r\nMessage-ID: <7@x>\r\n\r\nI want a copy of my data.".encode()
    number = receiving.take(letter).number
    with reading() as session:
        request = session.scalars(select(PrivacyRequest).where(PrivacyRequest.number == number)).one()
    assert (request.kind, request.source) == (RequestKind.COPY, Source.MAIL)
    verified(request, order.unit)
    jobs.drain()
    assert again(request).state is RequestState.FULFILLED
    [told] = mailed(sink, "The copy of your data is ready")
    assert "Rapenburg" not in told


def test_the_mailbox_of_somebody_else_takes_nothing(small: Shop, store: FlaskClient, sink: Path) -> None:
    request = ready(small)
    place = link(sink)
    other = proven(store, "grace@shop.test")
    assert other.send(f"{place}/take", page="/account/prove").headers["Location"].startswith("/account/prove")
    assert [state for state, _id in made(request)] == [CopyState.READY]


def employed(desk: Flask, *roles: StaffRole) -> Visitor:
    return seated(desk.test_client(), Office().employ(f"{'-'.join(roles)}@shop.test", *roles))


def addresses(desk: Flask, copy_id: int, *names: str) -> list[tuple[str, str]]:
    """Return every address of the desk, with each of these for what it names; looking comes first."""
    found = set()
    for rule in desk.url_map.iter_rules():
        for name in names:
            path = re.sub(r"<[^>]+>", name, re.sub(r"<(int|path):\w+>", str(copy_id), str(rule)))
            found |= {(method, path) for method in {"GET", "POST"} & (rule.methods or set())}
    return sorted(found)


EACH = [(role,) for role in StaffRole]


@pytest.mark.parametrize(
    "people", [[tuple(StaffRole)], pytest.param([*EACH, tuple(StaffRole)], marks=pytest.mark.privacy)]
)
def test_no_route_of_the_desk_yields_the_file_to_any_role(
    small: Shop, desk: FlaskClient, sink: Path, people: list[tuple[StaffRole, ...]], measured: Measured
) -> None:
    request = ready(small)
    [(_state, copy_id)] = made(request)
    place = link(sink).rpartition("/")[2]
    names = (request.number, request.ref, place, str(copy_id))[: 1 if len(people) == 1 else 4]
    walked = addresses(desk.application, copy_id, *names)
    if len(people) == 1:
        walked = [(method, path) for method, path in walked if path.startswith("/privacy")]
    yielded, statuses = [], set()
    for roles in people:
        visitor = employed(desk.application, *roles)
        token = visitor.token("/you")
        for method, path in walked:
            form = {"csrf_token": token} if method == "POST" else None
            answer = visitor.client.open(path, method=method, data=form)
            if answer.mimetype == "application/zip" or any(one in answer.data for one in CANARIES):
                yielded.append(path)
            statuses.add(answer.status_code)
    assert statuses >= {200, 303, 404}
    assert not [status for status in statuses if status >= 500]
    assert made(request) == [(CopyState.READY, copy_id)]
    told = f"{len(yielded)} of {len(walked) * len(people)} tries at the desk yield a copy that it asked for"
    measured("B28", told, passed=not yielded)


def test_the_vault_gives_the_file_to_no_staff_either(small: Shop) -> None:
    request = ready(small)
    with reading() as session:
        found = session.scalars(select(Copy).where(Copy.request_id == request.id)).one()
    for role in StaffRole:
        by = Actor(ActorKind.STAFF, "1", roles=frozenset({role.value}))
        with pytest.raises(RefusedError), transaction() as session:
            assert found.file_id is not None
            files.open_file(session, found.file_id, purpose=Purpose.RIGHTS, by=by)
    assert "copy.file" in vault.ends(found.unit)


def test_staff_cannot_say_that_a_copy_is_done(small: Shop, desk: FlaskClient) -> None:
    request = asked()
    verified(request, delivered({small.pencil: 1}).unit)
    visitor = employed(desk.application, StaffRole.PRIVACY)
    path = f"/privacy/{request.number}"
    page = words(visitor.get(path))
    assert "It is done" not in page
    assert "the file is made by itself" in page
    assert visitor.send(f"{path}/answered", page=path).status_code == 409
    with pytest.raises(IllegalMoveError), transaction() as session:
        actions.answer(session, session.get_one(PrivacyRequest, request.id), by=PAT)
    assert again(request).state is RequestState.IN_PROGRESS


def refused(request: PrivacyRequest, ground: Ground, *fields: str) -> None:
    with transaction() as session:
        found = session.get_one(PrivacyRequest, request.id)
        actions.refuse(session, found, Denial(ground, "What the log says.", fields), by=PAT)


def test_what_is_kept_back_is_not_in_the_file_even_when_that_was_decided_while_it_was_made(
    small: Shop, store: FlaskClient, sink: Path
) -> None:
    request = asked()
    verified(request, delivered({small.pencil: 1}).unit)
    runs.make_copy(request.id)
    refused(request, Ground.RIGHTS_OF_OTHERS, "order.delivery.street")
    assert again(request).state is RequestState.IN_PROGRESS
    jobs.drain()
    assert again(request).state is RequestState.PARTLY_REFUSED
    place = link(sink)
    answer = proven(store, ADA, place).send(f"{place}/take", page=place)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        told = archive.read("your-data.json")
    assert (b"Rapenburg 70" in told, b"Leiden" in told) == (False, True)
    assert [state for state, _id in made(request)] == [CopyState.TAKEN]


def test_a_copy_that_is_refused_while_it_is_made_is_given_to_nobody(small: Shop, sink: Path) -> None:
    request = asked()
    verified(request, delivered({small.pencil: 1}).unit)
    runs.make_copy(request.id)
    unit = unit_of(request)
    refused(request, Ground.STATUTORY_DUTY)
    jobs.drain()
    build_copies()
    assert mailed(sink, "The copy of your data is ready") == []
    runs.make_copies()
    assert (made(request), vault.ends(unit)) == ([], {})


def test_a_copy_goes_with_its_request_that_is_taken_back(small: Shop, store: FlaskClient, sink: Path) -> None:
    request = asked()
    verified(request, delivered({small.pencil: 1}).unit)
    runs.make_copy(request.id)
    build_copies()
    unit = unit_of(request)
    assert vault.ends(unit)
    path = f"/your-data/requests/{request.ref}"
    assert Visitor(store).send(f"{path}/withdraw", page=path).status_code == 303
    assert again(request).state is RequestState.WITHDRAWN
    assert (made(request), vault.ends(unit)) == ([], {})


def test_a_lost_message_holds_no_copy_up_and_what_is_gone_ends_it(small: Shop) -> None:
    order = delivered({small.pencil: 1})
    first, second = asked(), asked()
    verified(first, order.unit)
    verified(second, order.unit)
    runs.make_copy(first.id)
    build_copies()
    runs.make_copies()
    assert (again(first).state, again(second).state) == (RequestState.FULFILLED, RequestState.IN_PROGRESS)
    wish = erasure.Wish((order.unit,), erasure.Way.NOW, "eu", "en")
    with transaction() as session:
        deletion = erasure.open_request(session, wish)
    assert erasure.carry_out(deletion.id)
    runs.make_copies()
    assert again(second).state is RequestState.WITHDRAWN
    assert made(second) == []
