"""What each mail and text of the shop is called on the page that tells to whom something went."""

from flask_babel import gettext as _


def message_words(topic: str) -> str:
    """Return which message a disclosure was: the mails by their topics; empty where it was none."""
    words = {
        "confirmation": _("The confirmation of your order."),
        "shipped": _("The mail that a parcel is on its way."),
        "delivered": _("The mail that everything has arrived."),
        "cancellation": _("The mail that your order is cancelled."),
        "refund": _("The mail that money comes back."),
        "late_payment": _("The mail that a late payment goes back."),
        "withdrawal": _("The mail that acknowledges your withdrawal."),
        "answer": _("Our answer to what you wrote."),
        "code": _("The mail with a one-time code."),
        "sign_in": _("The mail about an unusual sign-in."),
        "move": _("The mail about your new mailbox."),
        "move_warning": _("The mail that somebody asked to move an order to another mailbox."),
        "notice": _("The mail that our privacy notice changes."),
        "word": _("A mail about your data."),
        "email_changed": _("The mail that your address was changed."),
        "certificate": _("The certificate of deletion."),
        "copy": _("The mail that your copy is ready."),
        "closing": _("The mail that our shop closes."),
        "breach": _("The mail that others may have seen your data."),
        "request": _("The mail about what you asked us."),
        "minor": _("The mail that your data is locked, as you may be a child."),
        "guardian": _("Our question to you as a guardian."),
        "official": _("The mail that an authority asked about your order."),
        "ordered": _("By the order of a law."),
        "shipped_text": _("The text that a parcel is on its way."),
        "breach_text": _("The text that others may have seen your data."),
    }
    return str(words.get(topic) or topic)
