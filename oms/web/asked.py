"""What the forms of the store ask for, as data: each field, when it is asked, and which function needs it.

A form asks for what its rows say and for nothing else (`oms.web.forms`): a field without a row is not there.
When it is asked hangs on facts of the cart, of the way of delivery, its carrier, the country and its tax:

    sent         goods go to a door; then every part of an address that the country's post needs is a fact too
    called       the carrier calls before it comes
    tax-region   nothing is sent, and the tax is that of a state and not of the country
    ways         there is a way of delivery to choose
    download     there is a download that could be withdrawn from
    unknown      nobody has proved yet whose order it is

`needed` is what a person has to give: without it the named function does not work. `free` may stay empty.
`choice` says what somebody wants and nothing about them. `page` is the page's own. A test takes each needed
field away, runs the function, and sees it fail; another reads every form of the store and wants these rows.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache


class Sort(StrEnum):
    """What a field is for its form."""

    NEEDED = "needed"
    FREE = "free"
    CHOICE = "choice"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Ask:
    """One field of one form; `function` as module:name, empty where nothing is needed of a person."""

    form: str
    field: str
    sort: Sort
    function: str = ""
    when: frozenset[str] = frozenset()


_ROWS = """
checkout       email          needed  oms.notifications.gateway:send
checkout       country        needed  oms.pricing.queries:quote
checkout       region         needed  oms.pricing.queries:rates              tax-region
checkout       name           needed  oms.shipping.gateway:buy               sent name
checkout       street         needed  oms.shipping.gateway:buy               sent street
checkout       city           needed  oms.orders.placing.necessity:faults    sent city
checkout       region         needed  oms.orders.placing.necessity:faults    sent region
checkout       postcode       needed  oms.orders.placing.necessity:faults    sent postcode
checkout       phone          needed  oms.shipping.gateway:buy               sent called
checkout       method         choice  -                                      ways
checkout       waiver         choice  -                                      download
checkout       placement_key  page
checkout       shown          page
checkout       asked          page
correction     email          needed  oms.notifications.gateway:send
correction     name           needed  oms.shipping.gateway:buy               sent name
correction     street         needed  oms.shipping.gateway:buy               sent street
correction     city           needed  oms.orders.placing.necessity:faults    sent city
correction     region         needed  oms.orders.placing.necessity:faults    sent region
correction     postcode       needed  oms.orders.placing.necessity:faults    sent postcode
correction     phone          needed  oms.shipping.gateway:buy               sent called
estimate       country        needed  oms.pricing.queries:quote
estimate       postcode       free
basket         sku            choice
basket         quantity       choice
line           quantity       choice
mailbox        email          needed  oms.notifications.gateway:send
password-in    email          needed  oms.buyers.queries:password_of
password-in    password       needed  oms.web.credentials:is_password
code           code           needed  oms.buyers.actions:prove
both-codes     old            needed  oms.buyers.actions:prove_both
both-codes     new            needed  oms.buyers.actions:prove_both
password       password       needed  oms.web.credentials:check_strength
profile        nickname       free
profile        mobile         free
profile        country        free
find           number         needed  oms.orders.queries:by_number
find           email          needed  oms.notifications.gateway:send
locked-out     number         needed  oms.privacy.moving.queries:fitting
locked-out     postcode       needed  oms.privacy.moving.queries:fitting
locked-out     email          needed  oms.notifications.gateway:send
locked-out     amount         free
withdrawal     name           needed  oms.returns.actions:withdraw
withdrawal     number         needed  oms.returns.queries:order_by           unknown
withdrawal     email          needed  oms.notifications.gateway:send
ask            email          needed  oms.notifications.gateway:send
ask            kind           choice
ask            because        choice
ask            words          free
ask            order_number   free
ask            postcode       free
ask            parcel_name    free
fact           postcode       free
bring          file           needed  oms.privacy.arrivals.queries:read
dispute        what           choice
dispute        ground         choice
guardian       email          free
answer         answer         choice
erasure        way            choice
erasure        because        choice
stop           purpose        choice
stop           channel        choice
wish           purpose        choice
wish           channel        choice
wish           choice         choice
letter         letter         page
"""


@cache
def rows() -> tuple[Ask, ...]:
    """Return every field of every form of the store, in the order in which it is asked."""
    return tuple(_read(line.split()) for line in _ROWS.strip().splitlines())


def _read(parts: list[str]) -> Ask:
    form, field, sort, *more = parts
    function = more[0].strip("-") if more else ""
    return Ask(form, field, Sort(sort), function, frozenset(more[1:]))


@cache
def fields(form: str, facts: frozenset[str] = frozenset()) -> dict[str, Ask]:
    """Return the fields that a form asks for under these facts, by name and in order."""
    return {row.field: row for row in rows() if row.form == form and row.when <= facts}


@cache
def forms() -> frozenset[str]:
    """Return the names of all forms."""
    return frozenset(row.form for row in rows())
