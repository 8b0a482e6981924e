"""A copy is built beside the shop, as soon as it was asked for; a crash at any line builds it anew."""

from oms.kernel import jobs
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading
from oms.kernel.outbox import Message
from oms.orders import queries as orders
from oms.privacy.access.queries import Insight
from oms.privacy.copies import actions, writing
from oms.privacy.copies.models import Copy

_public_url: list[str] = [""]


def configure(settings: Settings) -> None:
    """Tell the copies the shop's own address, for that of their schema."""
    _public_url[0] = settings.public_url.rstrip("/")


@jobs.on("privacy.copy_asked", role=Role.WORKER)
def build_copy(message: Message) -> None:
    """Build a copy and seal its file."""
    actions.build(message.number("copy"), _write)


@jobs.on("order.mailbox_corrected", role=Role.WORKER)
def drop_copies(message: Message) -> None:
    """Drop the copies of an order whose mailbox was replaced: their link lies in the former one."""
    with reading() as session:
        unit = orders.get(session, message.number("order")).unit
    actions.drop(unit)


@jobs.on("account.mailbox_changed", role=Role.WORKER)
def drop_copies_of_account(message: Message) -> None:
    """Drop the copies of an account whose mailbox was replaced."""
    actions.drop(f"account:{message.number('buyer')}")


def _write(found: Insight, row: Copy) -> bytes:
    return writing.written(found, row, f"{_public_url[0]}/your-data/schema.json")
