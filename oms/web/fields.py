"""Form fields that the store and the desk share: a mailbox as it is typed, and codes to type."""

import re
from collections.abc import Mapping
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask import current_app
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, Field, Form, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice, SelectMultipleField
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput

from oms.kernel.errors import BadInputError
from oms.web import credentials
from oms.web.errors import said

LONGEST_MAILBOX = 254
# What stands beside each box for words about a person, where its page says no more.
WARNING = _l("Nothing about health, no card numbers, nothing about others.")
_LONG_NUMBER = re.compile(r"\d(?:[ .\-]?\d){12,}")
_FEWEST, _MOST = 13, 19


class MailboxField(EmailField):  # type: ignore[misc]
    """An e-mail address, read with email-validator; `data` is its normalized form when it is valid."""

    def __init__(self, label: Any, *, is_needed: bool = True, **more: Any) -> None:  # noqa: ANN401 - WTForms
        shown = {"autocomplete": "email", "maxlength": LONGEST_MAILBOX, **more.pop("render_kw", {})}
        rules = [InputRequired(_l("Type your e-mail address.")) if is_needed else Optional(), _read]
        super().__init__(label, rules, render_kw=shown, **more)


def choice_field(label: str, listed: Mapping[Any, str]) -> SelectField:
    """Return a field for one of some words, by their sentences; it can be left as it is."""
    choices = [
        SelectChoice("", _l("Not said")),
        *(SelectChoice(str(one), _l(told)) for one, told in listed.items()),
    ]
    return SelectField(label, [Optional()], choices=choices, default="")


def label_fields() -> tuple[StringField, StringField, StringField]:
    """Return fields for what a label says, each may stay empty: order number, postcode, name."""
    return (
        StringField(
            _l("Order number on the parcel"),
            [Optional(), Length(max=20, message=_l("This is longer than any order number."))],
        ),
        StringField(
            _l("Postcode on the parcel"),
            [Optional(), Length(max=100, message=_l("This is longer than any postcode."))],
        ),
        StringField(
            _l("Name on the parcel"),
            [Optional(), Length(max=100, message=_l("This is longer than any name."))],
        ),
    )


class TickField(SelectMultipleField):  # type: ignore[misc]
    """Several of some words, each with a box to tick."""

    option_widget = CheckboxInput()


def _read(_form: Form, field: Field) -> None:
    # The reserved ending .test names the demo's mailboxes (RFC 6761 section 6.2); no real shop has one.
    is_test = not current_app.extensions["settings"].is_production
    try:
        read = validate_email(field.data or "", check_deliverability=False, test_environment=is_test)
    except EmailNotValidError as error:
        raise ValidationError(_l("This is not an e-mail address. Look for a missing @ or dot.")) from error
    field.data = read.normalized


def no_card_number(_form: Form, field: Field) -> None:
    """Refuse a text with a number that a card could have (13 to 19 digits, ISO/IEC 7812-1's check digit)."""
    for found in _LONG_NUMBER.findall(field.data or ""):
        digits = [int(digit) for digit in found if digit.isdecimal()]
        if _FEWEST <= len(digits) <= _MOST and _is_luhn(digits):
            raise ValidationError(_l("This looks like the number of a card. Take it out: we never need it."))


def _is_luhn(digits: list[int]) -> bool:
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def code_field(label: Any) -> StringField:  # noqa: ANN401 - WTForms
    """Return a field for a one-time code; phones offer it from the mail or the app."""
    return StringField(
        label,
        [InputRequired(_l("Type the code.")), Length(max=40, message=_l("This is longer than any code."))],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"},
    )


def password_field(label: Any, *, is_new: bool) -> PasswordField:  # noqa: ANN401 - WTForms
    """Return a field for a password, which managers may fill and people may paste."""
    long = Length(max=credentials.LONGEST, message=_l("Take at most 256 characters."))
    return PasswordField(
        label,
        [InputRequired(_l("Type a password.")), long],
        render_kw={"autocomplete": "new-password" if is_new else "current-password"},
    )


def show_error(form: Form, error: BadInputError) -> None:
    """Put an error of an action beside the field that it names, or on top of the form."""
    told = said(error)
    if error.field in form:
        form[error.field].errors = [*form[error.field].errors, told]
    else:
        form.form_errors.append(told)
