"""Money is whole minor units, in three kinds of currency, and splitting it loses nothing."""

import csv
import json
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

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


@pytest.mark.parametrize("currency", ["IQD", "LYD"])
def test_a_currency_that_stripe_does_not_take_is_not_guessed_at(currency: str) -> None:
    with pytest.raises(ValueError, match=f"Stripe takes no {currency}"):
        Money(1230, currency).for_stripe()
    with pytest.raises(ValueError, match=f"Stripe takes no {currency}"):
        Money.from_stripe(1230, currency.lower())


def _facts(data_dir: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (data_dir / "7-validators/stripe-currency/stripe_minor_units.json").read_text()
    )
    return found


def test_what_stripe_is_sent_is_what_its_own_table_says(data_dir: Path) -> None:
    facts = _facts(data_dir)
    assert len(facts["vectors"]) == 5
    for vector in facts["vectors"]:
        money = partial(Money.parse, vector["amount"], vector["currency"])
        if "api" in vector:
            assert money().for_stripe() == vector["api"]
            assert Money.from_stripe(vector["api"], vector["currency"]) == money()
        else:  # between two amounts that Stripe holds: a shop that rounded would charge another total
            with pytest.raises(ValueError, match="with a last digit of 0"):
                money().for_stripe()
            sent = [Money(amount, vector["currency"]).for_stripe() for amount in vector["api_any_of"]]
            assert sent == vector["api_any_of"]


def test_the_lists_of_decimals_are_those_of_the_real_tables(data_dir: Path) -> None:
    facts = _facts(data_dir)
    with (data_dir / "7-validators/currency/iso4217-codes-all.csv").open() as file:
        iso = [
            row for row in csv.DictReader(file) if row["MinorUnit"].isdigit() and not row["WithdrawalDate"]
        ]
    codes = {row["AlphabeticCode"] for row in iso} - {"IQD", "LYD"}
    by_decimals = {n: {code for code in codes if stripe_exponent(code) == n} for n in (0, 2, 3)}
    # Its first list has UGX, which its table of special cases sends with two decimals all the same.
    assert by_decimals[0] == set(facts["zero_decimal"]) - set(facts["special"])
    assert by_decimals[3] == set(facts["three_decimal"])
    assert set(facts["special"]) <= by_decimals[2]
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
