"""What marketplaces are told of a person: the number of a parcel, which their buyer looks for there."""

from oms.channels.states import Channel
from oms.kernel import egress

_WHAT_FOR = "Sold the order, and is told under which number its parcel is on the way."
_CATEGORY = "controller for its own buyers"
_FIELDS = ("shipment.tracking.number",)

AMAZON = egress.declare(
    egress.Recipient(
        name=Channel.AMAZON,
        what_for=_WHAT_FOR,
        category=_CATEGORY,
        agreement="Amazon Services API Developer Agreement with Data Protection Policy",
        region="EU and US",
        policy_url="https://www.amazon.com/privacy",
        fields=_FIELDS,
        hosts=(
            "api.amazon.com",
            "sellingpartnerapi-eu.amazon.com",
            "sellingpartnerapi-na.amazon.com",
            "sellingpartnerapi-fe.amazon.com",
        ),
        setting="amazon",
    )
)
SHOPIFY = egress.declare(
    egress.Recipient(
        name=Channel.SHOPIFY,
        what_for=_WHAT_FOR,
        category="processor of the shop that we have there",
        agreement="Shopify Terms of Service with Data Processing Addendum",
        region="EU, Canada and US",
        policy_url="https://www.shopify.com/legal/privacy",
        fields=_FIELDS,
        setting="shopify",
    )
)
TIKTOK = egress.declare(
    egress.Recipient(
        name=Channel.TIKTOK,
        what_for=_WHAT_FOR,
        category=_CATEGORY,
        agreement="TikTok Shop Seller Terms with Partner Data Terms",
        region="EU, US and Singapore",
        policy_url="https://www.tiktok.com/legal/privacy-policy",
        fields=_FIELDS,
        hosts=("open-api.tiktokglobalshop.com", "auth.tiktok-shops.com"),
        setting="tiktok",
    )
)
