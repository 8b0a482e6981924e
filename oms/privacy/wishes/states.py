"""What somebody may be written to about, their answers, and the words that they answered to."""

import hashlib
from enum import StrEnum

from oms.kernel.i18n import words
from oms.privacy.states import Channel


class WishPurpose(StrEnum):
    """What a message that nobody needs is for. Needed ones ask nobody: they are part of what was ordered.

    `sharing` is no message: it is selling or sharing data, which this shop never does, and to which a browser
    may say no by itself (Global Privacy Control, https://www.w3.org/TR/gpc/).
    """

    NEWS = "news"
    PROMOTIONS = "promotions"
    SHARING = "sharing"


MESSAGES = (WishPurpose.NEWS, WishPurpose.PROMOTIONS)
# Off until somebody said yes (ePrivacy Directive, article 13). The others are ours to begin, theirs to stop.
NEEDS_YES = frozenset({WishPurpose.PROMOTIONS, WishPurpose.SHARING})
# What an answer can be about: each kind of message on each channel, and sharing, once.
ASKED = (*((one, way) for one in MESSAGES for way in Channel), (WishPurpose.SHARING, Channel.INBOX))


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
    SIGNAL = "signal"


# Whoever changes a word below begins a new version; the tests hold each version to its hashes.
WORDING = "2026-11-22"


def wording(purpose: WishPurpose, channel: Channel, language: str) -> tuple[str, str]:
    """Return what somebody reads before they answer, in their language: what it is, and what comes of it."""
    say = words(language).gettext
    if purpose is WishPurpose.SHARING:
        why = say(
            "We never do. Where your browser sends Global Privacy Control, your no is kept with your account."
        )
        return say("Selling or sharing your data"), why
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
