"""Every place where something of a person lies has an end; none is blank, none is forever."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Table

from oms.kernel.db import Base
from oms.kernel.register import KINDS, PLACES, Columns, Event, Kind, Place, Retention, kind_of
from oms.orders.personal import OrderDelivery
from oms.privacy.retention import queries
from oms.privacy.retention.schedules import CUT, MARKETPLACE, MARKETPLACE_DAYS, marketplace_gaps

OURS = [kind for kind in KINDS.values() if kind.type.__module__.startswith("oms.")]
# Longer than any law asks of a record that leads to somebody; staff's own are for as long as they work here.
LONGEST = 3 * 365
_AN_END = re.compile(r"\d+ (minutes?|hours?|days?|weeks?)|\b(hour|day|until|as long as|closes|ends)\b")


def kinds_without_end(kinds: list[Kind]) -> list[str]:
    """Return the kinds whose schedule is blank, endless, or longer than any law asks."""
    return [
        kind.name
        for kind in kinds
        if not (0 <= kind.retention.days <= kind.retention.at_most and kind.retention.at_most >= 1)
        or (kind.unit != "staff" and kind.retention.at_most > LONGEST)
    ]


def places_without_end(places: list[Place]) -> list[str]:
    """Return the places of personal data whose life names no length and no event."""
    return [place.name for place in places if place.personal and not _AN_END.search(place.life)]


def tables_without_end(declared: dict[str, Columns], ends: set[str]) -> list[str]:
    """Return the tables with pseudonymous columns that neither a life nor a cut lets go of."""
    return sorted(name for name, columns in declared.items() if columns.pseudonymous and name not in ends)


def declared() -> dict[str, Columns]:
    return {
        mapper.local_table.name: mapper.class_.__columns__
        for mapper in Base.registry.mappers
        if isinstance(mapper.local_table, Table)
    }


def ended() -> set[str]:
    """The tables that a life, a cut, or the life of the table that they stand on lets go of.

    Not the counterfoil's: what stands on an order for ten years has to be cut before.
    """
    lives = {table.name for table, life in queries.lives() if not life.years}
    for table in Base.metadata.sorted_tables:
        if any(key.column.table.name in lives for key in table.foreign_keys):
            lives.add(table.name)
    return lives | CUT.keys() | {table.name for table, life in queries.lives() if life.years}


def test_every_kind_has_an_end_within_three_years() -> None:
    assert kinds_without_end(OURS) == []


def test_every_place_of_personal_data_has_an_end() -> None:
    assert places_without_end(list(PLACES.values())) == []


def test_every_table_with_a_thread_to_somebody_is_let_go_of_or_cut() -> None:
    assert tables_without_end(declared(), ended()) == []
    assert [name for name in CUT if name not in declared()] == []
    assert [name for name, how in CUT.items() if not (how.words.strip() and how.late.strip())] == []


def test_no_life_of_a_table_is_blank() -> None:
    assert [table.name for table, life in queries.lives() if life.days < 0 or life.years > 10] == []


@pytest.mark.parametrize(
    "rule",
    [
        Retention(Event.DELIVERED, 30, 100 * 365),
        Retention(Event.DELIVERED, 0, 0),
        Retention(Event.SEALED, 9, 8),
    ],
)
def test_a_planted_endless_kind_is_caught(rule: Retention) -> None:
    planted = replace(kind_of(OrderDelivery), name="planted", retention=rule)
    assert kinds_without_end([*OURS, planted]) == ["planted"]


@pytest.mark.parametrize("life", ["", "forever", "kept"])
def test_a_planted_place_without_end_is_caught(life: str) -> None:
    planted = Place("planted", "addresses", personal=True, purpose="none", life=life)
    assert places_without_end([*PLACES.values(), planted]) == ["planted"]


def test_a_planted_table_that_nothing_lets_go_of_is_caught() -> None:
    planted = {**declared(), "planted": Columns(frozenset({"id"}), frozenset({"buyer_id"}))}
    assert tables_without_end(planted, ended()) == ["planted"]


def test_what_a_marketplace_told_us_goes_thirty_days_after_delivery(measured: Callable[..., None]) -> None:
    kind = kind_of(OrderDelivery)
    fits = replace(kind, source=MARKETPLACE, retention=Retention(Event.DELIVERED, MARKETPLACE_DAYS, 60))
    late = replace(fits, name="late", retention=Retention(Event.DELIVERED, 31, 60))
    other = replace(fits, name="other", retention=Retention(Event.RETURN_WINDOW_ENDED, 0, 60))
    ours = replace(late, name="ours", source="you")
    assert marketplace_gaps([fits, late, other, ours]) == ["late", "other"]
    gaps = marketplace_gaps(OURS)
    told = [one for one in OURS if one.source == MARKETPLACE]
    figure = f"{len(told)} kind from marketplaces; {len(gaps)} end more than 30 days after delivery"
    measured("B07", figure, passed=bool(told) and not gaps)
