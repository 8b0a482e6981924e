"""What buyers type about their account."""

import phonenumbers
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, ValidationError

from oms.buyers.personal import AccountProfile
from oms.web.fields import MailboxField, code_field, password_field
from oms.web.forms import Form


class MailboxForm(Form):
    """One mailbox, to which a code goes."""

    asks = "mailbox"
    email = MailboxField(_l("E-mail"))


class PasswordSignInForm(MailboxForm):
    """A mailbox and a password."""

    asks = "password-in"
    password = password_field(_l("Password"), is_new=False)


class CodeForm(Form):
    """The code from the mail."""

    asks = "code"
    code = code_field(_l("Code"))


class BothCodesForm(Form):
    """The codes that were sent to the former and to the next mailbox."""

    asks = "both-codes"
    old = code_field(_l("Code sent to the present address"))
    new = code_field(_l("Code sent to the new address"))


class PasswordForm(Form):
    """A password to have beside the codes."""

    asks = "password"
    password = password_field(_l("New password"), is_new=True)


class ProfileForm(Form):
    """What a buyer chose to add; every field may stay empty."""

    asks = "profile"
    nickname = StringField(_l("Nickname"), [Length(max=40)], render_kw={"autocomplete": "nickname"})
    mobile = StringField(
        _l("Mobile number"), [Length(max=30)], render_kw={"autocomplete": "tel", "inputmode": "tel"}
    )
    country = SelectField(_l("Country or region"), render_kw={"autocomplete": "country"})

    def validate_mobile(self, field: StringField) -> None:
        """Refuse what is no number of any country; keep it as E.164 writes it."""
        if not field.data:
            return
        try:
            read = phonenumbers.parse(field.data, self.country.data or None)
        except phonenumbers.NumberParseException as error:
            raise ValidationError(_l("Begin with + and the country's code, or choose a country.")) from error
        if not phonenumbers.is_possible_number(read):
            raise ValidationError(_l("This number is too short or too long."))
        field.data = phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164)

    def offer(self, countries: list[tuple[str, str]]) -> None:
        """Offer countries as (code, name), and none at all."""
        listed = [("", _l("Not said")), *countries]
        self.country.choices = [SelectChoice(code, name) for code, name in listed]

    def to_request(self) -> AccountProfile:
        """Return what `change_profile` takes."""
        return AccountProfile(
            nickname=self.nickname.data or "", mobile=self.mobile.data or "", country=self.country.data or ""
        )
