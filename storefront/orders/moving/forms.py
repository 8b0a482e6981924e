"""What somebody types who has lost the mailbox of an order."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired, Length, Optional

from oms.privacy.moving.personal import MoveClaim
from oms.web.fields import MailboxField
from storefront.orders.forms import FindForm


class MoveForm(FindForm):
    """The order, what only its buyer knows of it, and the mailbox that it shall have."""

    asks = "locked-out"
    email = MailboxField(_l("New e-mail"))
    postcode = StringField(
        _l("Postcode it went to"),
        [
            InputRequired(_l("Type the postcode of the delivery.")),
            Length(max=100, message=_l("This is longer than any postcode.")),
        ],
        render_kw={"autocomplete": "postal-code", "spellcheck": "false", "maxlength": 100},
    )
    amount = StringField(
        _l("What you paid in all"),
        [Optional(), Length(max=20, message=_l("This is longer than any amount."))],
        render_kw={"autocomplete": "off", "inputmode": "decimal", "maxlength": 20},
    )

    def to_claim(self) -> MoveClaim:
        """Return what an action takes."""
        return MoveClaim(
            email=str(self.email.data),
            number=str(self.number.data),
            postcode=str(self.postcode.data),
            amount=self.amount.data or "",
        )
