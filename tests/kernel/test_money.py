"""Money is whole minor units, in three kinds of currency, and splitting it loses nothing."""

import csv
import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.kernel.errors import BadInputError
from oms.kernel.money import Money, allocate, exponent, half_up, stripe_exponent, tax_on, tax_within


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [("12.50", "EUR", 1250), ("1,250", "EUR", None), ("1250", "JPY", 1250), ("1.234", "KWD", 1234)],
)
def test_amounts_are_read_in_major_units(text: str, currency: str, amount: int | None) -> None:
    if amount is None:
        with pytest.raises(BadInputError, match="is not an amount"):
            Money.parse(text, currency)
    else:
        assert Money.parse(text, currency) == Money(amount, currency)


@pytest.mark.parametrize(
    ("text", "currency"), [("0.001", "EUR"), ("0.5", "JPY"), ("NaN", "EUR"), ("1e99", "EUR")]
)
def test_an_amount_that_the_currency_cannot_hold_is_refused(text: str, currency: str) -> None:
    with pytest.raises(BadInputError):
        Money.parse(text, currency)


def test_two_currencies_do_not_add() -> None:
    with pytest.raises(ValueError, match="EUR and USD do not add"):
        Money(1, "EUR") + Money(1, "USD")


@pytest.mark.parametrize(
    ("money", "sent"),
    [
        (Money(1250, "EUR"), 1250),
        (Money(1250, "JPY"), 1250),
        (Money(1250, "ISK"), 125000),
        (Money(1250, "UGX"), 125000),
        (Money(1200, "MGA"), 12),
        (Money(1230, "KWD"), 1230),
    ],
)
def test_stripe_has_its_own_idea_of_minor_units(money: Money, sent: int) -> None:
    assert money.for_stripe() == sent
    assert Money.from_stripe(sent, money.currency.lower()) == money


@pytest.mark.parametrize("money", [Money(1234, "KWD"), Money(1250, "MGA")])
def test_an_amount_that_stripe_cannot_hold_is_not_rounded_in_silence(money: Money) -> None:
    with pytest.raises(ValueError, match="Stripe takes"):
        money.for_stripe()


def test_the_lists_of_decimals_are_those_of_the_real_tables(data_dir: Path) -> None:
    facts = json.loads((data_dir / "7-validators/stripe-currency/stripe_minor_units.json").read_text())
    zero = {code.upper() for code in facts["zero_decimal"]} - {"UGX", "ISK"}
    assert {code for code in zero if stripe_exponent(code) != 0} == set()
    with (data_dir / "7-validators/currency/iso4217-codes-all.csv").open() as file:
        iso = [
            row for row in csv.DictReader(file) if row["MinorUnit"].isdigit() and not row["WithdrawalDate"]
        ]
    wrong = {r["AlphabeticCode"] for r in iso if exponent(r["AlphabeticCode"]) != int(r["MinorUnit"])}
    assert len(iso) > 200
    assert wrong == {"CLF", "UYW"}  # units of account with four decimals, in which nobody pays


amounts = st.integers(-(10**10), 10**10)
weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(lambda w: sum(w) > 0)


@given(amounts, weights)
def test_parts_sum_to_the_whole_and_none_is_off_by_more_than_a_unit(amount: int, by: list[int]) -> None:
    parts = allocate(amount, by)
    assert sum(parts) == amount
    assert all(abs(part - Fraction(amount * w, sum(by))) < 1 for part, w in zip(parts, by, strict=True))
    assert all(part == 0 for part, w in zip(parts, by, strict=True) if w == 0)


@given(st.integers(0, 10**9), st.integers(0, 5000))
def test_tax_within_and_tax_on_agree_to_the_unit(net: int, basis_points: int) -> None:
    rate = Fraction(basis_points, 10_000)
    gross = net + tax_on(net, rate)
    assert abs(tax_within(gross, rate) - tax_on(net, rate)) <= 1


@pytest.mark.parametrize(
    ("value", "rounded"), [("1/2", 1), ("-1/2", -1), ("49/100", 0), ("5/2", 3), ("7/3", 2)]
)
def test_halves_go_away_from_zero(value: str, rounded: int) -> None:
    assert half_up(Fraction(value)) == rounded
