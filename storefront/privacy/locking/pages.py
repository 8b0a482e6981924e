"""What was decided about locks and objections, in words."""

from collections.abc import Sequence

from flask_babel import gettext as _

from oms.kernel.register import Field
from oms.privacy.access.queries import Known
from oms.privacy.locking.models import Restriction
from oms.privacy.states import LockGround, Outcome
from storefront.privacy.pages import unit_words


def choice(one: Known, field: Field, *, is_to_send: bool) -> str:
    """Return what can be locked, where it is, how much is locked with it, and whether a parcel waits."""
    words = {"what": _(field.label), "where": unit_words(one.unit)}
    if field.name in one.kind.spare():
        return str(_("%(what)s (%(where)s): alone", **words))
    if is_to_send:
        return str(_("%(what)s (%(where)s): with its record, and the parcel waits", **words))
    return str(_("%(what)s (%(where)s): with its record", **words))


def decided(found: Sequence[Restriction]) -> list[str]:
    """Return what was decided about locks and objections of whom no mail reached, and why."""
    words = {
        Outcome.CORRECTED: _("We looked at what you disputed. It was corrected, and is no longer locked."),
        Outcome.KEPT: _("We looked at what you disputed. It stays as it is, and is no longer locked."),
        Outcome.UPHELD: _("We looked at what you objected to. You are right: it stays stopped."),
        Outcome.REJECTED: _("We looked at what you objected to. We think our grounds weigh more."),
    }
    of_child = _("We had locked what we know about you, as you may be a child. That is over.")
    shown = []
    for one in found:
        if one.ground is LockGround.MINOR:
            shown.append(of_child)
        elif one.outcome in words:
            shown.append(f"{words[one.outcome]} {one.why}".strip())
    return shown
