"""Which warehouse sends what, from a country and a postcode prefix alone."""

import pytest

from oms.inventory.sourcing import Demand, Destination, OutOfStockError, Source, Take, plan

LEIDEN = Source(1, "NL", "2311", 0)
AACHEN = Source(2, "DE", "52062", 1)
OSAKA = Source(3, "JP", "530-0001", 2)
ALL = [OSAKA, AACHEN, LEIDEN]
CLOCK, PENCIL = 10, 20


def test_one_parcel_from_the_same_country_comes_first() -> None:
    stock = {(CLOCK, 1): 5, (CLOCK, 2): 5, (CLOCK, 3): 5}
    found = plan([Demand(1, CLOCK, 2)], stock, ALL, Destination("DE", "10"))
    assert found.takes == (Take(1, CLOCK, 2, 2),)
    assert found.why == "one parcel, same country"


def test_one_parcel_from_abroad_beats_two_parcels() -> None:
    stock = {(CLOCK, 2): 1, (CLOCK, 1): 1, (PENCIL, 1): 9}
    found = plan([Demand(1, CLOCK, 1), Demand(2, PENCIL, 3)], stock, ALL, Destination("DE", "10"))
    assert {take.warehouse_id for take in found.takes} == {1}


def test_a_line_stays_whole_where_one_place_has_it() -> None:
    stock = {(CLOCK, 1): 1, (PENCIL, 3): 4}
    found = plan([Demand(1, CLOCK, 1), Demand(2, PENCIL, 4)], stock, ALL, Destination("NL", "23"))
    assert found.takes == (Take(1, CLOCK, 1, 1), Take(2, PENCIL, 3, 4))


def test_a_line_is_split_only_where_no_place_has_it_whole() -> None:
    stock = {(CLOCK, 1): 2, (CLOCK, 3): 2}
    found = plan([Demand(1, CLOCK, 3)], stock, ALL, Destination("JP", "53"))
    assert found.takes == (Take(1, CLOCK, 3, 2), Take(1, CLOCK, 1, 1))


def test_two_lines_of_one_thing_cannot_both_have_the_last() -> None:
    with pytest.raises(OutOfStockError) as refused:
        plan([Demand(1, CLOCK, 1), Demand(2, CLOCK, 1)], {(CLOCK, 1): 1}, ALL, Destination("NL", "23"))
    assert (refused.value.variant_id, refused.value.wanted, refused.value.available) == (CLOCK, 2, 1)


def test_the_nearer_postcode_wins_within_a_country() -> None:
    north, south = Source(7, "DE", "2009", 5), Source(8, "DE", "8033", 1)
    found = plan(
        [Demand(1, CLOCK, 1)], {(CLOCK, 7): 1, (CLOCK, 8): 1}, [south, north], Destination("DE", "20")
    )
    assert found.takes == (Take(1, CLOCK, 7, 1),)
