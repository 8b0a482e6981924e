"""The errors of the house: each carries a sentence for a person and a word for a program."""

from datetime import timedelta


class CounterfoilError(Exception):
    """Anything that went against a rule of the shop; its message is fit for the screen.

    `source` and `values` make the message anew in another language: "only %(left)s left" and {"left": 2}.
    """

    code = "error"

    def __init__(self, message: str = "", **values: object) -> None:
        self.source = message or (self.__class__.__doc__ or "").strip().partition("\n")[0]
        self.values = values
        super().__init__(self.source % values if values else self.source)

    @property
    def message(self) -> str:
        """Return the sentence for the person who asked."""
        return str(self.args[0])


class NotFoundError(CounterfoilError):
    """There is nothing here for you."""

    code = "not_found"


class RefusedError(CounterfoilError):
    """You may not do this."""

    code = "refused"


class IllegalMoveError(CounterfoilError):
    """This cannot be done from its present state."""

    code = "illegal_move"


class ConflictError(CounterfoilError):
    """Somebody else changed this first. Look again and repeat."""

    code = "conflict"


class OvertakenError(ConflictError):
    """Many are buying this at this moment. Nothing was ordered; try again."""

    code = "overtaken"


class BadInputError(CounterfoilError):
    """Something that was given cannot be used: `field` names where, the message says what to do."""

    code = "bad_input"

    def __init__(self, message: str, *, field: str = "", **values: object) -> None:
        super().__init__(message, **values)
        self.field = field


class UnavailableError(CounterfoilError):
    """An outside party or a store does not answer now. Nothing was lost; try again in a moment."""

    code = "unavailable"


class HeldError(UnavailableError):
    """Something has to be settled here first. Nothing was lost; it waits for that, however long."""

    code = "held"


class PassingError(HeldError):
    """Something has to be settled here first; once that takes longer than it is of use, it is let go."""

    code = "passing"

    def __init__(self, message: str, *, useful_for: timedelta) -> None:
        super().__init__(message)
        self.useful_for = useful_for


class PermanentError(CounterfoilError):
    """This cannot succeed, however often it is tried. Somebody has to look at it."""

    code = "permanent"


class ConfigurationError(CounterfoilError):
    """The settings cannot be used; the message names each and says what to set."""

    code = "configuration"
