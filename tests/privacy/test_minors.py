"""B35: who may be a child is restricted at once; a guardian says yes, no, or nothing; others see nothing.

001-58 to 001-61, 002-39, 002-40, 003-57.
"""

import inspect
import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from oms.fulfillment.models import Shipment
from oms.kernel import clock, jobs, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError, IllegalMoveError, NotFoundError
from oms.kernel.register import KINDS
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.orders.personal import OrderContact, OrderDelivery
from oms.orders.states import OrderState
from oms.privacy.asking import actions as asking
from oms.privacy.asking.actions import Asked
from oms.privacy.clocks import calendar
from oms.privacy.locking import actions as locking
from oms.privacy.minors import actions, ages, queries, runs
from oms.privacy.minors.actions import GUARDIAN, THEMSELVES, Suspicion
from oms.privacy.minors.models import MinorCase
from oms.privacy.minors.states import MinorState, Signal
from oms.privacy.models import PrivacyRequest
from oms.privacy.states import Channel, RequestKind, RequestState, Source
from oms.privacy.wishes import actions as wishes
from oms.privacy.wishes.actions import Said
from oms.privacy.wishes.states import Choice, WishPurpose
from oms.staff.states import StaffRole
from oms.web import taking
from oms.web.asked import rows
from tests import make
from tests.forgetting import delivered, paid, proven, taken
from tests.make import Shop
from tests.people import Office, seated, words
from tests.privacy.canaries import Person, find, folder, person, postgres
from tests.privacy.children import (
    PARENT,
    accepted,
    again,
    allowed,
    as_guardian,
    asked,
    at,
    gone,
    is_restricted,
    link_in,
    suspected,
    themselves,
    used,
)

# A country, and the age under which its law has a guardian decide.
PROFILES = {"CN": 14, "US": 13, "NL": 16, "DE": 16, "FR": 15, "BE": 13, "ES": 14, "JP": 18}


@pytest.fixture
def small(shop: None, sink: Path) -> Shop:
    with transaction() as session:
        return make.small_shop(session, clocks=200, pencils=900)


def bought(small: Shop, who: Person, country: str) -> Order:
    """An order that is paid and waits to be sent to a country."""
    address = OrderDelivery(
        name=who.strings["name"],
        street=who.strings["line_1"],
        city=who.strings["city"],
        postcode="2311 EZ",
        country="NL",
    )
    order = paid({small.pencil: 1}, contact=OrderContact(who.strings["email"]), delivery=address)
    with transaction() as session:
        session.execute(update(Order).where(Order.id == order.id).values(country=country))
    return order


def moved(case: MinorCase) -> list[MinorState]:
    with reading() as session:
        rows = queries.events_of(session, case.id)
    assert all(row.at and row.by_kind and row.by_id and row.why for row in rows)
    return list(dict.fromkeys(row.state for row in rows))


@pytest.mark.parametrize("countries", [["NL"], pytest.param(list(PROFILES), marks=pytest.mark.privacy)])
def test_in_each_country_suspected_yes_no_and_silent(
    small: Shop, settings: Settings, countries: list[str], measured: Callable[..., None]
) -> None:
    people: list[Person] = []
    slowest, unlocked, kept, longest = 0.0, [], [], 0
    for country in countries:
        for end in ("yes", "no", "silent"):
            who = person()
            order = bought(small, who, country)
            begun = clock.now()
            case = suspected(order)
            if not is_restricted(order):
                unlocked.append((country, end))
            slowest = max(slowest, (clock.now() - begun).total_seconds())
            assert (case.country, case.age, case.state) == (country, PROFILES[country], MinorState.RESTRICTED)
            case = asked(case, f"{who.cores['nickname']}@parents.test")
            if end == "yes":
                with transaction() as session:
                    actions.resolve(session, session.get_one(MinorCase, case.id), "yes", by=GUARDIAN)
                jobs.drain()
                runs.keep_time()
                kept += [] if used(order) and again(case).state is MinorState.RESOLVED else [(country, end)]
                continue
            if end == "no":
                assert runs.erase(case.id, "no", by=GUARDIAN)
            else:
                longest = max(longest, silence(case))
            people.append(who)
            kept += [] if gone(order) and again(case).state is MinorState.ERASED else [(country, end)]
            expected = [MinorState.SUSPECTED, MinorState.RESTRICTED, MinorState.GUARDIAN_ASKED]
            assert moved(case) == [*expected, MinorState.ERASED]
    stores = (postgres(settings.database_url), postgres(settings.keyring_url), folder(settings.state_dir))
    seen = find(people, *stores)
    figure = f"{len(countries)} countries x suspected: restricted in {slowest:.2f} s, {len(unlocked)} in use"
    measured("B35", figure, passed=not unlocked and slowest <= 60)
    measured(
        "B35", f"yes lifted, no and silent erased: {len(kept)} wrong of {3 * len(countries)}", passed=not kept
    )
    measured("B35", f"silent: erased on business day {longest}", passed=0 < longest <= 7)
    measured("B35", f"erased: {len(seen)} of {len(people)} x 40 strings left", passed=not seen)


def silence(case: MinorCase) -> int:
    """Let the days of a guardian pass; return on which business day everything went."""
    with clock.held_at(case.erase_after - timedelta(minutes=1)):
        runs.keep_time()
        assert again(case).state is MinorState.GUARDIAN_ASKED
    with clock.held_at(case.erase_after + timedelta(minutes=1)):
        runs.keep_time()
        days = calendar.current()
        last = days.after(days.day_of(case.suspected_at), 7)
        assert days.day_of(clock.now()) <= last
        return max(7, days.passed(days.day_of(case.suspected_at), days.day_of(clock.now())))


def test_the_scanner_would_have_found_what_was_left(small: Shop, settings: Settings) -> None:
    who = person()
    with transaction() as session:
        session.execute(update(Order).values(language="en"))
    order = bought(small, who, "NL")
    with transaction() as session:
        session.execute(update(Order).where(Order.id == order.id).values(method=who.strings["email"]))
    assert {one.what for one in find([who], postgres(settings.database_url))} == {"email"}


def test_ages_are_those_of_the_laws_and_each_has_a_source() -> None:
    assert {country: ages.of(country).years for country in PROFILES} == PROFILES
    assert all(13 <= age.years <= 16 and age.source for age in ages.AGES.values())
    assert ages.strictest(["BE", "DE"]) == ("DE", ages.AGES["DE"])
    assert ages.strictest([]) == ("", ages.GENERAL)


# The parts of a name that stand for an age, in the languages of the shop and of programs.
_AGES = frozenset({"age", "birth", "birthday", "birthdate", "birthyear", "bday", "born", "dob", "geburt"})


def ages_asked(names: Iterable[str]) -> list[str]:
    """Return the names that ask how old somebody is; `page` and `message` do not."""
    parts = {name: {part.lower() for part in re.findall("[A-Z]?[a-z]+|[A-Z]+", name)} for name in names}
    return sorted(
        name for name, said in parts.items() if said & _AGES or any("geburt" in one for one in said)
    )


def test_nobody_is_asked_for_a_birth_date(store: FlaskClient, desk: FlaskClient) -> None:
    views = [view for client in (store, desk) for view in client.application.view_functions.values()]
    sent = {name for view in views for name in taking.taken(inspect.unwrap(view))}
    sealed = {name for kind in KINDS.values() for name in kind.names()}
    assert {"email", "postcode", "parcel_name", "signal"} <= sent
    assert ages_asked(sent | sealed | {row.field for row in rows()}) == []


@pytest.mark.parametrize("name", ["date_of_birth", "buyerAge", "DOB", "bday-year", "geburtsdatum"])
def test_a_field_for_an_age_is_seen(name: str) -> None:
    assert ages_asked([name, "page", "message", "image_name", "storage"]) == [name]


def test_to_a_child_nothing_goes_that_it_said_yes_to_on_any_channel(small: Shop) -> None:
    order, every = paid({small.pencil: 1}), [(one, way) for one in WishPurpose for way in Channel]

    def say_yes() -> None:
        with transaction() as session:
            for purpose, channel in every:
                wishes.say(session, [order.unit], Said(Choice.GIVEN, channel, purpose), by=make.GUEST)

    say_yes()
    assert allowed(order) == every
    suspected(order)
    assert allowed(order) == []
    say_yes()
    assert allowed(order) == []
    assert is_restricted(order)


def test_everything_of_a_person_is_restricted_and_what_they_order_next(small: Shop) -> None:
    kid = OrderContact("kid@shop.test")
    first, other = paid({small.pencil: 1}, contact=kid), paid({small.clock: 1}, contact=kid)
    neighbor = paid({small.pencil: 1})
    jobs.drain()
    case = themselves(first, other)
    assert is_restricted(first)
    assert is_restricted(other)
    assert used(neighbor)
    third = paid({small.pencil: 1}, contact=kid)
    jobs.drain()
    assert is_restricted(third)
    with reading() as session:
        assert set(queries.units_of(session, case.id)) == {first.unit, other.unit, third.unit}
        assert queries.open_case(session, [neighbor.unit]) is None
    assert suspected(other).id == case.id


def test_a_suspicion_takes_no_other_way_out(small: Shop) -> None:
    order = paid({small.pencil: 1})
    case = suspected(order)
    with reading() as session:
        request = session.get_one(PrivacyRequest, case.request_id)
    assert (request.kind, request.state) == (RequestKind.MINOR, RequestState.IN_PROGRESS)
    with pytest.raises(IllegalMoveError, match="told first"), transaction() as session:
        locking.lift(session, session.get_one(PrivacyRequest, request.id), by=SYSTEM)
    with pytest.raises(IllegalMoveError, match="suspected children"), reading() as session:
        queries.require_none(session, request)
    with pytest.raises(BadInputError, match="mailbox of the order"):
        asked(case, "ADA@shop.test")
    for _ in range(actions.MOST_ASKED):
        asked(case)
    with pytest.raises(IllegalMoveError, match="any more"):
        asked(case)
    assert is_restricted(order)


def test_a_parcel_on_its_way_is_not_waited_for(small: Shop) -> None:
    left, unpaid = paid({small.clock: 1}), make.order({small.clock: 1}).order
    with transaction() as session:
        session.execute(update(Order).where(Order.id == left.id).values(state=OrderState.PLACED))
    case = themselves(left, unpaid)
    assert not runs.erase(case.id, "no", by=GUARDIAN)
    assert gone(left)
    with reading() as session:
        assert session.get_one(Order, left.id).state is OrderState.CANCELLED
        assert session.query(Shipment).count() == 0
    assert again(case).state is MinorState.RESTRICTED
    assert not gone(unpaid)


def test_a_child_who_deletes_everything_ends_the_case(small: Shop, store: FlaskClient) -> None:
    order = delivered({small.pencil: 1})
    case = suspected(order)
    kid = proven(store, "ada@shop.test", "/your-data/delete")
    assert kid.send("/your-data/delete").status_code == 303
    assert gone(order)
    runs.keep_time()
    assert again(case).state is MinorState.ERASED


def test_a_child_says_so_and_the_guardian_looks_copies_and_says_yes(
    small: Shop, store: FlaskClient, settings: Settings, sink: Path
) -> None:
    order = paid({small.clock: 1})
    kid = proven(store, "ada@shop.test")
    assert "Are you under 18?" in words(kid.get("/your-data/"))
    assert kid.send("/your-data/minor", email=PARENT).headers["Location"] == "/your-data/"
    page = words(kid.get("/your-data/"))
    assert "A parent or guardian has to agree by" in page
    assert "Locked: it is only kept." in page
    with reading() as session:
        case = queries.open_case(session, [order.unit])
    assert case is not None
    assert is_restricted(order)
    link = link_in(sink, case)
    parent = as_guardian(settings, link)
    shown = words(parent.get(link))
    assert "under the age of 16" in shown
    assert order.number not in shown
    assert parent.send(f"{link}/look", page=link).status_code == 404
    assert parent.send(f"{link}/answer", page=link, answer="yes").headers["Location"] == link
    assert parent.send(f"{link}/look", page=link).headers["Location"] == "/your-data/"
    rooms = words(parent.get("/your-data/"))
    assert "You see this as the guardian of a child." in rooms
    assert "Rapenburg 70" in rooms
    assert b"Rapenburg 70" in taken(parent)["your-data.json"]
    assert not used(order)
    jobs.drain()
    runs.keep_time()
    assert used(order)
    with reading() as session:
        assert orders.open_holds(session, order.id) == []
        assert session.get_one(PrivacyRequest, case.request_id).state is RequestState.FULFILLED
    assert "no longer locked" in "".join(path.read_text() for path in sink.glob("*.eml"))
    assert "Delete" in words(parent.get("/your-data/"))
    assert parent.send("/your-data/child/leave", page="/your-data/").status_code == 303
    assert "Rapenburg 70" not in words(parent.get("/your-data/"))


def test_a_guardian_says_no_or_deletes_later(small: Shop, settings: Settings, sink: Path) -> None:
    first, second = paid({small.clock: 1}), delivered({small.pencil: 1}, contact=OrderContact("k@shop.test"))
    case, other = accepted(asked(suspected(first))), accepted(asked(suspected(second)))
    link, after = link_in(sink, case), f"/your-data/child/{other.ref}"
    parent = as_guardian(settings, link)
    assert parent.send(f"{link}/answer", page=link, answer="maybe").status_code == 404
    assert parent.send(f"{link}/answer", page=link, answer="no").status_code == 303
    assert gone(first)
    assert not gone(second)
    assert parent.get(link).status_code == 404
    assert parent.send(f"{after}/answer", page=after, answer="yes").status_code == 303
    assert parent.send(f"{after}/look", page=after).status_code == 303
    assert parent.send("/your-data/delete").status_code == 303
    assert gone(second)


def test_who_may_not_sees_nothing(small: Shop, settings: Settings, sink: Path) -> None:
    order = paid({small.clock: 1})
    stranger_of = asked(
        suspected(delivered({small.pencil: 1}, contact=OrderContact("x@shop.test"))), "q@shop.test"
    )
    case = accepted(asked(suspected(order)))
    link = link_in(sink, case)
    tries = {
        "nobody": at(settings),
        "another guardian": as_guardian(settings, f"/your-data/child/{stranger_of.ref}"),
    }
    secrets = (order.number, "Rapenburg", "ada@shop.test", "2311", "Netherlands")
    for visitor in tries.values():
        shown = visitor.get(link)
        assert shown.status_code == 200
        assert not any(word in shown.text for word in secrets)
        for deed, given in (("answer", {"answer": "no"}), ("look", {})):
            assert visitor.send(f"{link}/{deed}", page=link, **given).status_code == 404
    parent = as_guardian(settings, link)
    guessed = f"/your-data/child/{case.ref[:-1]}{'A' if case.ref[-1] != 'A' else 'B'}"
    assert parent.get(guessed).status_code == 404
    assert parent.send(f"{guessed}/answer", page=link, answer="no").status_code == 404
    with clock.held_at(case.erase_after + timedelta(seconds=1)):
        late = at(settings)
        assert late.get(link).status_code == 404
        assert late.send(f"{link}/code", page="/account/sign-in").status_code == 404
    assert again(case).state is MinorState.GUARDIAN_ASKED
    assert is_restricted(order)


def test_words_of_a_child_restrict_and_those_of_a_guardian_wait_for_staff(small: Shop) -> None:
    order = paid({small.pencil: 1})
    for kind, state in ((RequestKind.GUARDIAN, None), (RequestKind.MINOR, MinorState.RESTRICTED)):
        keys = asking.prepare()
        with transaction() as session:
            made = asking.receive(session, Asked("ada@shop.test", kind, Source.FORM), keys, by=SYSTEM)
            assert asking.verify(session, made, [keys.unit, order.unit])
        with reading() as session:
            found = queries.open_case(session, [order.unit])
        assert (found.state if found else None) is state
    assert is_restricted(order)


def test_the_desk_reports_asks_and_ends(small: Shop, desk: FlaskClient, settings: Settings) -> None:
    order = paid({small.clock: 1})
    staff = Office().employ("pat@shop.test", StaffRole.PRIVACY)
    officer = seated(desk, staff)
    wrong = officer.send("/privacy/minors", number="7KQ2-M4XD-9B", signal=Signal.GUARDIAN.value)
    assert wrong.status_code == 422
    answer = officer.send("/privacy/minors", number=order.number, signal=Signal.GUARDIAN.value)
    path = answer.headers["Location"].partition("/oms")[2] or answer.headers["Location"]
    assert is_restricted(order)
    page = words(officer.get(path))
    assert f"{staff.desk_name} {Signal.GUARDIAN}" in page
    assert "16 (UAVG, article 5)" in page
    assert "Rapenburg" not in page
    assert officer.send(f"{path}/guardian", page=path, email="ada@shop.test").status_code == 422
    assert officer.send(f"{path}/guardian", page=path, email=PARENT).status_code == 303
    number = path.rpartition("/")[2]
    request = f"/privacy/{number}"
    for deed, given in (("lift", {}), ("decide", {"outcome": "kept", "why": "x"}), ("answered", {})):
        assert officer.send(f"{request}/{deed}", page=request, **given).status_code == 409
    finding = "It was a mistake: this is no child."
    assert officer.send(f"{path}/resolve", page=path, finding=finding).status_code == 303
    jobs.drain()
    runs.keep_time()
    assert used(order)
    other = paid({small.pencil: 1}, contact=OrderContact("kid@shop.test"))
    answer = officer.send("/privacy/minors", number=other.number, signal=Signal.WORDS.value)
    path = answer.headers["Location"].partition("/oms")[2] or answer.headers["Location"]
    assert officer.send(f"{path}/erase", page=path).status_code == 303
    assert gone(other)
    assert "erased" in words(officer.get(path))


def test_guardians_are_forgotten_with_the_child(small: Shop) -> None:
    first, second = paid({small.clock: 1}), paid({small.pencil: 1}, contact=OrderContact("k@shop.test"))
    erased, agreed = asked(suspected(first)), asked(suspected(second))
    runs.erase(erased.id, "no", by=GUARDIAN)
    with transaction() as session:
        actions.resolve(session, session.get_one(MinorCase, agreed.id), "yes", by=GUARDIAN)
    with clock.held_at(clock.now() + timedelta(days=5)):
        assert runs.forget_guardians() == 1
        assert vault.ends(erased.guardian_unit) == {}
        vault.destroy_unit(second.unit)
        assert runs.forget_guardians() == 1
    assert vault.ends(agreed.guardian_unit) == {}


def test_nothing_kept_is_nobody_to_suspect(small: Shop) -> None:
    order = paid({small.pencil: 1})
    vault.destroy_unit(order.unit)
    with pytest.raises(NotFoundError), transaction() as session:
        actions.suspect(session, Suspicion((order.unit,), Signal.SELF), by=THEMSELVES)
