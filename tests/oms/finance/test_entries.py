"""Every cent of an order is told once: whatever was sold, sent back and charged, sums are the ledgers'."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oms.finance.books.entries import Back, Charge, Entry, Kind, Line, Sale, entries, share
from oms.finance.profit.queries import Figures, of_lines
from oms.kernel.money import tax_on, tax_within
from oms.pricing.quote import Goods, reckon

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
RATES = {"standard": 2100, "reduced": 900, "zero": 0}


def goods(number: int, price: int, tax_class: str) -> Goods:
    return Goods(
        number, f"SKU-{number}", "", "", price, tax_class, 1, is_digital=False, hs_code="", origin=""
    )


@st.composite
def sales(draw: st.DrawFn) -> Sale:
    """An order as the shop quotes it, with refunds of its lines and delivery, fees, parcels and returns."""
    included = draw(st.booleans())
    wanted = [
        (
            goods(n, draw(st.integers(0 if n else 1, 5000)), draw(st.sampled_from(sorted(RATES)))),
            draw(st.integers(1, 5)),
        )
        for n in range(draw(st.integers(1, 4)))
    ]
    quoted = reckon(
        wanted, RATES, draw(st.sampled_from([0, 1, 490, 999])), currency="EUR", tax_included=included
    )
    costs = st.one_of(st.none(), st.integers(0, 4000))
    lines = [
        Line(n, f"SKU-{n % 2}", one.quantity, one.total, one.basis_points, one.tax, draw(costs))
        for n, one in enumerate(quoted.lines)
    ]
    on_top = 0 if included else 1
    left: dict[int | None, int] = {x.id: x.total + on_top * x.tax for x in lines}
    left[None] = quoted.delivery + on_top * quoted.delivery_tax
    refunds = []
    for hours in range(draw(st.integers(0, 4))):
        parts = [(k, draw(st.integers(0, amount))) for k, amount in left.items() if amount]
        for key, amount in parts:
            left[key] -= amount
        refunds.append(Back(NOON + timedelta(hours=hours), parts))
    charges = [
        Charge(NOON, kind, currency, draw(st.one_of(st.none(), st.integers(0, 900))))
        for kind, currency in draw(
            st.lists(st.tuples(st.sampled_from([Kind.FEE, Kind.POSTAGE]), st.sampled_from(["EUR", "USD"])))
        )
    ]
    returned = [(x.id, draw(st.integers(1, x.quantity)), NOON) for x in lines if draw(st.booleans())]
    taxes = {one.basis_points: (one.net, one.tax) for one in quoted.taxes}
    more = {"tax_included": included, "is_pickup": False, "lines": lines, "taxes": taxes}
    return Sale(1, "N-1", NOON, "EUR", "NL", **more, refunds=refunds, charges=charges, returned=returned)


def sums(found: list[Entry]) -> Counter[tuple[Kind, str]]:
    told: Counter[tuple[Kind, str]] = Counter()
    for one in found:
        told[one.kind, one.currency] += one.amount
    return told


@given(sales())
@settings(max_examples=300, deadline=None)
def test_the_sums_of_the_entries_are_the_ledgers(sale: Sale) -> None:
    found = sums(list(entries(sale)))
    assert found[Kind.SOLD, "EUR"] == sum(net for net, _tax in sale.taxes.values())
    assert found[Kind.SOLD_TAX, "EUR"] == sum(tax for _net, tax in sale.taxes.values())
    back = sum(amount for one in sale.refunds for _line, amount in one.parts)
    assert found[Kind.BACK, "EUR"] + found[Kind.BACK_TAX, "EUR"] == back
    for kind in (Kind.FEE, Kind.POSTAGE):
        for currency in ("EUR", "USD"):
            charged = [x.amount or 0 for x in sale.charges if (x.kind, x.currency) == (kind, currency)]
            assert found[kind, currency] == sum(charged)
    kept = {x.id: x.quantity for x in sale.lines}
    for line_id, units, _at in sale.returned:
        kept[line_id] -= units
    assert found[Kind.UNITS, "EUR"] == sum(kept.values())
    assert found[Kind.GOODS, "EUR"] == sum(kept[x.id] * x.cost for x in sale.lines if x.cost is not None)


@given(sales())
@settings(max_examples=200, deadline=None)
def test_the_tax_of_each_rate_is_the_orders_own(sale: Sale) -> None:
    by_rate: Counter[tuple[int, Kind]] = Counter()
    for one in entries(sale):
        by_rate[one.basis_points, one.kind] += one.amount
    for rate, (net, tax) in sale.taxes.items():
        assert (by_rate[rate, Kind.SOLD], by_rate[rate, Kind.SOLD_TAX]) == (net, tax)


@given(sales(), st.lists(st.integers(1, 10), min_size=1, max_size=5))
@settings(max_examples=200, deadline=None)
def test_what_went_back_whole_leaves_nothing_however_many_steps_it_took(sale: Sale, steps: list[int]) -> None:
    left: dict[int | None, int] = {x.id: sale.net(x) + x.tax for x in sale.lines}
    whole = sum(net + tax for net, tax in sale.taxes.values())
    left[None] = whole - sum(left.values())
    pieces = {key: share(amount, steps) for key, amount in left.items()}
    refunds = [Back(NOON, [(key, part[n]) for key, part in pieces.items()]) for n in range(len(steps))]
    fields = {name: getattr(sale, name) for name in Sale.__slots__}
    found: Counter[tuple[int, int, Kind]] = Counter()
    for one in entries(Sale(**{**fields, "refunds": refunds})):
        found[one.line_id, one.basis_points, one.kind] += one.amount
    for (line_id, rate, kind), amount in found.items():
        if kind in {Kind.BACK, Kind.BACK_TAX}:
            sold = Kind.SOLD if kind is Kind.BACK else Kind.SOLD_TAX
            assert amount == found[line_id, rate, sold]


@given(sales(), st.lists(st.integers(0, 5), min_size=4, max_size=4))
@settings(max_examples=300, deadline=None)
def test_a_refund_that_failed_is_undone_to_the_cent_and_its_past_stays(sale: Sale, waits: list[int]) -> None:
    failing = [
        replace(back, failed_at=back.at + timedelta(hours=hours, minutes=30) if hours else None)
        for back, hours in zip(sale.refunds, waits, strict=False)
    ]
    for hours in range(12):
        until = NOON + timedelta(hours=hours, minutes=15)
        known = [
            replace(x, failed_at=x.failed_at if x.failed_at and x.failed_at < until else None)
            for x in failing
            if x.at < until
        ]
        then = [one for one in entries(replace(sale, refunds=failing)) if one.at < until]
        assert then == [one for one in entries(replace(sale, refunds=known)) if one.at < until]
    found = list(entries(replace(sale, refunds=failing)))
    told = sums(found)
    kept = sum(amount for x in failing if not x.failed_at for _line, amount in x.parts)
    assert told[Kind.BACK, "EUR"] + told[Kind.BACK_TAX, "EUR"] == kept
    for number, back in enumerate(failing):
        alone = [x if n == number else replace(x, parts=()) for n, x in enumerate(failing)]
        pieces = Counter[tuple[int, int, Kind]]()
        for one in entries(replace(sale, refunds=alone)):
            if one.kind in {Kind.BACK, Kind.BACK_TAX}:
                pieces[one.line_id, one.basis_points, one.kind] += one.amount
        assert not back.failed_at or not any(pieces.values())


@given(sales())
@settings(max_examples=200, deadline=None)
def test_margins_are_profit_or_left_out_and_nothing_else(sale: Sale) -> None:
    lines = of_lines(entries(sale))
    whole = Figures()
    for figures in lines.values():
        assert figures.profit == (0 if figures.is_open else figures.margin)
        whole.add(figures)
    assert whole.profit + whole.left_out == whole.margin


def test_a_part_without_a_line_that_is_more_than_delivery_comes_from_the_goods_too() -> None:
    line = Line(1, "A", 1, 1210, 2100, 210, 0)
    more = {"tax_included": True, "is_pickup": False, "lines": [line], "taxes": {2100: (1100, 231)}}
    back = [Back(NOON, [(None, 1331)])]
    found = sums(list(entries(Sale(1, "N", NOON, "EUR", "NL", **more, refunds=back))))
    assert (found[Kind.BACK, "EUR"], found[Kind.BACK_TAX, "EUR"]) == (1100, 231)


def test_tax_comes_back_as_it_was_sold_whether_it_was_on_top_or_within() -> None:
    rate = Fraction(21, 100)
    for included, total, tax in ((True, 3100, tax_within(3100, rate)), (False, 3100, tax_on(3100, rate))):
        line = Line(1, "A", 2, total, 2100, tax, 0)
        net = total - tax if included else total
        more = {"tax_included": included, "is_pickup": False, "lines": [line], "taxes": {2100: (net, tax)}}
        half = Back(NOON, [(1, (net + tax) // 2)])
        found = sums(list(entries(Sale(1, "N", NOON, "EUR", "NL", **more, refunds=[half]))))
        assert abs(found[Kind.BACK_TAX, "EUR"] * 2 - tax) <= 1


@pytest.mark.parametrize("amount", [-7, 0, 7])
def test_what_nothing_weighs_is_shared_evenly_to_the_cent(amount: int) -> None:
    assert sum(share(amount, [0, 0, 0])) == amount
    assert sum(share(amount, [1, 2, 4])) == amount
