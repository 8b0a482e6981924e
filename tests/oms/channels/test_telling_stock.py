"""What a marketplace has of a listing is what it was told last, or nobody knows and it is told again."""

from sqlalchemy import select

from oms.channels.listing import runs as listing
from oms.channels.models import Listing
from oms.channels.selling import runs
from oms.inventory import actions as stock
from oms.inventory.actions import Count
from oms.kernel.audit import SYSTEM
from oms.kernel.db import reading, transaction
from tests.oms.channels.conftest import Fair, offered


def told(fair: Fair) -> list[int]:
    """Every count that Amazon was told, oldest first."""
    return [row["units"] for row in fair.party.get("ledger")["stock"] if row["market"] == "amazon"]


def count(fair: Fair, units: int) -> None:
    with transaction() as session:
        stock.record_count(session, Count(fair.house.shop.pencil, fair.house.shop.leiden, units), by=SYSTEM)


def troubles() -> list[str]:
    with reading() as session:
        return list(session.scalars(select(Listing.trouble).order_by(Listing.id)))


def test_what_was_told_before_an_answer_was_lost_is_told_again(fair: Fair) -> None:
    offered(fair, "amazon", "CEDAR-PENCIL", fair.house.shop.pencil)
    assert listing.tell() == 1
    count(fair, 1050)
    fair.party.fault("lose_response", path="/amazon/listings", count=1)
    assert listing.tell() == 0
    assert told(fair)[-1] == 1050
    assert troubles()[0]
    count(fair, 1000)
    assert listing.tell() == 1
    assert told(fair)[-1] == 1000
    assert troubles() == [""]


def test_what_may_not_be_told_ends_the_turn_of_its_account_and_asks_for_one_pass(fair: Fair) -> None:
    for number in range(5):
        offered(fair, "amazon", f"PENCIL-{number}", fair.house.shop.pencil)
    offered(fair, "shopify", "CEDAR-PENCIL", fair.house.shop.pencil)
    runs.ask_all()
    before = len(fair.calls("token"))
    fair.party.fault("error", path="/amazon/listings", status=403, count=50)
    assert [listing.tell() for _ in range(3)] == [1, 0, 0]
    assert len(fair.calls("/listings/")) == 4
    assert len(fair.calls("token")) == before + 1
    assert sum(bool(trouble) for trouble in troubles()) == 3
    fair.party.heal()
    assert listing.tell() == 5


def test_what_is_withdrawn_here_and_unknown_there_is_settled(fair: Fair) -> None:
    gone = offered(fair, "amazon", "CEDAR-PENCIL", fair.house.shop.pencil)
    fair.party.fault("error", path="/amazon/listings", status=404, count=50)
    assert listing.tell() == 0
    assert troubles()[0]
    with transaction() as session:
        session.get_one(Listing, gone).is_offered = False
    assert (listing.tell(), listing.tell()) == (1, 0)
    assert troubles() == [""]
