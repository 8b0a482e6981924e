"""What staff type to come in: e-mail and password, codes, and what finishes set-up."""

from flask_babel import lazy_gettext as _l

from oms.web.fields import MailboxField, code_field, password_field
from oms.web.forms import Form


class SignInForm(Form):
    """Work e-mail and password."""

    email = MailboxField(_l("Work e-mail"), render_kw={"autocomplete": "username"})
    password = password_field(_l("Password"), is_new=False)


class SecondFactorForm(Form):
    """A code of the authenticator app, or a recovery code."""

    code = code_field(_l("Code of your authenticator app"))


class SetupForm(Form):
    """What a new member of staff was given."""

    email = MailboxField(_l("Work e-mail"), render_kw={"autocomplete": "username"})
    code = code_field(_l("Set-up code"))


class EnrollForm(Form):
    """What finishes set-up."""

    password = password_field(_l("New password"), is_new=True)
    totp = code_field(_l("Code that the app shows"))
