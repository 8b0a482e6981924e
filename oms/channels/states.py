"""The marketplaces, what a connection allows, and how far an order is on the other side."""

from enum import StrEnum


class Channel(StrEnum):
    """The marketplaces that we have a connector for."""

    AMAZON = "amazon"
    SHOPIFY = "shopify"
    TIKTOK = "tiktok"

    @property
    def called(self) -> str:
        """Return what it calls itself."""
        return _TITLES[self]


_TITLES = {Channel.AMAZON: "Amazon", Channel.SHOPIFY: "Shopify", Channel.TIKTOK: "TikTok Shop"}


class Scope(StrEnum):
    """What somebody may allow a connection; nothing is asked or told there without it."""

    ORDERS = "orders"
    ADDRESSES = "addresses"
    STOCK = "stock"
    SHIPMENTS = "shipments"


class SoldState(StrEnum):
    """How far an order is on the other side: not paid yet, for us to send, sent, or called off."""

    PENDING = "pending"
    TO_SEND = "to_send"
    SENT = "sent"
    CANCELLED = "cancelled"
