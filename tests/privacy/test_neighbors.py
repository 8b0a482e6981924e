"""B10: somebody's copy and pages hold everything of them and nothing of anybody else.

Forty strings, each typed into the field that it belongs in: by its person at a browser, by staff at the desk,
by the carrier; what follows is done by the jobs. Only neighbors are put there without a browser.
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from oms.buyers.personal import AccountContact, AccountProfile
from oms.fulfillment.personal import ShipmentTracking
from oms.inventory import actions as stock
from oms.kernel import egress, ids, jobs, vault
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.kernel.places import STORES
from oms.kernel.register import KINDS, Purpose
from oms.orders.personal import OrderContact, OrderNote
from oms.privacy.arrivals import queries as arrivals
from oms.privacy.asking.personal import RequestContact, RequestWords
from oms.privacy.copies import handlers as copies
from oms.privacy.moving.personal import MoveClaim
from oms.returns.personal import WithdrawalStatement
from storefront.app import create_store
from tests import make
from tests.fakes import Party
from tests.forgetting import delivered, proven, taken
from tests.make import Shop
from tests.people import Visitor
from tests.privacy.canaries import Person
from tests.privacy.fields import FORTY, NO_STRING, brought_along, fields_of_shoppers, filled_person
from tests.privacy.filling import Clerk, Filler, somebody_whole
from tests.privacy.premises import Open, opened
from tests.privacy.walking import lacking, rows, walked

Measured = Callable[..., None]
PLACES = 25


@pytest.fixture
def small(shop: None, settings: Settings) -> Shop:
    copies.configure(settings)
    with transaction() as session:
        made = make.small_shop(session, pencils=5000)
        stock.locate_warehouse(session, made.leiden, "Oude Vest 12", "Leiden")
        return made


@pytest.fixture
def house(small: Shop, settings: Settings, stripe: Party, carrier: Party, sink: object) -> Iterator[Open]:
    with opened(settings, stripe, carrier) as made:
        yield made


@dataclass
class Shown:
    """What somebody was shown and handed: every page and part as bytes, and the copies as JSON."""

    pages: bytes
    copies: list[dict[str, Any]]

    def records(self) -> Iterator[dict[str, Any]]:
        for copy in self.copies:
            yield from copy["records"]

    def places(self, who: Person) -> set[str]:
        """The fields, as `kind.field`, in which a string of theirs stands."""
        return {
            f"{record['kind']}.{name}"
            for record in self.records()
            for name, value in record["values"].items()
            if any(core in str(value) for core in who.cores.values())
        }


def lived(house: Open, who: Person) -> Shown:
    """Let somebody do everything, and then look at what the shop knows of them by each of their mailboxes."""
    clerk = Clerk(house, "10.9.9.9", jobs.drain)
    clerk.sign_in()
    ada = Filler(house, "10.1.2.3", jobs.drain, who=who)
    ada.live_here(clerk)
    ada.lock()
    elsewhere = Filler(house, "10.1.2.4", jobs.drain, who=who, second=ada.second)
    elsewhere.lose_mailbox()
    return together([shown_to(ada), shown_to(elsewhere)])


def shown_to(browser: Filler) -> Shown:
    with zipfile.ZipFile(io.BytesIO(browser.take_copy(browser.ask_copy()))) as archive:
        parts = [archive.read(name) for name in archive.namelist()]
        copy = json.loads(archive.read("your-data.json"))
    pages = [browser.get(path).content for path in ("/your-data/", "/your-data/delete")]
    return Shown(b"\n".join([*parts, *pages]), [copy])


def together(shown: list[Shown]) -> Shown:
    return Shown(b"\n".join(one.pages for one in shown), [copy for one in shown for copy in one.copies])


def seen(who: Person, shown: bytes) -> set[str]:
    return {what for what, core in who.cores.items() if core.encode() in shown}


def neighbor(small: Shop) -> Person:
    """Somebody with forty strings of their own: same town, same goods, same day as everybody."""
    who = filled_person()
    said = who.strings
    home = {"name": said["name"], "street": said["new_street"], "city": said["city"], "postcode": said["zip"]}
    away = {part: said[f"friend_{part}"] for part in ("name", "street", "city", "phone")}
    contact = OrderContact(said["email"])
    first, second = (
        make.order({small.pencil: 1}, contact=contact, delivery=replace(make.ADA, **place)).order
        for place in (home, {**away, "postcode": said["friend_zip"]})
    )
    past = arrivals.read(json.dumps(brought_along(who)).encode())
    mine = AccountProfile(nickname=said["nickname"], mobile=said["mobile"])
    told: dict[str, list[object]] = {
        first.unit: [
            OrderNote(said["note"]),
            WithdrawalStatement(said["withdrawn_name"], said["withdrawn_email"]),
            ShipmentTracking(said["tracking"]),
        ],
        second.unit: [OrderNote(said["second_note"])],
        f"move:{ids.new_id().hex}": [MoveClaim(said["new_email"], second.number, said["lost_zip"])],
        f"account:{ids.new_id().int % 10**9 + 10**6}": [
            AccountContact(said["email"]),
            mine,
            *past.addresses,
            *past.orders,
        ],
    }
    for what in ("words", "more_words"):
        asked = [RequestContact(said["email"]), RequestWords(text=said[what])]
        told[f"request:{ids.new_id().hex}"] = asked
    put(told)
    return who


def put(told: dict[str, list[object]]) -> None:
    """Seal records of some units, each to whoever the unit belongs."""
    with reading() as session:
        subjects = {unit: vault.subject_of(session, unit) or ids.new_id() for unit in told}
    keys = {
        unit: vault.prepare(subjects[unit], unit, *dict.fromkeys(type(one) for one in records))
        for unit, records in told.items()
    }
    with transaction() as session:
        for unit, records in told.items():
            vault.seal_all(session, records, keys[unit])


def gaps(shown: Shown) -> list[str]:
    """What a copy leaves untold of a record: why, on which ground, until when, from whom."""
    found = []
    for record in shown.records():
        kind = KINDS[record["kind"]]
        whole = {
            "purposes": sorted(kind.purposes),
            "basis": kind.basis,
            "source": kind.source,
            "recipients": sorted({n for f in record["values"] for n in egress.receivers(kind.field(f))}),
        }
        found += [f"{kind.name}: {name}" for name, value in whole.items() if record[name] != value]
        found += [f"{kind.name}: ends_at"] if not record["ends_at"] else []
    told = [row for copy in shown.copies for row in copy["disclosures"]]
    found += [f"{row['recipient']}: {name}" for row in told for name in DATED if not row[name]]
    found += sorted({"stripe", "carrier", "mail service"} - {row["recipient"] for row in told})
    looks = [row for copy in shown.copies for row in copy["looks"]]
    found += [] if any(row["reason"] and row["at"] for row in looks) else ["the look of staff"]
    found += [] if any("nickname" in record["locked_alone"] for record in shown.records()) else ["the lock"]
    found += [] if any(copy["wishes"] for copy in shown.copies) else ["the wish"]
    return found + [name for copy in shown.copies for name in unplaced(copy)]


def unplaced(copy: dict[str, Any]) -> list[str]:
    """Of which stores and recipients a copy does not say where they are, or what lets data go there."""
    found = {place["name"]: place for place in copy["places"]}
    named = [*STORES, *(row["recipient"] for row in copy["disclosures"])]
    lawless = [name for name, one in found.items() if one["outside_eea"] and not one["mechanism"]]
    return [f"place of {name}" for name in (*(n for n in named if n not in found), *lawless)]


DATED = ("at", "recipient", "role", "region", "agreement", "purpose", "fields")


def test_forty_strings_in_their_fields_are_all_in_the_copy_and_nobody_elses(house: Open, small: Shop) -> None:
    ada, others = somebody_whole(), [neighbor(small)]
    shown = lived(house, ada)
    fields = set(filled_person().strings)
    assert fields - seen(ada, shown.pages) == set()
    assert [seen(other, shown.pages) for other in others] == [set()]
    assert fields_of_shoppers() - shown.places(ada) == NO_STRING.keys()
    assert gaps(shown) == []
    assert abroad(shown) == {"stripe: US scc"}
    reached = walked(rows(), *mailboxes(ada))
    assert len({f"{kind}.{field}" for kind, field, _value in reached}) >= PLACES
    assert lacking(reached, shown.copies) == set()
    for copy in shown.copies:
        copy["records"] = [one for one in copy["records"] if one["kind"] != "order.note"]
    assert lacking(reached, shown.copies) == {"order.note.text"}


def abroad(shown: Shown) -> set[str]:
    """The transfers to other countries that a copy tells of."""
    told = [one for copy in shown.copies for one in copy["places"] if one["outside_eea"]]
    return {f"{one['name']}: {' '.join(one['outside_eea'])} {one['mechanism']}" for one in told}


def mailboxes(who: Person) -> list[str]:
    return [who.strings[what] for what in ("email", "new_email")]


@pytest.mark.privacy
def test_a_copy_among_a_thousand_neighbors(house: Open, small: Shop, measured: Measured) -> None:
    others = [neighbor(small) for _number in range(500)]
    ada = somebody_whole()
    shown = lived(house, ada)
    others += [neighbor(small) for _number in range(500)]
    again = Filler(house, "10.1.2.5", jobs.drain, who=ada)
    again.prove(ada.strings["email"])
    shown = together([shown, shown_to(again)])
    mine = seen(ada, shown.pages) & set(filled_person().strings)
    strangers = sum(len(seen(other, shown.pages)) for other in others)
    where, missing = shown.places(ada), gaps(shown)
    figure = f"recall {len(mine)}/{FORTY} in {len(where)} fields"
    measured("B10", figure, passed=len(mine) == FORTY == 40 and len(where) >= PLACES)
    measured("B10", f"{strangers} of 40,000 canaries of 1,000 neighbors", passed=strangers == 0)
    figure = f"{len(missing)} purposes, grounds, recipients, ends, places untold"
    measured("B10", figure, passed=not missing)
    measured("B10", f"transfers told: {', '.join(abroad(shown))}", passed=bool(abroad(shown)))
    reached = walked(rows(), *mailboxes(ada))
    left = lacking(reached, shown.copies)
    figure = f"{len(left)} of {len(reached)} values that a walk over the data map reaches are in no copy"
    measured("B10", figure, passed=not left and len(reached) >= FORTY)


def test_every_neighbor_finds_their_own_forty(house: Open, small: Shop) -> None:
    bea = neighbor(small)
    browser = Filler(
        house, "10.1.2.6", jobs.drain, who=Person({**somebody_whole().strings, **bea.strings}, bea.cores)
    )
    browser.prove(bea.strings["email"])
    mine = seen(bea, shown_to(browser).pages)
    assert set(bea.cores) - mine == {"new_email", "lost_zip"}


def test_who_shares_a_household_or_nearly_a_mailbox_is_somebody_else(
    small: Shop, store: FlaskClient, settings: Settings
) -> None:
    order = delivered({small.clock: 1})
    near = ("adaa@shop.test", "ada@shop.test.evil.test", "a-da@shop.test")
    strangers = [delivered({small.pencil: 1}, contact=OrderContact(email)) for email in near]
    shown = everything(proven(store, "ada@shop.test")).decode()
    assert order.number in shown
    for stranger, email in zip(strangers, near, strict=True):
        assert stranger.number not in shown
        theirs = everything(proven(create_store(settings).test_client(), email)).decode()
        assert stranger.number in theirs
        assert order.number not in theirs


def everything(visitor: Visitor) -> bytes:
    """All that a browser is shown and handed, as bytes."""
    parts = taken(visitor)
    pages = [visitor.get(path).data for path in ("/your-data/", "/your-data/delete")]
    return b"\n".join([*parts.values(), *pages])


def test_a_canary_of_a_neighbor_that_slipped_in_is_seen() -> None:
    grace = filled_person()
    assert seen(grace, b"by the way, " + grace.strings["mobile"].encode()) == {"mobile"}


def test_a_record_that_does_not_say_from_whom_or_until_when_is_caught() -> None:
    values = {"email": "ada@shop.test"}
    record = {"kind": "order.contact", "values": values, "basis": "contract", "recipients": ["stripe"]}
    told = {"purposes": [], "source": "", "ends_at": "", "is_locked": False, "locked_alone": []}
    copy = {"records": [record | told], "disclosures": [], "looks": [], "wishes": [], "places": []}
    found = gaps(Shown(b"", [copy]))
    assert set(found) >= {
        "order.contact: source",
        "order.contact: ends_at",
        "order.contact: recipients",
        "carrier",
        "place of database",
    }
    assert Purpose.RIGHTS in KINDS["order.contact"].purposes
