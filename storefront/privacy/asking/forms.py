"""Asking in words, and the one fact of an order that proves more than a mailbox."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from oms.privacy.asking.actions import Asked
from oms.privacy.asking.grounds import BECAUSE
from oms.privacy.asking.reading import MOST_WORDS
from oms.privacy.parcels.actions import claimed
from oms.privacy.parcels.personal import ParcelClaim
from oms.privacy.states import Because, RequestKind, Source
from oms.web.fields import WARNING, MailboxField, choice_field, label_fields, no_card_number
from oms.web.forms import Form

KIND_NAMES = {
    RequestKind.ACCESS: _l("See what you know about me"),
    RequestKind.COPY: _l("Take a copy of my data"),
    RequestKind.CORRECTION: _l("Correct my data"),
    RequestKind.ERASURE: _l("Delete my data"),
    RequestKind.RESTRICTION: _l("Restrict what you do with my data"),
    RequestKind.OBJECTION: _l("Object to what you do with my data"),
    RequestKind.MINOR: _l("I am a child: lock my data"),
    RequestKind.GUARDIAN: _l("My child gave you data"),
    RequestKind.OTHER: _l("Something else about my data"),
}


class AskForm(Form):
    """Where the answer goes, what somebody asks for, and their words if they like."""

    asks = "ask"
    email = MailboxField(_l("E-mail"))
    kind = SelectField(
        _l("What do you ask for?"), choices=[SelectChoice(k.value, name) for k, name in KIND_NAMES.items()]
    )
    because = choice_field(_l("Why, if you ask to delete"), BECAUSE)
    words = TextAreaField(
        _l("Your words"),
        [Optional(), Length(max=MOST_WORDS, message=_l("Take at most 2,000 characters.")), no_card_number],
        render_kw={"rows": 4, "maxlength": MOST_WORDS},
        description=WARNING,
    )
    order_number, postcode, parcel_name = label_fields()

    def claim(self) -> ParcelClaim | None:
        """Return the claim on a parcel of somebody else, where one was typed. Raises BadInputError."""
        typed = [str(one.data or "") for one in (self.order_number, self.postcode, self.parcel_name)]
        return claimed(RequestKind(str(self.kind.data)), *typed)

    def to_request(self, market: str, language: str) -> Asked:
        """Return what an action takes."""
        return Asked(
            str(self.email.data),
            RequestKind(str(self.kind.data)),
            Source.FORM,
            self.words.data or "",
            market,
            language,
            Because(self.because.data) if self.because.data else None,
        )


class FactForm(Form):
    """What whoever got the parcel knows."""

    asks = "fact"
    postcode = StringField(
        _l("Postcode of one of your deliveries"),
        [Optional(), Length(max=100, message=_l("This is longer than any postcode."))],
        render_kw={"autocomplete": "postal-code", "spellcheck": "false"},
    )
