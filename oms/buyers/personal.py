"""What is sealed about buyers: the mailbox of an account, what they add to it, and codes on their way."""

from dataclasses import dataclass

from oms.kernel.register import (
    THEIR_MAILBOX,
    THEIR_OWN,
    Basis,
    Category,
    Event,
    Purpose,
    Retention,
    personal,
    sealed,
)

INACTIVE_DAYS = 3 * 365

_MAIL = ("mail service",)
# Three years unused, and an account is let go of.
_ACCOUNT = Retention(after=Event.ACCOUNT_CLOSED, days=0, at_most=INACTIVE_DAYS)
_ON_ITS_WAY = Retention(after=Event.SEALED, days=1, at_most=1)


@sealed(
    "account.contact",
    unit="account",
    purposes=frozenset({Purpose.ACCOUNT, Purpose.SECURITY, Purpose.ORDER_MESSAGES, Purpose.RIGHTS}),
    basis=Basis.CONTRACT,
    retention=_ACCOUNT,
    readers={
        Purpose.ACCOUNT: "buyer arrivals",
        Purpose.SECURITY: "codes",
        Purpose.ORDER_MESSAGES: "notices",
        Purpose.RIGHTS: THEIR_MAILBOX,
    },
)
@dataclass(frozen=True, slots=True)
class AccountContact:
    """The mailbox that opens an account."""

    email: str = personal(
        "E-mail",
        "To sign you in with a code, and to write to you about your account.",
        Category.CONTACT,
        recipients=_MAIL,
        indexed=True,
    )


@sealed(
    "account.profile",
    unit="account",
    purposes=frozenset({Purpose.ACCOUNT, Purpose.RIGHTS}),
    basis=Basis.CONSENT,
    retention=_ACCOUNT,
    readers={
        Purpose.ACCOUNT: "buyer arrivals",
        Purpose.RIGHTS: THEIR_OWN,
    },
)
@dataclass(frozen=True, slots=True)
class AccountProfile:
    """What a buyer chose to add: each field is empty until they fill it, and when they empty it."""

    nickname: str = personal(
        "Nickname",
        "So that the page can greet you. Leave it empty if you like.",
        Category.ACCOUNT,
        default="",
    )
    mobile: str = personal(
        "Mobile number",
        "To fill in an order that needs one. Leave it empty if you like.",
        Category.CONTACT,
        default="",
    )
    country: str = personal(
        "Country or region",
        "To begin with the right market. Leave it empty if you like.",
        Category.ADDRESS,
        default="",
    )


@sealed(
    "challenge.code",
    unit="challenge",
    purposes=frozenset({Purpose.SECURITY, Purpose.RIGHTS}),
    basis=Basis.CONTRACT,
    retention=_ON_ITS_WAY,
    readers={
        Purpose.SECURITY: "codes sign-in",
        Purpose.RIGHTS: THEIR_MAILBOX,
    },
)
@dataclass(frozen=True, slots=True)
class MailboxCode:
    """A one-time code and the mailbox it goes to; both go within a day, used or not."""

    email: str = personal(
        "E-mail",
        "To send the code that proves this mailbox is yours.",
        Category.CONTACT,
        recipients=_MAIL,
        indexed=True,
    )
    code: str = personal(
        "One-time code", "To compare with what you type.", Category.ACCOUNT, recipients=_MAIL
    )


@sealed(
    "notice.mailbox",
    unit="notice",
    purposes=frozenset({Purpose.SECURITY, Purpose.RIGHTS}),
    basis=Basis.LEGITIMATE_INTEREST,
    retention=_ON_ITS_WAY,
    readers={
        Purpose.SECURITY: "codes",
        Purpose.RIGHTS: THEIR_MAILBOX,
    },
)
@dataclass(frozen=True, slots=True)
class FormerMailbox:
    """The mailbox that an account had before, kept only until it was told of the change."""

    email: str = personal(
        "E-mail", "To tell the former mailbox that it was replaced.", Category.CONTACT, recipients=_MAIL
    )
