"""The life of a text message, and the words by which its reader ends all of them."""

import unicodedata
from enum import StrEnum

from oms.kernel.states import Machine


class TextState(StrEnum):
    """How far a text has come; `stopped`: its reader wants none, or the number takes none any more."""

    BEGUN = "begun"
    SENT = "sent"
    ARRIVED = "arrived"
    FAILED = "failed"
    STOPPED = "stopped"


# A report can be faster than our own note that the service took it.
TEXT = Machine(
    "text",
    {
        TextState.BEGUN: frozenset({TextState.SENT, TextState.ARRIVED, TextState.FAILED, TextState.STOPPED}),
        TextState.SENT: frozenset({TextState.ARRIVED, TextState.FAILED}),
    },
)
# What goes where nobody said yes to texts: owed by law. Everything else asks.
NEEDED = frozenset({"breach"})


class Answer(StrEnum):
    """What somebody means who answers a text."""

    STOP = "stop"
    START = "start"
    OTHER = "other"


# The words in use: Twilio's list ("Twilio support for opt-out keywords (SMS STOP filtering)",
# https://help.twilio.com/articles/223134027), those of 47 CFR 64.1200(a)(10), and ours in German, French and
# Chinese (TD stands for the characters below it).
_STOP = frozenset(
    {
        *("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "arret"),
        *("stopp", "abmelden", "abbestellen", "td", "退订", "退訂", "停止"),
    }
)
_START = frozenset({"start", "unstop", "yes", "ja", "anmelden", "订阅", "訂閱"})
# These mean it with more words behind them too; the others begin ordinary sentences.
_STRONG = frozenset({"stop", "stopall", "stopp", "unsubscribe", "abmelden", "退订", "退訂"})


def meaning(text: str) -> Answer:
    """Return what an answer means, whatever its case, accents, dots and blanks."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    words = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c)).split()
    if "".join(words) in _STOP or (words and words[0] in _STRONG):
        return Answer.STOP
    return Answer.START if "".join(words) in _START else Answer.OTHER
