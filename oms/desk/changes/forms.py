"""What staff type when they change an order: a reason from a short list, or how much goes back."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange

from oms.orders.refunding.actions import Wanted
from oms.orders.refunding.queries import Refundable
from oms.web.forms import Form

# Reasons are chosen, never typed: words about a person would outlive the order.
HOLD_REASONS = (
    "The address needs a look",
    "The buyer asked to wait",
    "The payment needs a look",
    "The goods need a look",
)
CANCEL_REASONS = (
    "The buyer asked for it",
    "The goods cannot be sent",
    "The address cannot be reached",
)
REFUND_REASONS = (
    "Goods came back",
    "Goods were damaged",
    "Goods were missing",
    "The buyer withdrew",
    "Goodwill",
)


def _choices(reasons: tuple[str, ...]) -> list[SelectChoice]:
    return [SelectChoice(reason, _l(reason)) for reason in reasons]


class HoldForm(Form):
    """Why an order must wait."""

    reason = SelectField(_l("Why"), choices=_choices(HOLD_REASONS))


class CancelForm(Form):
    """Why an order is cancelled; the buyer reads it."""

    reason = SelectField(_l("Why"), choices=_choices(CANCEL_REASONS))


class RefundForm(Form):
    """How much goes back: units by line, delivery or not, and why."""

    everything = BooleanField(_l("Everything that is left"))
    delivery = BooleanField(_l("Delivery too"))
    reason = SelectField(_l("Why"), choices=_choices(REFUND_REASONS))
    sure = HiddenField()

    def to_request(self, found: Refundable) -> Wanted:
        """Return what goes back; everything is every unit that is left, and delivery."""
        if self.everything.data:
            left = {s.order_line_id: s.units_left for s in found.shares if s.order_line_id and s.units_left}
            return Wanted(left, delivery=True, reason=str(self.reason.data))
        units = {s.order_line_id: self[name_of(s.order_line_id)].data or 0 for s in found.shares}
        return Wanted(
            {line: count for line, count in units.items() if line is not None and count},
            delivery=bool(self.delivery.data),
            reason=str(self.reason.data),
        )


def name_of(line_id: int | None) -> str:
    """Return the name of a line's field."""
    return f"line-{line_id}"


def refund_form(found: Refundable) -> RefundForm:
    """Return the form of an order: one count for each line, at most what is left of it."""
    counts = {
        name_of(share.order_line_id): IntegerField(
            default=0,
            validators=[
                InputRequired(_l("Type a number, 0 for none.")),
                NumberRange(0, share.units_left, _l("At most %(max)s.")),
            ],
        )
        for share in found.shares
    }
    made: RefundForm = type("RefundOfOrderForm", (RefundForm,), counts)()
    return made
