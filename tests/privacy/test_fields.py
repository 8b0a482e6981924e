"""B18: a purchase asks for at most eight things about a person, and each breaks something named when it goes.

The rows are those of `oms.web.asked`. Each needed field is taken away from what its function gets, and the
function does not work any more (004-03).
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib import import_module

import pytest

from oms.buyers import actions as buying
from oms.buyers import queries as buyers
from oms.buyers.actions import Typed
from oms.buyers.states import CodePurpose
from oms.buyers.upkeep import actions as upkeep
from oms.kernel import clock
from oms.kernel.audit import SYSTEM
from oms.kernel.db import reading, transaction
from oms.kernel.errors import CounterfoilError
from oms.notifications import gateway as mails
from oms.notifications.gateway import Mail
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.orders.placing.necessity import faults
from oms.pricing.models import TaxRate
from oms.pricing.queries import Where, quote, rates
from oms.privacy.arrivals import queries as arrivals
from oms.privacy.moving import queries as moving
from oms.privacy.moving.personal import MoveClaim
from oms.returns import actions as returns
from oms.returns import queries as rights
from oms.returns.actions import Declaration
from oms.returns.personal import WithdrawalStatement
from oms.shipping import gateway as carriers
from oms.shipping.carriers.known import HOLLOW
from oms.shipping.carriers.wire import Place, Wanted
from oms.web import asked, credentials
from oms.web.asked import Ask, Sort
from tests.forgetting import delivered
from tests.make import Shop
from tests.people import Mailbox

GIVEN = {
    "name": "Ada Lind",
    "street": "Rapenburg 70",
    "postcode": "2311 EZ",
    "city": "Leiden",
    "region": "CA",
    "country": "NL",
    "phone": "+31201234567",
    "email": "ada@shop.test",
}
PASSWORD = "a long pass phrase of five words"
COPY = json.dumps(
    {"$schema": "https://a.test/your-data/schema.json", "records": [], "orders": [], "wishes": []}
)


@dataclass
class Stage:
    """A shop in which each function that needs a field can be run: an order that arrived, an account."""

    small: Shop
    order: Order
    mailbox: Mailbox
    buyer: int
    password_hash: str

    def all(self) -> dict[str, str]:
        """Return what somebody would type into all fields of all forms."""
        code = dict.fromkeys(("code", "old", "new"), "the one that was mailed")
        return {**GIVEN, **code, "password": PASSWORD, "number": self.order.number, "file": COPY}


def sends(_stage: Stage, given: dict[str, str]) -> bool:
    mails.send(Mail(given["email"], "Your order", "Words", "<p>Words</p>", "en", "fields.1"))
    return True


def quotes(stage: Stage, given: dict[str, str]) -> bool:
    with reading() as session:
        return bool(quote(session, {stage.small.pencil: 1}, Where("eu", "en", given["country"])).quote.total)


def taxes(_stage: Stage, given: dict[str, str]) -> bool:
    with reading() as session:
        return rates(session, "US", given["region"], clock.today()) == {"standard": 725}


def labels(_stage: Stage, given: dict[str, str]) -> bool:
    sender = Place("Shop", ("Oude Vest 12",), "NL", "Leiden", postcode="2312 XS")
    lines = (given["street"],) if given["street"] else ()
    to = Place(given["name"], lines, "NL", "Leiden", postcode="2311 EZ", phone=given["phone"])
    key = "-".join(part or "none" for part in (given["name"], given["street"], given["phone"])).replace(
        " ", ""
    )
    wanted = Wanted(key, key[:60], "express", sender, to, 100, "EUR")
    return bool(carriers.buy(HOLLOW.code, wanted).tracking)


def is_deliverable(_stage: Stage, given: dict[str, str]) -> bool:
    # Few countries have regions in their addresses; the postcode that is typed is one of the order's country.
    parts = {part: given[part] for part in ("name", "street", "city", "region")}
    found, _clean = faults("US", {**parts, "postcode": given["postcode"] and "94103"})
    return not found


def fits(stage: Stage, given: dict[str, str]) -> bool:
    claim = MoveClaim("new@shop.test", given["number"], given["postcode"])
    with reading() as session:
        return moving.fitting(session, claim) is not None


def knows_account(stage: Stage, given: dict[str, str]) -> bool:
    with reading() as session:
        return buyers.password_of(session, given["email"]).buyer_id == stage.buyer


def opens(stage: Stage, given: dict[str, str]) -> bool:
    return credentials.is_password(stage.password_hash, given["password"])


def proves(stage: Stage, given: dict[str, str]) -> bool:
    challenge = stage.mailbox.ask("ada@shop.test")
    right = stage.mailbox.mailed()[-1].code
    return stage.mailbox.type_code(challenge, right if given["code"] else "") is not None


def proves_both(stage: Stage, given: dict[str, str]) -> bool:
    typed = {}
    for name, purpose in (("old", CodePurpose.OLD_MAILBOX), ("new", CodePurpose.NEW_MAILBOX)):
        challenge = stage.mailbox.ask(f"{name}@shop.test", purpose, buyer_id=stage.buyer)
        typed[name] = Typed(challenge, stage.mailbox.mailed()[-1].code if given[name] else "")
    with transaction() as session:
        return buying.prove_both(session, typed["old"], typed["new"]) is not None


def is_strong(_stage: Stage, given: dict[str, str]) -> bool:
    credentials.check_strength(given["password"])
    return True


def finds(_stage: Stage, given: dict[str, str]) -> bool:
    with reading() as session:
        return orders.by_number(session, given["number"]) is not None


def finds_contract(_stage: Stage, given: dict[str, str]) -> bool:
    with reading() as session:
        return rights.order_by(session, given["number"], "ada@shop.test") is not None


def withdraws(_stage: Stage, given: dict[str, str]) -> bool:
    order = delivered({_stage.small.pencil: 1})
    with reading() as session:
        keys = returns.prepare(session, order)
    statement = WithdrawalStatement(given["name"], given["email"])
    with transaction() as session:
        return returns.withdraw(session, Declaration(order.id, statement, keys), by=SYSTEM).id > 0


def reads(_stage: Stage, given: dict[str, str]) -> bool:
    return arrivals.read(given["file"].encode()) is not None


RUNS: dict[str, Callable[[Stage, dict[str, str]], bool]] = {
    "oms.notifications.gateway:send": sends,
    "oms.pricing.queries:quote": quotes,
    "oms.pricing.queries:rates": taxes,
    "oms.shipping.gateway:buy": labels,
    "oms.orders.placing.necessity:faults": is_deliverable,
    "oms.privacy.moving.queries:fitting": fits,
    "oms.buyers.queries:password_of": knows_account,
    "oms.web.credentials:is_password": opens,
    "oms.buyers.actions:prove": proves,
    "oms.buyers.actions:prove_both": proves_both,
    "oms.web.credentials:check_strength": is_strong,
    "oms.orders.queries:by_number": finds,
    "oms.returns.queries:order_by": finds_contract,
    "oms.returns.actions:withdraw": withdraws,
    "oms.privacy.arrivals.queries:read": reads,
}


@pytest.fixture
def stage(small: Shop, carrier: object, sink: object) -> Stage:
    order = delivered({small.clock: 1})
    mailbox = Mailbox()
    buyer = mailbox.open_account("ada@shop.test")
    password_hash = credentials.hash_password(PASSWORD)
    with transaction() as session:
        upkeep.set_password(session, buyer.id, password_hash)
        rate = {"tax_class": "standard", "basis_points": 725, "valid_from": date(2017, 1, 1), "source": "t"}
        session.add(TaxRate(country="US", region="CA", **rate))
    return Stage(small, order, mailbox, buyer.id, password_hash)


def works(stage: Stage, row: Ask, given: dict[str, str]) -> bool:
    try:
        return RUNS[row.function](stage, given)
    except (CounterfoilError, ValueError):
        return False


def needless(stage: Stage, rows: Iterator[Ask] | list[Ask]) -> list[str]:
    """Return the fields without which their function works as well, or with which it does not either."""
    found = []
    for row in rows:
        given = stage.all()
        if not works(stage, row, given):
            found.append(f"{row.form}.{row.field}: {row.function} does not work anyway")
        elif works(stage, row, {**given, row.field: ""}):
            found.append(f"{row.form}.{row.field}: {row.function} works without it")
    return found


def test_each_needed_field_breaks_its_function_when_it_goes(
    stage: Stage, measured: Callable[..., None]
) -> None:
    rows = [row for row in asked.rows() if row.sort is Sort.NEEDED]
    assert {row.function for row in rows} == set(RUNS)
    for path in RUNS:
        module, _colon, name = path.partition(":")
        assert callable(getattr(import_module(module), name)), path
    found = needless(stage, rows)
    figure = f"{len(rows)} needed fields; without each its named function fails, but for {len(found)}"
    measured("B18", figure, passed=len(rows) > 30 and not found)
    assert found == []


def test_a_needless_field_is_caught(stage: Stage) -> None:
    planted = Ask("checkout", "phone", Sort.NEEDED, "oms.pricing.queries:quote")
    assert needless(stage, [planted]) == ["checkout.phone: oms.pricing.queries:quote works without it"]


def test_no_field_of_a_purchase_is_asked_for_what_comes_long_after_it() -> None:
    rooms = {
        row.function.rpartition(":")[0] for row in asked.rows() if row.form == "checkout" and row.function
    }
    assert [room for room in rooms if room.startswith(("oms.privacy", "oms.returns", "oms.buyers"))] == []
