"""What staff type to sign in, to finish set-up, and to look after each other."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from oms.kernel.audit import Actor
from oms.staff.actions import NewStaff
from oms.staff.states import StaffRole
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


class PasswordForm(Form):
    """The present password and the next one."""

    current = password_field(_l("Present password"), is_new=False)
    password = password_field(_l("New password"), is_new=True)


class RolesForm(Form):
    """Which roles somebody has."""

    roles = SelectMultipleField(
        _l("Roles"),
        [InputRequired(_l("Give at least one role."))],
        choices=[(role.value, role.value) for role in StaffRole],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def chosen(self) -> frozenset[StaffRole]:
        """Return the roles that were ticked."""
        return frozenset(StaffRole(name) for name in self.roles.data)


class MemberForm(RolesForm):
    """Somebody new at the desk."""

    email = MailboxField(_l("Work e-mail"), render_kw={"autocomplete": "off"})
    desk_name = StringField(
        _l("Name at the desk"),
        [InputRequired(_l("Type how colleagues call this person.")), Length(max=40)],
    )

    def to_request(self, by: Actor) -> NewStaff:
        """Return what `add_member` takes."""
        return NewStaff(self.email.data, self.desk_name.data, self.chosen(), by)
