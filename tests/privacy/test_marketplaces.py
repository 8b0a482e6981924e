"""B03 and B07 of marketplaces: what they tell again brings nobody back, nothing needless is asked or kept.

Amazon, Shopify and TikTok Shop are real servers on loopback, and tell all that the real ones tell.
"""

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import text, update

from oms.channels.commands import commands
from oms.channels.models import ChannelOrder, Connection
from oms.channels.states import Scope, SoldState
from oms.kernel import clock, jobs, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading, transaction
from oms.kernel.register import Job, Purpose, kind_of
from oms.orders import actions as orders
from oms.orders.models import Order
from oms.orders.personal import CHANNEL_DAYS, ChannelDelivery
from oms.privacy.erasure import actions as erasing
from oms.privacy.erasure.actions import Wish
from oms.privacy.retention import actions as retention
from oms.privacy.states import Way
from tests.markets import EXTRAS, MARKETS, Deal, Person
from tests.oms.channels.conftest import THEN, Fair, fair, house, pencils  # noqa: F401 - pytest finds them
from tests.privacy.canaries import Person as Canary
from tests.privacy.canaries import Sighting, find, folder, letters, postgres, valkey
from tests.privacy.returning import figures

Measured = Callable[..., None]
DAY = timedelta(days=1)
DELIVERY = kind_of(ChannelDelivery).name
OF_PERSON = ("name", "street", "city", "phone")


def somebody() -> Person:
    """Return a buyer none of whose words is anybody else's."""
    return Person(
        f"Marta {letters(12)}", f"{letters(12)} 7", f"New {letters(12)}", "22605", "DE", letters(12)
    )


def canary(who: Person) -> Canary:
    told = {name: str(getattr(who, name)) for name in OF_PERSON}
    return Canary(told, {name: max(told[name].split(), key=len) for name in OF_PERSON})


def seen(people: list[Person], settings: Settings) -> list[Sighting]:
    """Where any store of the shop holds something of these people."""
    stores = (postgres(settings.database_url), postgres(settings.keyring_url), valkey(settings.redis_url))
    return find([canary(who) for who in people], *stores, folder(settings.state_dir))


def sold(fair: Fair, count: int) -> list[tuple[str, str, Deal]]:  # noqa: F811 - the fixture's value
    """Let so many people buy, at each marketplace in turn; every second order arrives."""
    made = []
    for number in range(count):
        market, deal = MARKETS[number % 3], pencils(number, 1 + number % 3, person=somebody())
        made.append((market, fair.sell(market, deal), deal))
    assert fair.ask() == count
    for place, (_market, ref, _deal) in enumerate(made):
        order = fair.order(ref)
        if place % 2 == 0:
            fair.house.hand_over(fair.house.pack(order))
            arrived(order)
    return made


def arrived(order: Order) -> None:
    with transaction() as session:
        orders.note_delivery(session, order.id)
    jobs.drain()


def erase(ref: str) -> None:
    """Erase whom a parcel went to, as they ask for themselves by its number, postcode and name."""
    with transaction() as session:
        request = erasing.open_request(session, Wish((f"parcel:{ref}",), Way.NOW, "eu", "en"))
    erasing.carry_out(request.id)
    assert vault.ends(f"order:{ref}").keys() <= {"order.note"}


def forget_when_it_was_asked() -> None:
    """Let the shop ask from the beginning, as after a restore; even what it knows is taken for new."""
    with transaction() as session:
        session.execute(update(Connection).values(asked_to=THEN - 30 * DAY))
        session.execute(update(ChannelOrder).values(changed_at=THEN - 40 * DAY))


def ring_all(fair: Fair, store: FlaskClient, made: list[tuple[str, str, Deal]]) -> int:  # noqa: F811
    """Let the marketplaces that ring do so for every order, with the person in it where they tell one."""
    count = 0
    for market, ref, _deal in made:
        if market == "amazon":
            continue  # Amazon tells no address of the web; it is asked.
        told = fair.party.post(f"markets/{market}/ring", ref=ref)
        code = fair.connection(market).code
        answer = store.post(f"/webhooks/channels/{code}", data=told["body"], headers=told["headers"])
        assert answer.status_code == 204, answer.text
        count += 1
    jobs.drain()
    return count


COLUMNS = (
    *("order", "changed_at", "currency", "country", "tax_included", "sku", "quantity", "total", "tax"),
    *("delivery", "delivery_tax", "name", "street", "city", "postcode", "phone"),
)


def filed(path: Path, ref: str, deal: Deal) -> Path:
    """Write an old file of an order, with its person in it."""
    [item] = deal.items
    figures_of = (item.sku, item.quantity, f"{item.quantity * 1.9:.2f}", f"{item.tax / 100:.2f}")
    who = deal.person
    place = (who.name, who.street, who.city, who.postcode, who.phone)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        head = (ref, deal.at.isoformat(), "EUR", "DE", "yes")
        rows.writerow((*head, *figures_of, "4.90", "0.78", *place))
    return path


def bring_files(fair: Fair, made: list[tuple[str, str, Deal]], where: Path) -> int:  # noqa: F811
    kept = 0
    for market, ref, deal in made:
        code = fair.connection(market).code
        answer = CliRunner().invoke(commands, ["orders", code, str(filed(where / "old.csv", ref, deal))])
        assert answer.exit_code == 0, answer.output
        kept += "1 addresses kept" in answer.output
    jobs.drain()
    (where / "old.csv").unlink()
    return kept


def comes_again(
    fair: Fair,  # noqa: F811
    store: FlaskClient,
    where: Path,
    count: int,
) -> dict[str, Any]:
    """Erase a third of the people whose parcel has arrived, tell all again, and see what is there then."""
    made = sold(fair, count)
    gone = made[::4]
    before = figures()
    for _market, ref, _deal in gone:
        erase(ref)
    forget_when_it_was_asked()
    fair.ask()
    rung = ring_all(fair, store, made)
    kept = bring_files(fair, gone, where)
    again = figures()
    back = [replace(deal, number=1000 + deal.number, at=clock.now()) for _market, _ref, deal in gone]
    names = [fair.sell(market, deal) for (market, _ref, _old), deal in zip(gone, back, strict=True)]
    hits = seen([deal.person for _market, _ref, deal in gone], fair.settings)
    fair.ask()
    return {
        "same": before == again,
        "rows": sum(len(rows) for rows in before.values()),
        "lines": len(before["lines"]),
        "gone": len(gone),
        "rung": rung,
        "kept": kept,
        "seen": hits,
        "as new": sum(DELIVERY in vault.ends(f"order:{name}") for name in names),
        "others": sum(has_address(ref) for _market, ref, deal in made if (deal.number % 4)),
        "alive": len(made) - len(gone),
    }


def has_address(ref: str) -> bool:
    return DELIVERY in vault.ends(f"order:{ref}")


def test_orders_told_again_come_without_the_people_who_were_erased(
    fair: Fair,  # noqa: F811
    store: FlaskClient,
    tmp_path: Path,
) -> None:
    found = comes_again(fair, store, tmp_path, 8)
    assert (found["same"], found["seen"], found["kept"]) == (True, [], 0)
    assert found["as new"] == found["gone"] == 2
    assert found["others"] == found["alive"] == 6


@pytest.mark.privacy
def test_a_hundred_orders_of_marketplaces_come_again(
    fair: Fair,  # noqa: F811
    store: FlaskClient,
    tmp_path: Path,
    measured: Measured,
) -> None:
    found = comes_again(fair, store, tmp_path, 100)
    told = f"{found['lines']} lines, {found['rows']} rows of 100 orders synchronized again"
    measured("B03", f"{told}: {'the same' if found['same'] else 'CHANGED'}", passed=found["same"])
    told = f"{found['gone']} erased, {found['rung']} webhooks, {found['gone']} old files"
    measured("B03", f"{told}: {len(found['seen'])} identity fields", passed=not found["seen"])
    told = f"{found['as new']} of {found['gone']} erased bought there again as new"
    measured("B03", told, passed=found["as new"] == found["gone"])
    told = f"{found['others']} of {found['alive']} others still have their address"
    measured("B03", told, passed=found["others"] == found["alive"])


def test_an_address_that_came_back_would_be_seen(fair: Fair) -> None:  # noqa: F811
    [(_market, _ref, deal)] = sold(fair, 1)
    assert seen([deal.person], fair.settings) == []
    with transaction(Role.MIGRATE) as session:
        session.execute(update(Order).values(sourcing=deal.person.name))
    assert {one.what for one in seen([deal.person], fair.settings)} == {"name"}


def test_what_a_restore_forgot_is_known_by_its_tombstone(fair: Fair) -> None:  # noqa: F811
    """The order itself is gone from the database, as when it came after the last backup."""
    [(market, ref, deal)] = sold(fair, 1)
    erase(ref)
    with transaction(Role.MIGRATE) as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        for table in ("orders", "order_lines", "order_taxes", "channel_orders", "channel_lines"):
            session.execute(text(f"DELETE FROM {table}"))
    forget_when_it_was_asked()
    fair.sell(market, replace(deal, at=deal.at + DAY), OrderStatus="Unshipped")
    fair.ask()
    assert fair.order(ref).state == "placed"
    assert not has_address(ref)
    assert seen([deal.person], fair.settings) == []


def whole_shop() -> str:
    """Every value of both schemas, as text."""
    with reading(Role.MIGRATE) as session:
        tables = session.execute(
            text(
                "SELECT table_schema || '.' || table_name FROM information_schema.tables"
                " WHERE table_schema IN ('public', 'personal') AND table_type = 'BASE TABLE'"
            )
        )
        rows = [session.execute(text(f"SELECT t::text FROM {name} t")).scalars() for (name,) in tables]
        return "\n".join(row for each in rows for row in each)


def opened(ref: str) -> str:
    """Everything that the address of an order holds, in the clear."""
    with reading() as session:
        found = vault.open_record(
            session, ChannelDelivery, f"order:{ref}", purpose=Purpose.DELIVERY, by=SYSTEM.doing(Job.LABELS)
        )
    return repr(found)


@pytest.mark.parametrize("market", MARKETS)
def test_of_all_that_a_marketplace_tells_nothing_needless_is_kept(
    fair: Fair,  # noqa: F811
    market: str,
    measured: Measured,
) -> None:
    ref = fair.sell(market, pencils(1))
    fair.ask()
    kept = whole_shop() + opened(ref)
    # A company is a line of the address: without it the parcel does not arrive.
    needless = {what: value for what, value in EXTRAS.items() if what != "company"}
    extra = [what for what, value in needless.items() if value in kept]
    told = f"{market}: {len(extra)} of {len(needless)} extra fields stored"
    measured("B07", told, passed=not extra and len(needless) >= 20)
    with transaction() as session:
        session.execute(update(Order).values(sourcing=EXTRAS["email"]))
    assert EXTRAS["email"] in whole_shop()


def test_restricted_tokens_are_asked_for_orders_to_send_alone(
    fair: Fair,  # noqa: F811
    measured: Measured,
) -> None:
    to_send = [fair.sell("amazon", pencils(n)) for n in range(3)]
    for number, state in enumerate((SoldState.PENDING, SoldState.SENT, SoldState.CANCELLED), start=10):
        fair.sell("amazon", pencils(number, state=state))
    fair.ask()
    forget_when_it_was_asked()
    fair.ask()
    asked = [call["order"] for call in fair.calls("restrictedDataToken")]
    told = f"{len(asked)} restricted tokens used for {len(to_send)} orders to send, of 6 told twice"
    measured("B07", told, passed=sorted(map(str, asked)) == sorted(to_send))


def test_what_marketplaces_told_is_gone_a_week_after_delivery(
    fair: Fair,  # noqa: F811
    measured: Measured,
) -> None:
    made = sold(fair, 6)
    for _market, ref, _deal in made[1::2]:
        fair.house.hand_over(fair.house.pack(fair.order(ref)))
        arrived(fair.order(ref))
    at = clock.now()
    assert all(has_address(ref) for _market, ref, _deal in made)
    with clock.held_at(at + (CHANNEL_DAYS - 1) * DAY):
        retention.let_go()
    early = [ref for _market, ref, _deal in made if not has_address(ref)]
    with clock.held_at(at + CHANNEL_DAYS * DAY + timedelta(hours=1)):
        retention.let_go()
    left = {ref: sorted(vault.ends(f"order:{ref}")) for _market, ref, _deal in made}
    hits = seen([deal.person for _market, _ref, deal in made], fair.settings)
    late = [ref for ref, kinds in left.items() if kinds]
    told = (
        f"{len(made)} orders, {len(early)} gone early, {len(late)} with anything of the person after a week"
    )
    measured("B07", told, passed=not early and not late and not hits)


@pytest.mark.parametrize("market", MARKETS)
def test_a_scope_that_ends_and_a_permission_that_is_revoked_end_every_call(
    fair: Fair,  # noqa: F811
    market: str,
    measured: Measured,
) -> None:
    connection = fair.connection(market)
    with transaction() as session:
        session.get_one(Connection, connection.id).scopes = [Scope.STOCK]
    fair.sell(market, pencils(1))
    fair.ask()
    ours = [call for call in fair.calls() if call["market"] == market]
    with transaction() as session:
        session.get_one(Connection, connection.id).scopes = list(Scope)
    fair.party.post(f"markets/{market}/revoke", scope="orders")
    fair.ask()
    turned_away = len([call for call in fair.calls() if call["market"] == market])
    fair.ask()
    after = len([call for call in fair.calls() if call["market"] == market]) - turned_away
    told = f"{market}: {len(ours)} calls without the scope, {after} after the permission was revoked"
    measured("B07", told, passed=not ours and not after and turned_away > 0)


def test_an_old_file_is_refused_where_it_tells_more_than_is_needed(fair: Fair, tmp_path: Path) -> None:  # noqa: F811
    path = filed(tmp_path / "more.csv", "902-1-1", pencils(1))
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text(f"{lines[0]},email\n{lines[1]},marta@shop.test\n", encoding="utf-8")
    answer = CliRunner().invoke(commands, ["orders", "amazon-eu", str(path)])
    assert answer.exit_code == 1
    assert "Nothing is known of the column email" in answer.output
    assert json.dumps(whole_shop()).count("marta@shop.test") == 0
