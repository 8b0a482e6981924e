"""Stating what a unit costs."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from oms.finance.costs.actions import Statement
from oms.kernel.money import Money
from oms.privacy.clocks import calendar
from oms.web.forms import Form


class CostForm(Form):
    """One cost of one SKU."""

    cost = StringField(
        _l("What one unit costs you, without tax"),
        [InputRequired(_l("Type an amount, such as 12.50.")), Length(max=20)],
        render_kw={"inputmode": "decimal"},
    )
    currency = SelectField(_l("Currency"))
    since = DateField(_l("For orders from this day on"), [InputRequired(_l("Give the day."))])

    def to_request(self, variant_id: int) -> Statement:
        """Return what an action takes. Raises BadInputError for what is no amount."""
        cost = Money.parse(self.cost.data or "", str(self.currency.data))
        return Statement(variant_id, cost, self.since.data)


def cost_form(currencies: Sequence[str]) -> CostForm:
    """Return the form with the currencies that the shop sells in; it proposes today."""
    form = CostForm()
    form.currency.choices = [SelectChoice(one, one) for one in currencies]
    if form.since.data is None and not form.since.raw_data:
        form.since.data = calendar.today()
    return form
