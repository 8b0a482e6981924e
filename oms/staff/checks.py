"""What must hold of staff on live data."""

from oms.kernel import clock
from oms.kernel.db import Role, reading
from oms.staff import queries
from oms.staff.models import UNUSED
from oms.web.doctor import Health, check, none_of

none_of(
    "Staff without an owner who can sign in",
    "Make one: flask --app wsgi staff add E-MAIL --role owner",
    "SELECT count(*) FROM (SELECT 1 FROM staff HAVING count(*) > 0) AS anybody WHERE NOT EXISTS"
    " (SELECT 1 FROM staff JOIN staff_roles ON staff_roles.staff_id = staff.id AND staff_roles.role = 'owner'"
    " WHERE staff.state = 'active' AND staff.enrolled_at IS NOT NULL)",
    role=Role.WEB,
)
none_of(
    "Desk sessions of who has left",
    "End them: delete these rows of web_sessions; then look in the audit trail who let them in.",
    "SELECT count(*) FROM web_sessions JOIN staff ON web_sessions.person = 'staff:' || staff.id"
    " WHERE staff.state = 'left'",
    role=Role.WEB,
)
none_of(
    "Active staff without a role",
    "Give them a role at the desk under Staff, or let them go.",
    "SELECT count(*) FROM staff WHERE state = 'active' AND NOT EXISTS"
    " (SELECT 1 FROM staff_roles WHERE staff_roles.staff_id = staff.id)",
    role=Role.WEB,
)


@check("Roles that nobody used for 90 days", "Take them back at the desk, under Staff.")
def _unused() -> tuple[str, Health]:
    with reading(Role.WEB) as session:
        unused = queries.unused_grants(session, clock.today() - UNUSED)
        found = [f"no. {one.id} {role}" for one, role in unused]
    return ", ".join(found) or "0", Health.NOTE if found else Health.WELL
