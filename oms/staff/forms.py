"""What staff type about themselves and each other."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from oms.kernel.audit import Actor
from oms.staff.actions import Clearance, NewStaff
from oms.staff.states import StaffRole
from oms.web.fields import MailboxField, TickField, password_field
from oms.web.forms import Form

ROLE_NAMES = {
    StaffRole.OWNER: _l("Owner"),
    StaffRole.PICKER_PACKER: _l("Picker and packer"),
    StaffRole.SERVICE: _l("Service"),
    StaffRole.PRIVACY: _l("Privacy"),
    StaffRole.FINANCE: _l("Finance"),
}
CHOICES = [SelectChoice(role.value, name) for role, name in ROLE_NAMES.items()]


class PasswordForm(Form):
    """The present password and the next one."""

    current = password_field(_l("Present password"), is_new=False)
    password = password_field(_l("New password"), is_new=True)


class RolesForm(Form):
    """Which roles somebody has."""

    roles = TickField(
        _l("Roles"),
        [InputRequired(_l("Give at least one role."))],
        choices=CHOICES,
    )

    def chosen(self) -> frozenset[StaffRole]:
        """Return the roles that were ticked."""
        return frozenset(StaffRole(name) for name in self.roles.data)


class ClearanceForm(Form):
    """When somebody was trained in privacy, and signed that they keep secrets."""

    trained_on = DateField(_l("Trained in privacy on"), [InputRequired(_l("Give the day."))])
    confidential_on = DateField(_l("Signed to keep secrets on"), [InputRequired(_l("Give the day."))])

    def to_request(self) -> Clearance:
        """Return what `note_clearance` takes."""
        return Clearance(self.trained_on.data, self.confidential_on.data)


class MemberForm(Form):
    """Somebody new at the desk, with a first role."""

    name = StringField(
        _l("Name at the desk"),
        [InputRequired(_l("Type how colleagues call this person.")), Length(max=40)],
        render_kw={"autocomplete": "off"},
    )
    email = MailboxField(_l("Work e-mail"), render_kw={"autocomplete": "off"})
    role = SelectField(_l("Role"), choices=CHOICES)

    def to_request(self, by: Actor) -> NewStaff:
        """Return what `add_member` takes."""
        return NewStaff(self.email.data, self.name.data, frozenset({StaffRole(self.role.data)}), by)
