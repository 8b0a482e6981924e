"""The working life of staff, their roles, and what each role may do: nothing that is not in the table."""

from collections.abc import Mapping
from enum import StrEnum

from oms.kernel.states import Machine
from oms.web.permissions import Permission


class StaffState(StrEnum):
    """Staff are active until they leave; who comes back is added anew."""

    ACTIVE = "active"
    LEFT = "left"


STAFF = Machine("staff", {StaffState.ACTIVE: frozenset({StaffState.LEFT}), StaffState.LEFT: frozenset()})


class StaffRole(StrEnum):
    """What somebody is at the desk for."""

    OWNER = "owner"
    PICKER_PACKER = "picker-packer"
    SERVICE = "service"
    PRIVACY = "privacy"
    FINANCE = "finance"


ALLOWS: Mapping[StaffRole, frozenset[Permission]] = {
    StaffRole.OWNER: frozenset(Permission),
    # The warehouse sees parcels, not people: no reveal, no order pages.
    StaffRole.PICKER_PACKER: frozenset({Permission.HOME, Permission.WAREHOUSE, Permission.STOCK_READ}),
    StaffRole.SERVICE: frozenset(
        {
            Permission.HOME,
            Permission.ORDERS_READ,
            Permission.ORDERS_CHANGE,
            Permission.REVEAL,
            Permission.REFUND,
            Permission.MESSAGES,
            Permission.STOCK_READ,
            Permission.CATALOG_READ,
        }
    ),
    StaffRole.PRIVACY: frozenset(
        {
            Permission.HOME,
            Permission.ORDERS_READ,
            Permission.REVEAL,
            Permission.PRIVACY,
            Permission.AUDIT_READ,
        }
    ),
    StaffRole.FINANCE: frozenset(
        {
            Permission.HOME,
            Permission.ORDERS_READ,
            Permission.REFUND,
            Permission.FINANCE_READ,
            Permission.FINANCE_CHANGE,
            Permission.RISK,
            Permission.STOCK_READ,
            Permission.CATALOG_READ,
        }
    ),
}


# What shows people: only for who is trained and bound to secrecy (001-22), whatever their roles.
PERSONAL = frozenset(
    {
        Permission.REVEAL,
        Permission.PRIVACY,
        Permission.MESSAGES,
        Permission.WAREHOUSE,
        # What is said there of an order is said of its buyer.
        Permission.RISK,
    }
)


def permissions(roles: frozenset[StaffRole]) -> frozenset[Permission]:
    """Return everything that some of the roles allow; nothing for nobody's roles."""
    return frozenset().union(*(ALLOWS[role] for role in roles))
