"""How a SKU is bought, and what of it was ordered."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, IntegerField
from wtforms.validators import InputRequired, NumberRange, Optional

from oms.insights.actions import Rule
from oms.insights.models import ReplenishmentRule
from oms.insights.queries import Ordered
from oms.web.forms import Form

_MOST, _LONGEST = 1_000_000, 365
_DAYS = _l("Type a number of days from 1 to 365.")
_UNITS = _l("Type a number from 0 to 1,000,000.")


class RuleForm(Form):
    """How one SKU is bought; what stays empty is as for all others."""

    lead_days = IntegerField(_l("Days until goods come"), [Optional(), NumberRange(1, _LONGEST, _DAYS)])
    review_days = IntegerField(_l("Days between two orders"), [Optional(), NumberRange(1, _LONGEST, _DAYS)])
    pack = IntegerField(
        _l("Units in a pack"), [Optional(), NumberRange(1, _MOST, _l("Type a number from 1 to 1,000,000."))]
    )
    reorder_at = IntegerField(_l("Order when so many are left"), [Optional(), NumberRange(0, _MOST, _UNITS)])
    is_watched = BooleanField(_l("Say when it runs low"))

    def to_rule(self) -> Rule:
        """Return how it shall be bought."""
        return Rule(
            self.lead_days.data,
            self.review_days.data,
            self.pack.data,
            self.reorder_at.data,
            bool(self.is_watched.data),
        )


class OrderedForm(Form):
    """How many are on their way, and until when."""

    units = IntegerField(
        _l("Units on their way"), [InputRequired(_l("Type a number.")), NumberRange(0, _MOST, _UNITS)]
    )
    expected_on = DateField(_l("Here by"), [Optional()])


def rule_form(found: ReplenishmentRule | None) -> RuleForm:
    """Return the form with what is known."""
    given = ("lead_days", "review_days", "pack", "reorder_at", "is_watched")
    known = {name: getattr(found, name) for name in given} if found else {"is_watched": True}
    return RuleForm(formdata=None, data=known)


def ordered_form(found: Ordered | None) -> OrderedForm:
    """Return the form with what is still to come: sent as it is, nothing that came counts a second time."""
    known = {"units": found.left, "expected_on": found.expected_on} if found and found.left else {}
    return OrderedForm(formdata=None, data=known)
