"""How somebody came in, what was unusual about it, and what their person said; each in words."""

from collections.abc import Mapping
from enum import StrEnum


class How(StrEnum):
    """By what somebody showed who they are."""

    CODE = "code"
    PASSWORD = "password"  # noqa: S105 - a word
    SECOND_FACTOR = "second factor"


class Reason(StrEnum):
    """Why a sign-in is unusual."""

    PLACE = "stuffing-place"
    ACCOUNT = "stuffing-account"
    WAVE = "wave"
    TRAVEL = "travel"
    NEW = "new-country-and-browser"


class Answer(StrEnum):
    """What the person of a sign-in said of it."""

    NONE = "none"
    MINE = "mine"
    NOT_MINE = "not-mine"


class AlertKind(StrEnum):
    """What somebody at the desk has to look into."""

    WAVE = "wave"
    STAFF = "staff"
    NOT_MINE = "not-mine"


def say(source: str) -> str:
    """Mark a sentence that each reader is told in their own language."""
    return source


REASONS: Mapping[Reason, str] = {
    Reason.PLACE: say("From the same place, passwords of other accounts were tried and were wrong."),
    Reason.ACCOUNT: say("Wrong passwords for this account came from other places."),
    Reason.WAVE: say("Somebody tries many passwords in this shop right now."),
    Reason.TRAVEL: say("Nobody travels that fast from the place of the sign-in before."),
    Reason.NEW: say("Country and browser are both new for this account."),
}
WAYS: Mapping[How, str] = {
    How.CODE: say("with a code from the mailbox"),
    How.PASSWORD: say("with the password"),
    How.SECOND_FACTOR: say("with password and second factor"),
}
ANSWERS: Mapping[Answer, str] = {
    Answer.NONE: "",
    Answer.MINE: say("You said that it was you."),
    Answer.NOT_MINE: say("You said that it was not you."),
}
