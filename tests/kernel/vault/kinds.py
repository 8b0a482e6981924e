"""Kinds for the tests of the vault: an order's delivery and contact, an account's contact."""

from dataclasses import dataclass

from oms.kernel.register import Basis, Category, Erase, Event, Purpose, Retention, personal, sealed

ALL = frozenset(Purpose)


@sealed(
    "sample_delivery",
    unit="order",
    purposes=frozenset({Purpose.DELIVERY, Purpose.RIGHTS}),
    basis=Basis.CONTRACT,
    retention=Retention(after=Event.DELIVERED, days=14, at_most=60),
    readers={
        Purpose.DELIVERY: "system staff buyer guest",
        Purpose.RIGHTS: "system staff buyer guest",
    },
)
@dataclass(frozen=True)
class Delivery:
    name: str = personal(
        "Name", "So that the parcel finds you", Category.ADDRESS, recipients=("sample carrier",)
    )
    lines: tuple[str, ...] = personal("Street", "So that the parcel finds you", Category.ADDRESS)
    phone: str = personal(
        "Phone",
        "The carrier asks",
        Category.CONTACT,
        recipients=("sample carrier",),
        indexed=True,
        default="",
    )


@sealed(
    "sample_contact",
    unit="order",
    purposes=frozenset({Purpose.ORDER_MESSAGES, Purpose.RIGHTS}),
    basis=Basis.CONTRACT,
    retention=Retention(after=Event.RETURN_WINDOW_ENDED, days=0, at_most=90),
    readers={
        Purpose.ORDER_MESSAGES: "system staff buyer guest",
        Purpose.RIGHTS: "system staff buyer guest",
    },
)
@dataclass(frozen=True)
class Contact:
    email: str = personal("E-mail", "To tell you where it is", Category.CONTACT, indexed=True)
    language: str = personal("Language", "To write so that you can read it", Category.CONTACT)


@sealed(
    "sample_account",
    unit="account",
    purposes=ALL,
    basis=Basis.CONSENT,
    retention=Retention(after=Event.SEALED, days=30, at_most=30),
    readers=dict.fromkeys(ALL, "system staff buyer guest"),
)
@dataclass(frozen=True)
class Account:
    email: str = personal("E-mail", "To sign in", Category.ACCOUNT, indexed=True)
    attempts: int = personal("Attempts", "To stop guessing", Category.ACCOUNT, default=0)


ADA = Delivery("Ada Lovelace", ("12 St James's Square", "Flat 3"), phone="+44 20 7946 0018")
HERS = Contact("Ada@Example.com", "en")


@sealed(
    "sample_label",
    unit="order",
    purposes=frozenset({Purpose.DELIVERY, Purpose.RIGHTS}),
    basis=Basis.CONTRACT,
    retention=Retention(after=Event.DELIVERED, days=14, at_most=60),
    erase=Erase.DELETE_FILE,
    readers={
        Purpose.DELIVERY: "system staff buyer guest",
        Purpose.RIGHTS: "system staff buyer guest",
    },
)
@dataclass(frozen=True)
class LabelFile:
    name: str = personal("File name", "So that it prints", Category.ADDRESS)
    media_type: str = personal("File type", "So that it prints", Category.ADDRESS)


LABEL = LabelFile("label.pdf", "application/pdf")
