"""What things come to, exact to the minor unit, in three kinds of market."""

from hypothesis import given
from hypothesis import strategies as st

from oms.pricing.quote import Goods, TaxPart, reckon


def goods(price: int, tax_class: str = "standard", variant_id: int = 1) -> Goods:
    return Goods(
        variant_id, f"SKU-{variant_id}", "Field notebook", "", price, tax_class, 200, False, "482010", "NL"
    )


def test_in_the_eu_the_tax_is_in_the_price() -> None:
    quote = reckon(
        [(goods(1250), 1), (goods(980, variant_id=2), 1), (goods(190, variant_id=3), 2)],
        {"standard": 2100},
        560,
        currency="EUR",
        tax_included=True,
    )
    assert (quote.goods, quote.delivery, quote.tax, quote.total) == (2610, 560, 550, 3170)
    assert quote.taxes == (TaxPart(2100, 2620, 550),)


def test_in_the_us_the_tax_comes_on_top() -> None:
    quote = reckon([(goods(1400), 1)], {"standard": 725}, 500, currency="USD", tax_included=False)
    assert [line.tax for line in quote.lines] == [102]
    assert (quote.delivery_tax, quote.tax, quote.total) == (36, 138, 2038)


def test_in_japan_there_are_no_decimals() -> None:
    quote = reckon(
        [(goods(1980), 3), (goods(540, "reduced", 2), 1)],
        {"standard": 1000, "reduced": 800},
        600,
        currency="JPY",
        tax_included=True,
    )
    assert [line.tax for line in quote.lines] == [540, 40]
    assert [(part.basis_points, part.net, part.tax) for part in quote.taxes] == [
        (1000, 5900, 590),
        (800, 546, 44),
    ]
    assert quote.total == 7080


lines = st.lists(
    st.tuples(st.integers(1, 10**6), st.integers(1, 999), st.sampled_from(["standard", "reduced", "zero"])),
    min_size=1,
    max_size=8,
)


@given(lines, st.integers(0, 10**5), st.booleans())
def test_every_part_adds_up(drawn: list[tuple[int, int, str]], delivery: int, tax_included: bool) -> None:  # noqa: FBT001
    wanted = [(goods(price, kind, i), quantity) for i, (price, quantity, kind) in enumerate(drawn)]
    rates = {"standard": 2100, "reduced": 900, "zero": 0}
    quote = reckon(wanted, rates, delivery, currency="EUR", tax_included=tax_included)
    assert quote.goods == sum(line.total for line in quote.lines)
    assert (
        quote.tax
        == sum(part.tax for part in quote.taxes)
        == sum(x.tax for x in quote.lines) + quote.delivery_tax
    )
    assert quote.total == sum(part.net + part.tax for part in quote.taxes)
