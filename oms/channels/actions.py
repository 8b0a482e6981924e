"""What staff decide about marketplaces: what an account may be used for, which goods are offered there."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from oms.catalog import queries as catalog
from oms.catalog.exchange.reading import read
from oms.channels import queries
from oms.channels.models import Connection, Listing
from oms.channels.queries import Known
from oms.channels.states import Channel, Scope
from oms.kernel import audit, clock
from oms.kernel.audit import SYSTEM, Actor
from oms.kernel.errors import BadInputError, ConflictError

# So long an authorization lasts at most; then somebody decides anew.
LONGEST = timedelta(days=365)
MOST_ROWS = 10_000
COLUMNS = ("sku", "their_sku", "ref")
_LONGEST_SKU = 100
# What a marketplace calls a listing where SKUs name nothing there, and how that is told to staff.
_REFS: dict[Channel, tuple[re.Pattern[str], str]] = {
    Channel.AMAZON: (re.compile(r""), "Amazon knows a listing by its SKU: leave its id empty."),
    Channel.SHOPIFY: (
        re.compile(r"[0-9]{1,20}"),
        "Give the id of the inventory item at Shopify: digits alone.",
    ),
    Channel.TIKTOK: (
        re.compile(r"[0-9]{1,30}:[0-9]{1,30}"),
        "Give the ids of product and SKU at TikTok Shop, such as 1729:1730.",
    ),
}


@dataclass(frozen=True, slots=True)
class Allowing:
    """What an account at a marketplace may be used for, in which market and language, and until which day.

    Raises BadInputError for nothing at all, and for a day that has passed or lies more than a year ahead.
    """

    code: str
    channel: Channel
    market_code: str
    language: str
    scopes: frozenset[Scope]
    until: date

    def __post_init__(self) -> None:
        """Refuse what allows nothing, or without an end."""
        if not self.scopes:
            raise BadInputError("Choose at least one thing that it may be used for.", field="scopes")
        today = clock.today()
        if not today <= self.until <= today + LONGEST:
            raise BadInputError("Give a day from today on, within a year.", field="until")


@dataclass(frozen=True, slots=True)
class Offering:
    """A SKU of ours to be offered at a marketplace: what it is called there, and its id where that counts."""

    sku: str
    their_sku: str = ""
    ref: str = ""

    @property
    def their_name(self) -> str:
        """Return its SKU there, which is ours unless it is given."""
        return self.their_sku or self.sku


def allow(session: Session, asked: Allowing, *, by: Actor) -> Connection:
    """Let an account be used, or let it be used anew; orders from before the first time are never asked for.

    Raises BadInputError for a market or language that the shop does not have, ConflictError where the code
    was one of another marketplace.
    """
    market = next((one for one in catalog.markets(session) if one.code == asked.market_code), None)
    if market is None:
        raise BadInputError("Choose a market of the shop.", field="market_code")
    if asked.language not in market.languages:
        raise BadInputError("Choose a language of this market.", field="language")
    found = queries.locked_by_code(session, asked.code)
    if found is None:
        now = clock.now()
        found = Connection(code=asked.code, channel=asked.channel, since=now, asked_to=now)
        session.add(found)
    elif found.channel is not asked.channel:
        raise ConflictError("Under this code another marketplace sold. Give the account a code of its own.")
    found.market_code, found.language = asked.market_code, asked.language
    found.scopes, found.until = [scope.value for scope in Scope if scope in asked.scopes], asked.until
    found.granted_by, found.granted_at = by.id, clock.now()
    found.revoked_at, found.revoked_why, found.trouble = None, "", ""
    session.flush()
    told = f"{', '.join(found.scopes)} until {found.until.isoformat()}"
    audit.record(session, by, "channel.allow", f"channel:{found.id}", reason=told)
    return found


def revoke(session: Session, connection_id: int, why: str, *, by: Actor) -> Connection:
    """Ask and tell nothing there from now on; again, nothing changes. Raises NotFoundError."""
    found = queries.locked(session, connection_id)
    if found.revoked_at is None:
        found.revoked_at, found.revoked_why = clock.now(), why
        audit.record(session, by, "channel.revoke", f"channel:{found.id}", reason=why)
    return found


def note_revoked(session: Session, connection_id: int, why: str) -> Connection:
    """Note that the marketplace itself lets us do nothing there any more. Raises NotFoundError."""
    return revoke(session, connection_id, why, by=SYSTEM)


def offer(session: Session, connection_id: int, asked: Offering, *, by: Actor) -> Listing:
    """Offer a variant at a marketplace, or offer it anew; how many units there are is told soon after.

    Raises NotFoundError, or BadInputError for a SKU that there is not, that is not sent, that is called
    something else there, or for an id that cannot be one.
    """
    found = _put(session, queries.known(session, connection_id, [asked.sku], [asked.their_name]), asked)
    session.flush()
    audit.record(session, by, "channel.offer", f"listing:{found.id}")
    return found


def _put(session: Session, known: Known, asked: Offering) -> Listing:
    _check(known.connection.channel, asked)
    variant, found = known.variants.get(asked.sku), known.listings.get(asked.their_name)
    if variant is None:
        raise BadInputError("There is no SKU %(sku)s.", field="sku", sku=repr(asked.sku[:60]))
    if not variant.requires_shipping:
        raise BadInputError(
            "Nothing of %(sku)s is sent, so it is not sold there.", field="sku", sku=asked.sku
        )
    if found is None:
        found = Listing(connection_id=known.connection.id, sku=asked.their_name)
        session.add(found)
    elif found.is_offered and found.variant_id != variant.id:
        raise BadInputError(
            "%(sku)s is another SKU of ours there. Withdraw that one first.",
            field="their_sku",
            sku=asked.their_name,
        )
    found.variant_id, found.ref, found.is_offered = variant.id, asked.ref, True
    found.told, found.told_at, found.trouble = None, None, ""
    return found


def _check(channel: Channel, asked: Offering) -> None:
    if len(asked.their_name) > _LONGEST_SKU:
        raise BadInputError("This is longer than any SKU there.", field="their_sku")
    pattern, sentence = _REFS[channel]
    if not pattern.fullmatch(asked.ref):
        raise BadInputError(sentence, field="ref")


def withdraw(session: Session, listing_id: int, *, by: Actor) -> Listing:
    """Offer a listing no more; that none is left is told soon after. Raises NotFoundError."""
    found = queries.locked_listing(session, listing_id)
    if found.is_offered:
        found.is_offered = False
        audit.record(session, by, "channel.withdraw", f"listing:{found.id}")
    return found


def offer_file(session: Session, connection_id: int, content: bytes, *, by: Actor) -> int:
    """Offer every row of a CSV file with the columns sku, their_sku and ref; return how many.

    Raises BadInputError that names the first row which cannot be used: then the caller keeps none of it.
    """
    table = read(content, _expect)
    for problem in table.problems:
        raise BadInputError(f"Row {problem.row}: {problem.message}", field="file")
    if len(table.rows) > MOST_ROWS:
        raise BadInputError(f"Take at most {MOST_ROWS} rows at once.", field="file")
    asked = [(row.number, Offering(*(row.get(name) for name in COLUMNS))) for row in table.rows]
    names = {one.sku for _number, one in asked}, {one.their_name for _number, one in asked}
    known, put = queries.known(session, connection_id, *names), dict[str, int]()
    made = []
    for number, one in asked:
        try:
            _check_new(one.their_name, put)
            made.append(_put(session, known, one))
        except BadInputError as error:
            raise BadInputError(f"Row {number}: {error.message}", field="file") from None
        put[one.their_name] = number
    session.flush()
    audit.record_each(session, by, "channel.offer", {f"listing:{one.id}": None for one in made})
    return len(made)


def _check_new(name: str, put: Mapping[str, int]) -> None:
    if name in put:
        raise BadInputError(f"{name[:60]!r} is in row {put[name]} already.")


def _expect(columns: Sequence[str]) -> None:
    if not set(COLUMNS) <= set(columns):
        raise BadInputError(f"The columns are {', '.join(COLUMNS)}.", field="file")
