"""Whom a marketplace sold something sees and deletes what is here of them, as anybody who got a parcel."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from oms.fulfillment.states import ShipmentState
from oms.kernel import vault
from oms.privacy.retention.schedules import MARKETPLACE
from oms.privacy.states import RequestState
from tests.markets import MARKETS, Person
from tests.oms.channels.conftest import Fair, pencils
from tests.oms.channels.test_ends import ended
from tests.privacy.test_parcels_of_others import asked, newest, taken

WHO = Person()
each = pytest.mark.parametrize("market", MARKETS)


@each
def test_they_see_their_address_and_whom_it_came_from(
    fair: Fair, store: FlaskClient, sink: Path, market: str
) -> None:
    ref = fair.sell(market, pencils(1))
    fair.ask()
    asked(store, ref, "copy", postcode=WHO.postcode, parcel_name=WHO.name)
    assert newest().state is RequestState.FULFILLED
    [told] = taken(store, sink)["records"]
    assert (told["kind"], told["source"]) == ("channel.delivery", MARKETPLACE)
    assert told["values"]["name"] == WHO.name
    assert told["values"]["street"].endswith(WHO.street)


def test_they_delete_it_when_the_parcel_has_arrived(fair: Fair, store: FlaskClient, sink: Path) -> None:
    ref = fair.sell("amazon", pencils(1))
    fair.ask()
    order = fair.order(ref)
    ended(fair.house.hand_over(fair.house.pack(order)), ShipmentState.DELIVERED)
    asked(store, ref, "erasure", postcode=WHO.postcode, parcel_name=WHO.name)
    assert newest().state is RequestState.FULFILLED
    assert vault.ends(order.unit) == {}
    fair.ask()
    assert vault.ends(order.unit) == {}


def test_who_knows_the_number_alone_learns_nothing(fair: Fair, store: FlaskClient, sink: Path) -> None:
    ref = fair.sell("amazon", pencils(1))
    fair.ask()
    asked(store, ref, "copy", postcode=WHO.postcode, parcel_name="Ada Lind")
    assert newest().state is RequestState.REFUSED
    assert vault.ends(fair.order(ref).unit).keys() == {"channel.delivery"}
