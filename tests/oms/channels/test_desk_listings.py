"""Which goods are offered at a marketplace: one by one, or a file of them; all of it or nothing."""

import pytest
from sqlalchemy import select

from oms.channels import actions, queries
from oms.channels.actions import Offering
from oms.channels.models import Listing
from oms.channels.states import Channel
from oms.kernel import audit, clock
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError, NotFoundError
from tests.make import Shop
from tests.oms.channels.test_desk_allowing import OWNER, allowed


def offered(connection_id: int, sku: str, their_sku: str = "", ref: str = "") -> int:
    with transaction() as session:
        return actions.offer(session, connection_id, Offering(sku, their_sku, ref), by=OWNER).id


def taken(connection_id: int, *lines: str) -> int:
    content = "\r\n".join(("sku,their_sku,ref", *lines)).encode()
    with transaction() as session:
        return actions.offer_file(session, connection_id, content, by=OWNER)


def shelf(connection_id: int) -> list[tuple[str, str, bool]]:
    with reading() as session:
        chosen = select(Listing).where(Listing.connection_id == connection_id).order_by(Listing.sku)
        return [(one.sku, one.ref, one.is_offered) for one in session.scalars(chosen)]


def test_a_sku_is_offered_under_its_own_name_or_theirs(small: Shop) -> None:
    amazon = allowed()
    number = offered(amazon, "RETRO-CLOCK")
    offered(amazon, "CEDAR-PENCIL", "PEN-1")
    assert shelf(amazon) == [("PEN-1", "", True), ("RETRO-CLOCK", "", True)]
    with reading() as session:
        assert session.get_one(Listing, number).variant_id == small.clock
        assert [deed.verb for deed in audit.about(session, f"listing:{number}")] == ["channel.offer"]
        found = queries.listings(session, amazon, 1)
        assert queries.count_listings(session, amazon) == 2
    assert [(one.sku, one.title, one.available) for one in found] == [
        ("CEDAR-PENCIL", "Cedar pencil", 100),
        ("RETRO-CLOCK", "Retro clock", 20),
    ]


@pytest.mark.parametrize(
    ("channel", "good", "bad"),
    [
        (Channel.AMAZON, "", "B0ABC"),
        (Channel.SHOPIFY, "44123", "gid://44123"),
        (Channel.SHOPIFY, "1", ""),
        (Channel.TIKTOK, "1729:1730", "1729"),
        (Channel.TIKTOK, "1:2", "1:2:3"),
    ],
)
def test_each_marketplace_has_ids_of_its_own(small: Shop, channel: Channel, good: str, bad: str) -> None:
    number = allowed(code="there", channel=channel)
    with pytest.raises(BadInputError) as refused:
        offered(number, "RETRO-CLOCK", ref=bad)
    assert (refused.value.field, shelf(number)) == ("ref", [])
    offered(number, "RETRO-CLOCK", ref=good)
    assert shelf(number) == [("RETRO-CLOCK", good, True)]


def test_what_there_is_not_and_what_is_not_sent_is_not_offered(small: Shop) -> None:
    amazon = allowed()
    for sku in ("NO-SUCH", "PLANNER-PDF"):
        with pytest.raises(BadInputError, match=sku) as refused:
            offered(amazon, sku)
        assert refused.value.field == "sku"
    with pytest.raises(BadInputError, match="longer"):
        offered(amazon, "RETRO-CLOCK", "x" * 101)
    with pytest.raises(NotFoundError):
        offered(amazon + 1, "RETRO-CLOCK")
    assert shelf(amazon) == []


def test_withdrawn_is_offered_no_more_and_can_be_offered_anew_as_another(small: Shop) -> None:
    amazon = allowed()
    number = offered(amazon, "RETRO-CLOCK", "X1")
    with transaction() as session:
        row = session.get_one(Listing, number)
        row.told, row.told_at, row.trouble = 20, clock.now(), "It knows no X1."
    with pytest.raises(BadInputError, match="Withdraw that one first"):
        offered(amazon, "CEDAR-PENCIL", "X1")
    for _again in range(2):
        with transaction() as session:
            actions.withdraw(session, number, by=OWNER)
    assert shelf(amazon) == [("X1", "", False)]
    with reading() as session:
        verbs = [deed.verb for deed in audit.about(session, f"listing:{number}")]
    assert verbs == ["channel.withdraw", "channel.offer"]
    assert offered(amazon, "CEDAR-PENCIL", "X1") == number
    with reading() as session:
        row = session.get_one(Listing, number)
    assert (row.variant_id, row.is_offered, row.told, row.told_at, row.trouble) == (
        small.pencil,
        True,
        None,
        None,
        "",
    )


def test_a_file_is_offered_whole(small: Shop) -> None:
    there = allowed(code="tiktok-de", channel=Channel.TIKTOK)
    assert taken(there, "RETRO-CLOCK,,1:2", "CEDAR-PENCIL,PEN-1,1:3", "CEDAR-PENCIL,PEN-10,1:4") == 3
    assert shelf(there) == [("PEN-1", "1:3", True), ("PEN-10", "1:4", True), ("RETRO-CLOCK", "1:2", True)]
    assert taken(there, "RETRO-CLOCK,,1:9") == 1
    assert shelf(there)[2] == ("RETRO-CLOCK", "1:9", True)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("NO-SUCH,,1", "Row 3: There is no SKU 'NO-SUCH'."),
        ("CEDAR-PENCIL,,", "Row 3: Give the id of the inventory item at Shopify: digits alone."),
        ("CEDAR-PENCIL,RETRO-CLOCK,1", "Row 3: 'RETRO-CLOCK' is in row 2 already."),
        ("CEDAR-PENCIL,1", "Row 3: The row has 2 cells, the header 3. Mend it and import again."),
    ],
)
def test_one_bad_row_is_named_and_nothing_of_the_file_is_kept(small: Shop, line: str, told: str) -> None:
    there = allowed(code="shop-nl", channel=Channel.SHOPIFY)
    with pytest.raises(BadInputError) as refused:
        taken(there, "RETRO-CLOCK,,44123", line)
    assert refused.value.message == told
    assert shelf(there) == []


def test_another_file_is_refused_by_its_columns(small: Shop) -> None:
    amazon = allowed()
    with pytest.raises(BadInputError, match="The columns are sku, their_sku, ref"), transaction() as session:
        actions.offer_file(session, amazon, b"Handle,Title\r\nclock,Clock\r\n", by=OWNER)


def test_what_is_in_trouble_stands_first_and_what_is_withdrawn_last(small: Shop) -> None:
    amazon = allowed()
    gone = offered(amazon, "CEDAR-PENCIL", "A-GONE")
    offered(amazon, "CEDAR-PENCIL", "B")
    bad = offered(amazon, "RETRO-CLOCK", "C")
    with transaction() as session:
        actions.withdraw(session, gone, by=OWNER)
        session.get_one(Listing, bad).trouble = "It knows no C."
    with reading() as session:
        found = queries.listings(session, amazon, 1)
        assert queries.listings(session, amazon, 2) == []
    assert [one.listing.sku for one in found] == ["C", "B", "A-GONE"]
