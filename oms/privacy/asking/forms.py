"""What staff type about a request: one that came by letter or phone, and a refusal with its ground."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from oms.privacy.asking import queries
from oms.privacy.asking.actions import Asked, Denial
from oms.privacy.asking.grounds import BECAUSE, REASONS
from oms.privacy.asking.reading import MOST_WORDS
from oms.privacy.parcels.actions import claimed
from oms.privacy.parcels.personal import ParcelClaim
from oms.privacy.states import Because, Ground, RequestKind, Source
from oms.web.fields import WARNING, MailboxField, choice_field, label_fields, no_card_number
from oms.web.forms import Form

_LONG = Length(max=300, message=_l("Take at most 300 characters."))


class EntryForm(Form):
    """A request that came by phone or letter: the mailbox to prove it with, and what for."""

    email = MailboxField(_l("E-mail of who asks"), render_kw={"autocomplete": "off"})
    kind = SelectField(_l("Asks for"), choices=[SelectChoice(k.value, k.value) for k in RequestKind])
    words = TextAreaField(
        _l("Their words"),
        [Optional(), Length(max=MOST_WORDS, message=_l("Take at most 2,000 characters.")), no_card_number],
        description=WARNING,
    )
    because = choice_field(_l("Why, if it is a deletion"), BECAUSE)
    order_number, postcode, parcel_name = label_fields()

    def claim(self) -> ParcelClaim | None:
        """Return the claim on a parcel of somebody else, where one was typed. Raises BadInputError."""
        typed = [str(one.data or "") for one in (self.order_number, self.postcode, self.parcel_name)]
        return claimed(RequestKind(str(self.kind.data)), *typed)

    def to_request(self) -> Asked:
        """Return what an action takes."""
        kind = RequestKind(str(self.kind.data))
        because = Because(self.because.data) if self.because.data else None
        return Asked(str(self.email.data), kind, Source.HAND, self.words.data or "", because=because)


class DenialForm(Form):
    """The ground, what shows it, and single fields where only those are kept back."""

    ground = SelectField(
        _l("Ground"), choices=[SelectChoice(g.value, _l(r.words)) for g, r in REASONS.items()]
    )
    evidence = TextAreaField(
        _l("What shows it"),
        [InputRequired(_l("Say what shows it.")), _LONG, no_card_number],
        description=WARNING,
    )
    fields = SelectMultipleField(_l("Only these fields of a copy"), [Optional()], choices=queries.fields)

    def to_request(self) -> Denial:
        """Return what an action takes."""
        return Denial(Ground(str(self.ground.data)), str(self.evidence.data), tuple(self.fields.data or ()))
