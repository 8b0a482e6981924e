"""Who carries our mails, and what it may learn."""

from oms.kernel import egress

MAIL = egress.declare(
    egress.Recipient(
        name="mail service",
        what_for="Carries the mails about an order, an account or a code.",
        category="processor",
        agreement="Data processing agreement with the mail provider named in SMTP_URL",
        region="as configured by the merchant",
        policy_url="",
        fields=(
            "order.contact.email",
            "account.contact.email",
            "staff.contact.email",
            "challenge.code.email",
            "challenge.code.code",
            "notice.mailbox.email",
            "certificate.mailbox.email",
            "move.claim.email",
            "copy.mailbox.email",
            "copy.mailbox.word",
            "request.contact.email",
            "guardian.contact.email",
            "order.withdrawal.name",
            "order.withdrawal.email",
        ),
    )
)
