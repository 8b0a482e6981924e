"""What the order pages may send."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired, Length, ValidationError

from oms.kernel import ids
from oms.web.fields import MailboxField
from oms.web.forms import Form


class FindForm(Form):
    """The number of an order and the mailbox it was ordered with."""

    asks = "find"
    number = StringField(
        _l("Order number"),
        [InputRequired(_l("Type the number from your confirmation.")), Length(max=40)],
        render_kw={"autocomplete": "off", "spellcheck": "false", "maxlength": 40},
    )
    email = MailboxField(_l("E-mail"))

    def validate_number(self, field: StringField) -> None:
        """Read the number however it was typed; refuse what cannot be one."""
        read = ids.read_order_number(str(field.data or ""))
        if not read:
            raise ValidationError(_l("An order number has ten letters and digits, such as 7KQ2-M4XD-9B."))
        field.data = read


class WithdrawalForm(FindForm):
    """The statement that somebody withdraws: name, contract, where the acknowledgment goes, and nothing else.

    The contract is asked of whoever comes without a proof: `facts` say that it is unknown.
    """

    asks = "withdrawal"
    also = frozenset({"step"})

    name = StringField(
        _l("Your name"),
        [InputRequired(_l("Type your name.")), Length(max=120)],
        render_kw={"autocomplete": "name", "maxlength": 120},
    )


class OwnWithdrawalForm(WithdrawalForm):
    """The same for who has proved the order, which is then known."""

    email = MailboxField(_l("E-mail for the acknowledgment"))
