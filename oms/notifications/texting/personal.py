"""Who carries our texts, and what it may learn: a number, and the words of the text."""

from oms.kernel import egress

TEXTS = egress.declare(
    egress.Recipient(
        name="text service",
        what_for="Carries text messages: that a parcel is on its way, if you want them, and of a data breach"
        " where no mail arrives.",
        category="processor",
        agreement="Data processing agreement with the provider named in SMS_URL",
        region="as configured by the merchant",
        policy_url="",
        fields=("order.delivery.phone",),
        setting="sms_url",
    )
)
