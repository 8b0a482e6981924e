"""What the person at this browser may see: what they proved lately, and what is their account's."""

from oms.buyers import queries
from oms.buyers.queries import Account
from oms.kernel.db import reading
from oms.orders import queries as orders
from oms.web import proofs
from oms.web.security import actor, person, signed_in


def buyer_id() -> int:
    """Return the number of the account that is signed in; 0 for anybody else."""
    found = person()
    return int(found.ref.partition(":")[2]) if found else 0


def account() -> Account:
    """Return the account that is signed in, opened for its owner; raises SignInNeededError."""
    signed_in()
    with reading() as database:
        return queries.account(database, buyer_id(), by=actor())


def units(*sorts: str) -> list[str]:
    """Return the retention units, of sorts such as `order`, that this browser may see.

    They are the account's that is signed in, or were given its mailbox, or one proven within half an hour.
    """
    found = dict.fromkeys(unit for sort in sorts for unit in proofs.proven(sort))
    if buyer_id():
        mailbox = account().email
        with reading() as database:
            found.update(dict.fromkeys(queries.units_of_mailbox(database, mailbox, *sorts)))
            if "order" in sorts:
                found.update(dict.fromkeys(orders.units_of_buyer(database, buyer_id())))
    return list(found)


def is_mine(unit: str) -> bool:
    """Say whether the person at this browser may see a unit such as `order:7KQ2-M4XD-9B`."""
    return proofs.is_proven(unit) or (buyer_id() > 0 and unit in units(unit.partition(":")[0]))


def is_fresh() -> bool:
    """Say whether whoever is signed in proved it within half an hour, as changes of identity need."""
    return buyer_id() > 0 and proofs.is_proven(f"account:{buyer_id()}")
