"""What staff decide about a marketplace: what an account may be used for, and what is offered there."""

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from oms.catalog.queries import MarketFacts
from oms.channels.actions import Allowing, Offering
from oms.channels.models import Connection
from oms.channels.states import Channel, Scope
from oms.kernel import clock
from oms.kernel.i18n import NAMES
from oms.web.fields import TickField
from oms.web.forms import Form

_LONGEST = 100
# So long is proposed; at most a year is taken.
_PROPOSED = timedelta(days=180)
SCOPES = {
    Scope.ORDERS: _l("Take its orders"),
    Scope.ADDRESSES: _l("Fetch addresses, each for its own parcel"),
    Scope.STOCK: _l("Tell how many units there are"),
    Scope.SHIPMENTS: _l("Tell of shipments with their tracking numbers"),
}
# Reasons are chosen, never typed: words about a person would stay.
_REASONS = (
    "We sell there no more",
    "Another account takes its place",
    "Its keys may be known to others",
    "It is not clear what happens there",
)
_OUR_SKU = [InputRequired(_l("Type a SKU of ours.")), Length(max=_LONGEST)]
_THEIRS = [Length(max=_LONGEST, message=_l("This is longer than any SKU there."))]


class AllowForm(Form):
    """What an account may be used for, where its orders belong, until when."""

    scopes = TickField(_l("It may be used to"))
    place = SelectField(_l("Its orders belong to"))
    until = DateField(_l("Until"), [InputRequired(_l("Give the day."))])

    def to_request(self, code: str, channel: Channel) -> Allowing:
        """Return what an action takes. Raises BadInputError."""
        market, _, language = str(self.place.data).partition("/")
        scopes = frozenset(Scope(one) for one in self.scopes.data or ())
        return Allowing(code, channel, market, language, scopes, self.until.data)


class RevokeForm(Form):
    """Why an account is used no more."""

    reason = SelectField(_l("Why"), choices=[SelectChoice(reason, _l(reason)) for reason in _REASONS])


class ListingForm(Form):
    """A SKU to be offered, and what it is called there."""

    sku = StringField(_l("Our SKU"), _OUR_SKU)
    their_sku = StringField(_l("SKU there"), _THEIRS)
    ref = StringField(_l("Id there"), _THEIRS)

    def to_request(self) -> Offering:
        """Return what an action takes."""
        return Offering(str(self.sku.data), self.their_sku.data or "", self.ref.data or "")


class ListingsForm(Form):
    """A file of listings."""

    file = FileField(
        _l("File (CSV with sku, their_sku, ref)"),
        [FileRequired(_l("Choose the file first."))],
        render_kw={"accept": ".csv,text/csv"},
    )

    @property
    def content(self) -> bytes:
        """Return the bytes of the file."""
        read: bytes = self.file.data.read()
        return read


def allow_form(known: Sequence[MarketFacts], found: Connection | None, *, is_sent: bool = False) -> AllowForm:
    """Return the form with the places of the shop: as it was sent, or as it is allowed now."""
    form = AllowForm() if is_sent else AllowForm(formdata=None)
    form.scopes.choices = [SelectChoice(scope.value, words) for scope, words in SCOPES.items()]
    form.place.choices = [
        SelectChoice(f"{market.code}/{language}", f"{market.name('en')}, {NAMES[language]}")
        for market in known
        for language in market.languages
    ]
    if not is_sent:
        form.scopes.data = list(found.scopes) if found else []
        form.place.data = f"{found.market_code}/{found.language}" if found else None
        form.until.data = clock.today() + _PROPOSED
    return form


def name_apart(form: Form, code: str) -> None:
    """Give the fields of a form ids of their own, where several forms of its kind stand on one page."""
    for field in form:
        field.id = f"{code}-{field.name}"
