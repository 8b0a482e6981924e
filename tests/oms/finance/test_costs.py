"""What goods cost: stated with a day, corrected, taken back, by hand and by file; never guessed."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from oms.finance.commands import commands
from oms.finance.costs import queries
from oms.finance.costs.queries import Stated
from oms.kernel import audit
from oms.kernel.db import Role, reading
from oms.kernel.money import Money
from oms.staff.states import StaffRole
from tests.make import Shop
from tests.oms.desk.conftest import Seat
from tests.oms.finance.conftest import LONG_AGO, state
from tests.people import Visitor, words


def told() -> list[tuple[str, int, str, date]]:
    with reading(Role.BLIND) as session:
        return [(one.sku, one.cost.amount, one.cost.currency, one.since) for one in queries.stated(session)]


@pytest.fixture
def clerk(small: Shop, seat: Seat) -> Visitor:
    """Give somebody who looks after money."""
    return seat(StaffRole.FINANCE)


def test_of_one_day_the_last_word_counts_and_of_two_days_both_are_kept(small: Shop) -> None:
    for amount, since in ((100, LONG_AGO), (120, LONG_AGO), (130, date(2026, 1, 1))):
        state(small.clock, amount, since)
    assert told() == [
        ("RETRO-CLOCK", 130, "EUR", date(2026, 1, 1)),
        ("RETRO-CLOCK", 120, "EUR", LONG_AGO),
    ]


def test_a_clerk_states_a_cost_and_takes_it_back_and_both_are_on_record(small: Shop, clerk: Visitor) -> None:
    sent = {"cost": "12.50", "currency": "EUR", "since": "2026-01-01"}
    assert clerk.send("/money/costs/RETRO-CLOCK", **sent).status_code == 303
    assert told() == [("RETRO-CLOCK", 1250, "EUR", date(2026, 1, 1))]
    assert "1 Jan 2026 €12.50 Take back" in words(clerk.get("/money/costs/RETRO-CLOCK"))
    with reading() as session:
        number = queries.stated(session)[0].number
    assert clerk.send(f"/money/taken-back/{number}", page="/money/costs/RETRO-CLOCK").status_code == 303
    assert clerk.send(f"/money/taken-back/{number}", page="/money/costs/RETRO-CLOCK").status_code == 404
    assert told() == []
    with reading() as session:
        deeds = [one.verb for one in audit.about(session, f"variant:{small.clock}")]
    assert sorted(deeds) == ["cost.state", "cost.take_back"]


@pytest.mark.parametrize("cost", ["-1", "x", "1.234", ""])
def test_what_is_no_amount_is_refused_and_nothing_is_kept(small: Shop, clerk: Visitor, cost: str) -> None:
    answer = clerk.send("/money/costs/RETRO-CLOCK", cost=cost, currency="EUR", since="2026-01-01")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert told() == []


def test_an_unknown_sku_and_a_currency_that_is_not_sold_in_are_refused(small: Shop, clerk: Visitor) -> None:
    assert clerk.get("/money/costs/NOTHING").status_code == 404
    answer = clerk.send("/money/costs/RETRO-CLOCK", cost="1", currency="JPY", since="2026-01-01")
    assert answer.status_code == 422
    assert told() == []


def test_the_stock_page_leads_whoever_may_see_money_to_the_cost(small: Shop, seat: Seat) -> None:
    assert "/money/costs/RETRO-CLOCK" in seat(StaffRole.OWNER).get("/stock/RETRO-CLOCK").text
    assert "/money/costs" not in seat(StaffRole.PICKER_PACKER).get("/stock/RETRO-CLOCK").text


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(commands, arguments)
    return done.exit_code, done.output


def test_a_file_of_costs_is_taken_whole_and_given_out_again(small: Shop, tmp_path: Path) -> None:
    file = tmp_path / "costs.csv"
    file.write_text(
        "sku,currency,cost,from\r\nCEDAR-PENCIL,EUR,0.40,2026-01-01\r\nRETRO-CLOCK,EUR,12,2026-02-01\r\n"
    )
    assert run("costs", str(file)) == (0, "2 costs stated.\n")
    code, printed = run("report", "costs", "--first", "2026-01-01", "--last", "2026-01-02")
    assert (code, printed.splitlines()) == (
        0,
        ["sku,currency,cost,from", "CEDAR-PENCIL,EUR,0.40,2026-01-01", "RETRO-CLOCK,EUR,12.00,2026-02-01"],
    )


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("NOTHING,EUR,1,2026-01-01", "Row 3: there is no SKU 'NOTHING'."),
        ("RETRO-CLOCK,JPY,1,2026-01-01", "Row 3: the shop sells in EUR."),
        ("RETRO-CLOCK,EUR,much,2026-01-01", "Row 3: 'much' is not an amount."),
        ("RETRO-CLOCK,EUR,1,01.02.2026", "Row 3: write the day like 2026-11-23."),
        ("RETRO-CLOCK,EUR,-1,2026-01-01", "Row 3: A cost is not below zero."),
        ("RETRO-CLOCK,EUR,1", "Row 3: The row has 3 cells, the header 4."),
        ('RETRO-CLOCK,EUR,"1,2026-01-01', "Line 3 is broken CSV"),
        ("RETRO-CLOCK,EUR,1,\0", "The file holds NUL bytes"),
    ],
)
def test_a_file_with_one_bad_line_changes_nothing(small: Shop, tmp_path: Path, line: str, why: str) -> None:
    file = tmp_path / "costs.csv"
    file.write_text(f"sku,currency,cost,from\nCEDAR-PENCIL,EUR,0.40,2026-01-01\n{line}\n")
    code, printed = run("costs", str(file))
    assert code == 1
    assert why in printed
    assert told() == []


def test_a_statement_is_of_whole_days_of_the_shop(small: Shop) -> None:
    state(small.clock, 100, date(2026, 7, 1))
    with reading(Role.BLIND) as session:
        (found,) = queries.stated(session, small.clock)
    assert found == Stated(found.number, "RETRO-CLOCK", Money(100, "EUR"), date(2026, 7, 1))
