"""What a mail may say of whoever is in the vault: nothing that is not for the mail service."""

import re
from typing import Any

from sqlalchemy import Row, select

from oms.kernel.db import Role, reading
from oms.kernel.register import KINDS, Purpose, whole
from oms.kernel.vault import keyring
from oms.kernel.vault.errors import BrokenSealError
from oms.kernel.vault.models import SealedRow
from oms.kernel.vault.rows import record_in, value_in
from oms.notifications.personal import MAIL

# A shorter value, such as a country or a first name, is a part of any text.
_TELLING = 6
# Records; a test has some dozens, but for those in which a whole town lives.
_MOST = 1_000
# The shop's own copies of mails: what they hold is held against the rest.
_COPIES = frozenset({"order.letter", "account.letter"})
# The number of an order, which every mail about it says.
_NUMBER = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}")


def untellable() -> dict[str, str]:
    """Return the values of the vault that no mail may hold, and which field each is; of a town the newest."""
    told, kept = set[str](), dict[str, str]()
    with reading(Role.WEB) as session:
        newest = select(SealedRow.__table__).order_by(SealedRow.sealed_at.desc()).limit(_MOST)
        rows = session.execute(newest).all()
    try:
        keys = keyring.fetch((row.key_id for row in rows), Purpose.RIGHTS)
    except BrokenSealError:  # of a shop that runs beside the tests, with a master key of its own
        return {}
    for row in rows:
        if row.key_id not in keys or row.kind in _COPIES:
            continue
        try:
            values = _values(row, keys[row.key_id].secret)
        except BrokenSealError:  # what a test broke on purpose
            continue
        for name, value in values.items():
            if isinstance(value, str) and len(value) >= _TELLING:
                if name in MAIL.fields or _NUMBER.fullmatch(value):
                    told.add(value)
                else:
                    kept[value] = name
    return {value: name for value, name in kept.items() if value not in told}


def _values(row: Row[Any], secret: bytes) -> dict[str, object]:
    """Return what a row holds by field: a record's, or that of one field which stands apart."""
    kind = KINDS.get(whole(row.kind))
    if kind is None:
        return {}
    if kind.name != row.kind:
        return {row.kind.replace(":", "."): value_in(row, secret)}
    record = record_in(row, kind, secret)
    return {f"{kind.name}.{field.name}": getattr(record, field.name) for field in kind.fields}
