"""The form of one checkout: made of the fields that this cart, country and carrier need, and of no other."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import phonenumbers
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, HiddenField, RadioField, SelectField, StringField, TelField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from oms.orders.personal import OrderContact, OrderDelivery
from oms.orders.placing.necessity import Fault, Needs, faults
from oms.web import asked
from oms.web.fields import MailboxField
from oms.web.forms import Form

_LONGEST = 100
# Every name that the form of some order has beside those of all; which of them an order needs, its form says.
ADDRESS = ("country", "name", "street", "city", "region", "postcode", "phone")
ORDERING = ("method", "waiver")
_COMPLETES = {
    "name": "name",
    "street": "street-address",
    "city": "address-level2",
    "region": "address-level1",
    "postcode": "postal-code",
}


class CheckoutForm(Form):
    """What every checkout has: a mailbox, a country for the tax, and the form's own keys."""

    asks = "checkout"
    also = frozenset({"step"})
    placement_key = HiddenField(validators=[Length(16, 64)])
    shown = HiddenField(validators=[Length(max=64)])
    asked = HiddenField(validators=[Length(max=200)])
    email = MailboxField(_l("E-mail"))
    needs: Needs
    parts: tuple[str, ...]
    # The country of an order cannot be corrected: price and tax hang on it.
    fixed_country = ""
    # What became of a payment that was tried; empty before.
    trouble = ""

    @property
    def to_country(self) -> str:
        """Return the country that the address is in."""
        return self.fixed_country or str(self["country"].data)

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms
        """Check every field, then the address as a whole by its country's own rules."""
        is_good = super().validate(extra_validators)
        self.form_errors = list(self.refused)
        if not self.needs.has_address:
            return is_good
        given = {part: str(self[part].data or "") for part in self.parts}
        found, clean = faults(self.to_country, given)
        for fault in found:
            field = self[fault.part]
            if not field.errors:
                field.errors = [fault_words(field, fault)]
                is_good = False
        if is_good:
            for part, value in clean.items():
                self[part].data = value
        return is_good

    def contact(self) -> OrderContact:
        """Return the mailbox."""
        return OrderContact(email=str(self.email.data))

    def waives(self) -> bool:
        """Say whether downloads begin at once, and the right to withdraw from them ends with that."""
        return bool("waiver" in self and self["waiver"].data)

    def delivery(self) -> OrderDelivery | None:
        """Return where the parcel goes; None where nothing is sent to a door."""
        if not self.needs.has_address:
            return None
        given = {part: str(self[part].data or "") for part in self.parts}
        phone = str(self["phone"].data) if self.needs.phone else ""
        return OrderDelivery(country=self.to_country, phone=phone, **given)


def fault_words(field: Field, fault: Fault) -> str:
    """Return what to do about a part of an address."""
    if fault.what == "required":
        return str(_("Type this too: %(name)s.", name=field.label.text))
    if fault.example:
        return str(
            _("This does not look right. It is written like %(example)s there.", example=fault.example)
        )
    return str(_("This does not fit the country. Choose or type it again."))


def form_class(
    needs: Needs, countries: list[tuple[str, str]], methods: list[tuple[str, str]], *, may_waive: bool = False
) -> type[CheckoutForm]:
    """Return the form of this order: fields in the order in which its country writes an address.

    `may_waive` asks, never ticked before, whether a download begins at once (Directive 2011/83/EU, 16 m).
    """
    facts = needs.facts | ({"ways"} if methods else set()) | ({"download"} if may_waive else set())
    makers: dict[str, Callable[[], Any]] = {
        "country": partial(_country_field, countries),
        **{part: partial(_part, part, needs) for part in needs.parts},
        "method": partial(_method_field, methods),
        "phone": _phone_field,
        "waiver": _waiver_field,
    }
    return _made("Checkout", makers, {"facts": frozenset(facts), "needs": needs, "parts": needs.parts})


def correction_class(needs: Needs, country: str) -> type[CheckoutForm]:
    """Return the form that corrects an order: its mailbox, and its address while that can still change."""
    makers: dict[str, Callable[[], Any]] = {part: partial(_part, part, needs) for part in needs.parts}
    makers["phone"] = _phone_field
    told = {"asks": "correction", "facts": needs.facts, "fixed_country": country}
    return _made("Correction", makers, {**told, "needs": needs, "parts": needs.parts})


def _made(name: str, makers: dict[str, Callable[[], Any]], told: dict[str, Any]) -> type[CheckoutForm]:
    """Return a form with those of the fields that its rows in `oms.web.asked` have under these facts."""
    rows = asked.fields(told.get("asks", CheckoutForm.asks), told["facts"])
    return type(name, (CheckoutForm,), {**{f: make() for f, make in makers.items() if f in rows}, **told})


def _country_field(countries: list[tuple[str, str]]) -> SelectField:
    shown = {"autocomplete": "country", "data-refresh": ""}
    return SelectField(_l("Country"), choices=_offered(countries), render_kw=shown)


def _method_field(methods: list[tuple[str, str]]) -> RadioField:
    needed = InputRequired(_l("Choose how it should travel."))
    return RadioField(_l("Delivery"), choices=_offered(methods), validators=[needed])


def _waiver_field() -> BooleanField:
    return BooleanField(
        _l("Begin the download at once. I know that I then lose my right to withdraw from it.")
    )


def _offered(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in pairs]


def _phone_field() -> TelField:
    return TelField(
        _l("Phone"),
        [InputRequired(_l("This carrier calls before it delivers: type a phone number.")), _phone],
        render_kw={"autocomplete": "tel", "maxlength": 32},
    )


def _part(part: str, needs: Needs) -> Field:
    missing = (
        _l("Type this too, or the parcel cannot arrive.") if needs.has_address else _l("Choose this too.")
    )
    rules: list[Any] = [
        InputRequired(missing),
        Length(max=_LONGEST, message=_l("This is longer than a label takes: 100 letters.")),
    ]
    shown = {"autocomplete": _COMPLETES[part], "maxlength": _LONGEST}
    if part == "region" and needs.regions:
        choices = _offered([("", _l("Choose")), *needs.regions])
        return SelectField(
            part_label(part, needs),
            choices=choices,
            validators=rules[:-1],
            render_kw={"autocomplete": "address-level1", "data-refresh": ""},
        )
    return StringField(part_label(part, needs), rules, render_kw=shown)


def part_label(part: str, needs: Needs) -> str:
    """Return what a part of an address is called in its country."""
    word = needs.words.get(part, "")
    labels: dict[tuple[str, str], str] = {
        ("name", ""): _("Name on the parcel"),
        ("street", ""): _("Street and number"),
        ("city", ""): _("City"),
        ("city", "post_town"): _("Town"),
        ("city", "district"): _("District"),
        ("region", ""): _("Region"),
        ("region", "state"): _("State"),
        ("region", "province"): _("Province"),
        ("region", "prefecture"): _("Prefecture"),
        ("region", "county"): _("County"),
        ("region", "island"): _("Island"),
        ("postcode", ""): _("Postcode"),
        ("postcode", "zip"): _("ZIP code"),
        ("postcode", "eircode"): _("Eircode"),
        ("postcode", "pin"): _("PIN code"),
    }
    return labels.get((part, word)) or labels[part, ""]


def _phone(form: CheckoutForm, field: Field) -> None:
    try:
        read = phonenumbers.parse(str(field.data or ""), form.to_country)
    except phonenumbers.NumberParseException as error:
        raise ValidationError(_l("This is not a phone number. Write it with its area code.")) from error
    if not phonenumbers.is_valid_number(read):
        raise ValidationError(_l("This number does not exist there. Look for a missing digit."))
    field.data = phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164)
