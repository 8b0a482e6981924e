"""Where data lies, in the words of a page: provider, countries, and what lets data go there."""

from collections.abc import Iterable
from datetime import date

from babel import Locale
from flask_babel import gettext as _

from oms.kernel.places import EEA, HERE, Mechanism
from oms.web.filters import day, party
from oms.web.markets import place


def store_name(name: str) -> str:
    """Return what a store of this program is called on a page; for a recipient its own name."""
    words = {
        "database": _("The shop’s database"),
        "keyring": _("The keys to what you gave"),
        "queue": _("The queue of jobs, numbers only"),
        "files": _("Labels and copies, sealed"),
        "backups of the data": _("Backups of the data, sealed"),
        "backups of the keyring": _("Backups of the keys, at most 7 days"),
        "audit anchors": _("Proofs of the log, without names"),
        "tombstones": _("The list of what was deleted, numbers only"),
        "logs": _("Logs of the servers, without names"),
    }
    return words.get(name) or party(name)


def countries(codes: Iterable[str]) -> str:
    """Return the names of countries in the page's language."""
    names = Locale.parse(place().locale).territories
    return ", ".join(str(names.get(code, code)) for code in codes)


def mechanism_words(mechanism: str) -> str:
    """Return what lets data go to a country outside, as people say it."""
    words = {
        Mechanism.ADEQUACY: _("the European Commission found its protection adequate"),
        Mechanism.CLAUSES: _("under the standard contractual clauses of the European Commission"),
        Mechanism.CONTRACT: _("under the standard contract of the People’s Republic of China"),
        Mechanism.CONSENT: _("with your consent"),
    }
    return str(words.get(Mechanism(mechanism), ""))


def where_words(provider: str, codes: Iterable[str], mechanism: str, review: str) -> str:
    """Return where something is: provider and countries, and outside of the EEA why it may go there."""
    listed = list(codes)
    if not listed:
        return str(_("on our own machine")) if provider == HERE else str(_("not said yet"))
    parts = [f"{provider}, {countries(listed)}"]
    if any(code not in EEA for code in listed):
        parts.append(mechanism_words(mechanism) or str(_("nothing lets new data go there")))
        if review:
            parts.append(str(_("looked at again by %(day)s", day=day(date.fromisoformat(review)))))
    return "; ".join(parts)
