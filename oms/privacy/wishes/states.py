"""What somebody may be written to about, their answers, and the words that they answered to."""

import hashlib
from enum import StrEnum

from oms.kernel.i18n import words
from oms.privacy.states import Channel


class WishPurpose(StrEnum):
    """What a message that nobody needs is for. Needed ones ask nobody: they are part of what was ordered."""

    NEWS = "news"
    PROMOTIONS = "promotions"


# Off until somebody said yes (ePrivacy Directive, article 13). The others are ours to begin, theirs to stop.
NEEDS_YES = frozenset({WishPurpose.PROMOTIONS})


def needs_yes(purpose: WishPurpose, channel: Channel) -> bool:
    """Say whether nothing comes before a yes: promotions, and whatever comes to a phone."""
    return purpose in NEEDS_YES or channel is Channel.SMS


class Choice(StrEnum):
    """An answer: it may come, or it may not."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"


class WishWay(StrEnum):
    """How an answer reached us."""

    PAGE = "page"
    LINK = "link"
    PROGRAM = "program"
    TEXT = "text"
    DESK = "desk"
    BROUGHT = "brought"


# Whoever changes a word below begins a new version; the tests hold each version to its hashes.
WORDING = "2026-11-22"


def wording(purpose: WishPurpose, channel: Channel, language: str) -> tuple[str, str]:
    """Return what somebody reads before they answer, in their language: what it is, and what comes of it."""
    say = words(language).gettext
    if purpose is WishPurpose.PROMOTIONS:
        why = say("We send none. It would begin only after you said yes, and end with one click.")
        titles = {
            Channel.MAIL: say("Offers by mail"),
            Channel.SMS: say("Offers by text message"),
            Channel.INBOX: say("Offers on these pages"),
        }
        return titles[channel], why
    titles = {
        Channel.MAIL: say("Mails you could do without"),
        Channel.SMS: say("Text messages you could do without"),
        Channel.INBOX: say("Messages on these pages you could do without"),
    }
    if channel is Channel.SMS:
        why = say(
            "One for each parcel, where your order has a phone number: that it is on its way. They begin only"
            " after you said yes. After a no, or an answer of STOP, no text comes at all."
        )
        return titles[channel], why
    why = say(
        "Today that is one for each order: that everything has arrived. What is needed always comes: the"
        " confirmation, that a parcel is on its way, cancellation, refund, codes and the certificate."
    )
    return titles[channel], why


def hash_of(purpose: WishPurpose, channel: Channel, language: str) -> str:
    """Return the SHA-256 of those words, by which anybody can show later what was answered to."""
    return hashlib.sha256("\n".join(wording(purpose, channel, language)).encode()).hexdigest()
