"""What staff decide about what somebody disputes."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from oms.privacy.states import Outcome, RequestKind
from oms.web.fields import WARNING, no_card_number
from oms.web.forms import Form


class DecisionForm(Form):
    """Corrected or kept, and why, in words that its person reads."""

    outcome = RadioField(
        _l("Decision"),
        [InputRequired(_l("Choose one."))],
        choices=[
            SelectChoice(Outcome.CORRECTED.value, _l("Corrected")),
            SelectChoice(Outcome.KEPT.value, _l("Kept as it is")),
        ],
    )
    why = TextAreaField(
        _l("Why; its person reads it"),
        [
            InputRequired(_l("Say why.")),
            Length(max=300, message=_l("Take at most 300 characters.")),
            no_card_number,
        ],
        description=WARNING,
    )


class ObjectionForm(DecisionForm):
    """Upheld or rejected, and why: which grounds of ours weigh more than theirs."""

    outcome = RadioField(
        _l("Decision"),
        [InputRequired(_l("Choose one."))],
        choices=[
            SelectChoice(Outcome.UPHELD.value, _l("Upheld: it stays stopped")),
            SelectChoice(Outcome.REJECTED.value, _l("Rejected: our grounds weigh more")),
        ],
    )


def decision_form(kind: RequestKind) -> type[DecisionForm]:
    """Return the form by which a request of a kind is decided."""
    return ObjectionForm if kind is RequestKind.OBJECTION else DecisionForm
