"""Money at the desk: by SKU, by order, tax and the one-stop shop, on pages and in files; nobody is named."""

import csv
import io
from datetime import timedelta
from html import escape

import pytest
from sqlalchemy import text

from oms.finance.period import Period
from oms.finance.profit.queries import profit
from oms.fulfillment.actions import cancel_order
from oms.inventory import actions as stock
from oms.kernel import clock, jobs
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.payments import handlers as payments
from oms.privacy.clocks import calendar
from oms.staff.states import StaffRole
from tests import make
from tests.oms.desk.conftest import Seat, paid
from tests.oms.finance.test_tax import bought, moved
from tests.oms.fulfillment.conftest import House
from tests.people import Visitor, words

PAGES = (
    "/money",
    "/money/orders",
    "/money/tax",
    "/money/one-stop-shop",
    "/money/one-stop-shop?scheme=import",
)
FILES = ("skus", "orders", "tax", "oss", "ioss", "costs")


@pytest.fixture
def clerk(house: House, seat: Seat) -> Visitor:
    """Give somebody who looks after money."""
    return seat(StaffRole.FINANCE)


def rows(visitor: Visitor, name: str) -> list[dict[str, str]]:
    answer = visitor.get(f"/money/{name}.csv")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_a_shop_without_orders_says_so_on_every_page(clerk: Visitor) -> None:
    for page in PAGES:
        answer = clerk.get(page)
        assert answer.status_code == 200
        assert "Nothing in these days" in words(answer)
    assert [len(rows(clerk, name)) for name in FILES] == [0, 0, 0, 0, 0, 2]


def test_the_page_reads_as_the_formula_and_calls_out_what_is_not_known(house: House, clerk: Visitor) -> None:
    house.buy({house.shop.clock: 1, house.shop.planner: 1})
    payments.note_fees()
    page = clerk.get("/money")
    told = words(page)
    assert "Revenue, without tax €33.56" in told
    assert "Cost of goods −€12.00" in told
    assert "Nobody has stated what the goods of 1 order line cost." in told
    assert "Costs to state" in told
    assert 'href="/money/costs/PLANNER-PDF"' in page.text
    assert "cost unknown" in told
    state = clerk.send("/money/costs/PLANNER-PDF", cost="0.10", currency="EUR", since="2020-01-01")
    assert state.status_code == 303
    told = words(clerk.get("/money"))
    assert "Costs to state" not in told
    assert "Left out" not in told


def test_unknown_costs_that_cancel_out_are_not_known_still(house: House, clerk: Visitor) -> None:
    with transaction() as session:
        dial = make.variant(session, "DIAL", 4900)
        stock.receive(session, dial, house.shop.leiden, 5, by=SYSTEM)
    earlier = moved(house.buy({dial: 1}), clock.now() - timedelta(days=80))
    days = f"/money?period=own&first={calendar.today()}&last={calendar.today()}"
    with transaction() as session:
        cancel_order(session, earlier.id, by=SYSTEM, why="")
    jobs.drain()
    told = words(clerk.get(days))
    assert "Nobody has stated what the goods of 1 order line cost." in told
    assert "−1 of the" not in told
    house.buy({dial: 1})
    payments.note_fees()
    with reading(Role.BLIND) as session:
        found = profit(session, Period(calendar.today(), calendar.today()))
    whole = found.totals["EUR"]
    assert (whole.unknown_goods, whole.unstated, whole.is_open, whole.profit) == (0, 2, True, 0)
    told = words(clerk.get(days))
    assert "Nobody has stated what the goods of 2 order lines cost." in told
    assert "Left out, as a cost is not known" in told
    assert "Costs to state" in told
    assert "DIAL cost unknown" in told
    (sold,) = rows(clerk, "skus")
    assert (sold["units_of_unknown_cost"], sold["lines_of_unknown_cost"]) == ("0", "2")


def test_orders_are_told_by_number_and_no_page_or_file_names_anybody(house: House, clerk: Visitor) -> None:
    order = bought(house, {house.shop.clock: 1})
    found = [clerk.get(page).text for page in PAGES]
    found += [clerk.get(f"/money/{name}.csv").text for name in FILES]
    assert order.number in found[1]
    assert f'href="/orders/{order.number}"' in found[1]
    for page in found:
        assert not any(word in page for word in ("Ada", "Lind", "ada@", "Rapenburg", "10115", "2311"))


def test_files_say_what_the_pages_say(house: House, clerk: Visitor) -> None:
    order = bought(house, {house.shop.clock: 1})
    payments.note_fees()
    (sold,) = rows(clerk, "skus")
    assert sold == {
        "currency": "EUR",
        "sku": "RETRO-CLOCK",
        "units": "1",
        "revenue": "30.76",
        "sent_back": "0.00",
        "cost_of_goods": "12.00",
        "fees": "0.80",
        "postage": "0.00",
        "left_out": "0.00",
        "profit": "17.96",
        "tax": "5.84",
        "units_of_unknown_cost": "0",
        "lines_of_unknown_cost": "0",
        "unknown_fees": "0",
        "unknown_postage": "0",
    }
    (one,) = rows(clerk, "orders")
    assert (one["order"], one["profit"]) == (order.number, "17.96")
    (rate,) = rows(clerk, "tax")
    assert (rate["country"], rate["rate"], rate["net_due"], rate["tax_due"]) == ("DE", "19", "30.76", "5.84")
    parts = [(row["part"], row["consumption"], row["vat"]) for row in rows(clerk, "oss")]
    assert parts == [("supplies", "DE", "5.84"), ("due", "DE", "5.84")]
    assert rows(clerk, "ioss") == []


def test_a_file_is_the_same_to_the_byte_and_harmless_in_a_spreadsheet(house: House, clerk: Visitor) -> None:
    house.buy({house.shop.clock: 1})
    with transaction(Role.MIGRATE) as session:
        session.execute(text("UPDATE order_lines SET sku = '=cmd()'"))
    first = clerk.get("/money/skus.csv")
    assert first.data == clerk.get("/money/skus.csv").data
    assert "EUR,'=cmd(),1," in first.text
    assert first.headers["Content-Disposition"].startswith('attachment; filename="skus-20')


def test_periods_of_the_address_narrow_every_report(house: House, clerk: Visitor) -> None:
    house.buy({house.shop.clock: 1})
    for query in ("", "?period=this-quarter", "?period=own&first=2020-01-01&last=2040-01-01", "?period=x"):
        assert "RETRO-CLOCK" in clerk.get(f"/money{query}").text
    for query in (
        "?period=last-month",
        "?period=last-quarter",
        "?period=own&first=2020-01-01&last=2020-02-01",
    ):
        assert "RETRO-CLOCK" not in clerk.get(f"/money{query}").text
    for query in ("?period=own&first=0001-01-01&last=9999-12-31", "?period=own&first=x&last=2026-99-99"):
        assert clerk.get(f"/money{query}").status_code == 200


def test_who_changes_the_days_is_shown_those_days(house: House, clerk: Visitor) -> None:
    house.buy({house.shop.clock: 1})
    days = "first=2020-01-01&last=2020-02-01"
    changed = clerk.get(f"/money?period=this-month&was=this-month&{days}").text
    assert "RETRO-CLOCK" not in changed
    assert f"/money/tax?period=own&amp;{escape(days)}" in changed
    assert '<option value="own" selected>' in changed
    # Whoever chose another word left the days of the one before behind.
    assert "RETRO-CLOCK" in clerk.get(f"/money?period=this-month&was=last-month&{days}").text


def test_who_does_not_look_after_money_sees_none(house: House, seat: Seat) -> None:
    for role in (StaffRole.SERVICE, StaffRole.PICKER_PACKER, StaffRole.PRIVACY):
        visitor = seat(role)
        assert visitor.get("/money").status_code == 403
        assert visitor.get("/money/orders.csv").status_code == 403
        assert visitor.send(
            "/money/costs/RETRO-CLOCK", cost="1", currency="EUR", since="2020-01-01"
        ).status_code
    assert seat(StaffRole.OWNER).get("/money/unheard-of.csv").status_code == 404


def test_orders_come_in_pages_each_once_and_the_sums_are_of_all(house: House, clerk: Visitor) -> None:
    numbers = {paid({house.shop.pencil: 1}).number for _ in range(51)}
    found = [clerk.get(f"/money/orders?page={n}") for n in (1, 2)]
    shown = [{number for number in numbers if number in page.text} for page in found]
    assert [len(one) for one in shown] == [50, 1]
    assert shown[0] | shown[1] == numbers
    assert "1 to 50 of 51" in words(found[0])
    for page in found:
        assert "Cost of goods −€20.40" in words(page)


def test_reports_are_reckoned_by_the_role_that_knows_nobody(house: House, clerk: Visitor) -> None:
    house.buy({house.shop.clock: 1})
    with reading(Role.BLIND) as session:
        assert session.scalar(text("SELECT current_user")) == "counterfoil_blind"
    assert clerk.get("/money").status_code == 200
