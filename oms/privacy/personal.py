"""What an erasure itself must know for a moment: where the certificate goes."""

from dataclasses import dataclass

from oms.kernel.register import THEIR_MAILBOX, Basis, Category, Event, Purpose, Retention, personal, sealed


@sealed(
    "certificate.mailbox",
    unit="certificate",
    purposes=frozenset({Purpose.RIGHTS}),
    basis=Basis.LEGAL_OBLIGATION,
    retention=Retention(after=Event.SEALED, days=7, at_most=7),
    readers={
        Purpose.RIGHTS: f"{THEIR_MAILBOX} answers",
    },
)
@dataclass(frozen=True, slots=True)
class CertificateMailbox:
    """The mailbox that hears that it was forgotten; destroyed once the mail is accepted, or after a week."""

    email: str = personal(
        "E-mail",
        "To send you the certificate of deletion; then we forget this address too.",
        Category.CONTACT,
        recipients=("mail service",),
    )
