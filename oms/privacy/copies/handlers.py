"""A copy is built beside the shop, as soon as it was asked for; a crash at any line builds it anew."""

from oms.kernel import jobs
from oms.kernel.config import Settings
from oms.kernel.db import Role
from oms.kernel.outbox import Message
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


def _write(found: Insight, row: Copy) -> bytes:
    return writing.written(found, row, f"{_public_url[0]}/your-data/schema.json")
