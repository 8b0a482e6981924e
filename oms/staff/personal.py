"""What is sealed about staff: their work mailbox and the secret of their authenticator."""

from dataclasses import dataclass

from oms.kernel.register import Basis, Category, Event, Purpose, Retention, personal, sealed

# The audit trail speaks of staff by number; for a year after leaving the number can be told from the mailbox.
_EMPLOYED = Retention(after=Event.ACCOUNT_CLOSED, days=365, at_most=20 * 365)
_SIGNING_IN = Retention(after=Event.ACCOUNT_CLOSED, days=0, at_most=20 * 365)


@sealed(
    "staff.contact",
    unit="staff",
    purposes=frozenset({Purpose.ACCOUNT, Purpose.SECURITY, Purpose.RIGHTS}),
    basis=Basis.CONTRACT,
    retention=_EMPLOYED,
    readers={
        Purpose.ACCOUNT: "sign-in owner",
        Purpose.SECURITY: "codes",
        Purpose.RIGHTS: "notices",
    },
)
@dataclass(frozen=True, slots=True)
class StaffContact:
    """The work mailbox under which somebody signs in at the desk."""

    email: str = personal(
        "Work e-mail",
        "To sign in at the desk, and to tell of an unusual sign-in.",
        Category.CONTACT,
        recipients=("mail service",),
        indexed=True,
    )


@sealed(
    "staff.second_factor",
    unit="staff",
    purposes=frozenset({Purpose.SECURITY}),
    basis=Basis.LEGITIMATE_INTEREST,
    retention=_SIGNING_IN,
    readers={
        Purpose.SECURITY: "sign-in",
    },
)
@dataclass(frozen=True, slots=True)
class StaffSecondFactor:
    """The secret shared with an authenticator app, in base 32."""

    secret: str = personal("Authenticator secret", "To check the codes of the app.", Category.ACCOUNT)
