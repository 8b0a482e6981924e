"""Letting an account at a marketplace be used: for what, until when, by whom; and taking that back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from oms.channels import actions, queries
from oms.channels.actions import Allowing
from oms.channels.models import ChannelOrder, Connection
from oms.channels.queries import Standing
from oms.channels.states import Channel, Scope, SoldState
from oms.kernel import audit, clock
from oms.kernel.audit import Actor, ActorKind
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError, ConflictError, NotFoundError
from tests.make import Shop

OWNER = Actor(ActorKind.STAFF, "7")
ALL = frozenset(Scope)


def asked(**changed: object) -> Allowing:
    values: dict[str, object] = {
        "code": "amazon-eu",
        "channel": Channel.AMAZON,
        "market_code": "eu",
        "language": "de",
        "scopes": ALL,
        "until": clock.today() + timedelta(days=30),
    }
    return Allowing(**{**values, **changed})  # type: ignore[arg-type]


def allowed(**changed: object) -> int:
    with transaction() as session:
        return actions.allow(session, asked(**changed), by=OWNER).id


def row(connection_id: int) -> Connection:
    with reading() as session:
        return session.get_one(Connection, connection_id)


def rows() -> list[Connection]:
    with reading() as session:
        return list(session.scalars(select(Connection)))


def test_an_account_is_allowed_with_scopes_and_an_end_and_asked_from_now_on(small: Shop) -> None:
    before = clock.now()
    found = row(allowed(scopes=frozenset({Scope.STOCK, Scope.ORDERS})))
    assert (found.code, found.channel, found.market_code, found.language) == (
        "amazon-eu",
        Channel.AMAZON,
        "eu",
        "de",
    )
    assert (found.scopes, found.granted_by) == (["orders", "stock"], "7")
    assert before <= found.asked_to <= clock.now()
    assert [found.allows(scope) for scope in Scope] == [True, False, True, False]
    with reading() as session:
        [deed] = audit.about(session, f"channel:{found.id}")
    assert (deed.verb, deed.by.reason) == ("channel.allow", f"orders, stock until {found.until.isoformat()}")


def test_renewing_clears_what_was_revoked_and_goes_on_where_it_stopped(small: Shop) -> None:
    number = allowed()
    first = row(number)
    with transaction() as session:
        actions.revoke(session, number, "Its keys may be known to others", by=OWNER)
        session.get_one(Connection, number).trouble = "It does not let us."
    assert not row(number).allows(Scope.ORDERS)
    assert allowed(scopes=frozenset({Scope.ORDERS}), language="en") == number
    found = row(number)
    assert (found.revoked_at, found.revoked_why, found.trouble) == (None, "", "")
    assert (found.scopes, found.language, found.asked_to) == (["orders"], "en", first.asked_to)
    with reading() as session:
        verbs = [deed.verb for deed in audit.about(session, f"channel:{number}")]
    assert verbs == ["channel.allow", "channel.revoke", "channel.allow"]


@pytest.mark.parametrize("days", [-1, 366])
def test_an_end_in_the_past_or_beyond_a_year_is_refused(small: Shop, days: int) -> None:
    with pytest.raises(BadInputError) as refused:
        asked(until=clock.today() + timedelta(days=days))
    assert (refused.value.field, rows()) == ("until", [])


@pytest.mark.parametrize("days", [0, 365])
def test_today_and_a_year_ahead_are_the_ends_of_what_is_possible(small: Shop, days: int) -> None:
    assert row(allowed(until=clock.today() + timedelta(days=days))).allows(Scope.ORDERS)


def test_nothing_is_allowed_without_a_scope_a_market_and_one_of_its_languages(small: Shop) -> None:
    for name, changed in (
        ("scopes", {"scopes": frozenset()}),
        ("market_code", {"market_code": "moon"}),
        ("language", {"language": "fr"}),
    ):
        with pytest.raises(BadInputError) as refused:
            allowed(**changed)
        assert refused.value.field == name
    assert rows() == []


def test_a_code_stays_with_its_marketplace(small: Shop) -> None:
    number = allowed()
    with pytest.raises(ConflictError, match="another marketplace"):
        allowed(channel=Channel.SHOPIFY)
    assert row(number).channel is Channel.AMAZON


def test_revoking_twice_keeps_the_first_word_and_one_deed(small: Shop) -> None:
    number = allowed()
    with transaction() as session:
        actions.note_revoked(session, number, "Amazon does not let us any more.")
    first = row(number)
    with transaction() as session:
        actions.revoke(session, number, "We sell there no more", by=OWNER)
    assert (row(number).revoked_why, row(number).revoked_at) == (first.revoked_why, first.revoked_at)
    with reading() as session:
        deeds = audit.about(session, f"channel:{number}")
    assert [(one.verb, one.by.kind.value) for one in deeds] == [
        ("channel.revoke", "system"),
        ("channel.allow", "staff"),
    ]
    with pytest.raises(NotFoundError), transaction() as session:
        actions.revoke(session, number + 1, "We sell there no more", by=OWNER)


def test_accounts_of_the_settings_stand_as_they_were_allowed(small: Shop) -> None:
    known = {
        "amazon-eu": {"channel": "amazon"},
        "shop-nl": {"channel": "shopify"},
        "tiktok-de": {"channel": "tiktok"},
    }
    number = allowed()
    allowed(code="tiktok-de", channel=Channel.TIKTOK)
    gone = allowed(code="shop-old", channel=Channel.SHOPIFY)
    with transaction() as session:
        actions.revoke(session, gone, "We sell there no more", by=OWNER)
        session.add_all(_sold(number, n, trouble="There is no listing of X1." if n else "") for n in range(3))
        tiktok = queries.locked_by_code(session, "tiktok-de")
        assert tiktok is not None
        tiktok.until = clock.today() - timedelta(days=1)
    with reading() as session:
        found = queries.accounts(session, known)
        assert queries.account(session, known, "shop-nl") in found
        with pytest.raises(NotFoundError):
            queries.account(session, known, "shop-fr")
    assert [(one.code, one.standing, one.orders, one.waiting) for one in found] == [
        ("amazon-eu", Standing.ALLOWED, 0, 2),
        ("shop-nl", Standing.NOT_YET, 0, 0),
        ("shop-old", Standing.MISSING, 0, 0),
        ("tiktok-de", Standing.ENDED, 0, 0),
    ]


def _sold(connection_id: int, n: int, *, trouble: str) -> ChannelOrder:
    return ChannelOrder(
        connection_id=connection_id,
        ref=f"305-{n}",
        state=SoldState.TO_SEND,
        changed_at=clock.now(),
        trouble=trouble,
    )


def test_orders_are_read_piece_by_piece_and_those_that_wait_apart(small: Shop) -> None:
    number, other = allowed(), allowed(code="amazon-uk")
    with transaction() as session:
        for n in range(120):
            session.add(_sold(number, n, trouble="There is no listing of X1." if n in {7, 9} else ""))
        session.add(_sold(other, 999, trouble="There is no listing of X1."))
    with reading() as session:
        first = queries.sold(session, number, "", is_backwards=False)
        assert [one.ref for one in first[:2]] == ["305-119", "305-118"]
        assert len(first) == queries.SIZE + 1
        after = queries.sold(session, number, first[49].key, is_backwards=False)
        assert after[0].ref == "305-69"
        back = queries.sold(session, number, after[0].key, is_backwards=True)
        assert [one.ref for one in back[:2]] == ["305-70", "305-71"]
        assert queries.sold(session, number, "no-key", is_backwards=False)[0].ref == "305-119"
        assert [one.ref for one in queries.waiting(session, number)] == ["305-7", "305-9"]
        assert [one.number for one in first] == [None] * len(first)
