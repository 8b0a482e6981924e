"""Sign-ins in the words of a page."""

from dataclasses import dataclass

from flask_babel import gettext as _

from oms.signins.models import SignIn
from oms.signins.states import ANSWERS, REASONS, WAYS, Reason
from oms.web.filters import moment
from oms.web.regions import countries


@dataclass(frozen=True, slots=True)
class Entry:
    """One sign-in in words: when, how, with which browser, from where, why it is unusual, what was said."""

    when: str
    how: str
    device: str
    country: str
    reasons: tuple[str, ...]
    outcome: str


def entry(row: SignIn) -> Entry:
    """Return a sign-in in words."""
    said = ANSWERS[row.answer]
    stopped = _("It was not finished: the next proof never came.")
    return Entry(
        when=moment(row.at),
        how=_(WAYS[row.how]),
        device=row.agent,
        country=countries([row.country]) if row.country else _("a place without a country"),
        reasons=reasons(row),
        outcome=_(said) if said else "" if row.finished_at else stopped,
    )


def reasons(row: SignIn) -> tuple[str, ...]:
    """Return why a sign-in is unusual, in sentences; nothing for a usual one."""
    return tuple(_(REASONS[Reason(reason)]) for reason in row.reasons)
