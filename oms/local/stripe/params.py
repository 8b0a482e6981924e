"""Reads and validates decoded parameters, refusing in Stripe's words what Stripe would refuse."""

from typing import Any
from urllib.parse import urlsplit

from oms.local.stripe import errors

_METADATA_KEYS, _METADATA_KEY_LENGTH, _METADATA_VALUE_LENGTH = 50, 40, 500
_LONGEST_TEXT = 5000
_LARGEST_AMOUNT = 99_999_999


class Params:
    """One level of parameters; every name that is read counts as known, `end` refuses the rest."""

    def __init__(self, values: dict[str, Any], path: str = "") -> None:
        """Read `values`; `path` is where they stand, for messages."""
        self._values, self._path = values, path
        self._known: set[str] = set()

    def name(self, key: str) -> str:
        """Return the full bracketed name of a key."""
        return f"{self._path}[{key}]" if self._path else key

    def has(self, key: str) -> bool:
        """Tell whether the key was sent with something in it (Stripe takes an empty string as nothing)."""
        self._known.add(key)
        return self._values.get(key) not in {None, ""} if not self._nested(key) else True

    def peek(self, key: str) -> object:
        """Return what was sent under a key as it is."""
        self._known.add(key)
        return self._values.get(key)

    def text(self, key: str, *, most: int = _LONGEST_TEXT) -> str | None:
        """Return a string, or None when it was not sent."""
        if not self.has(key):
            return None
        if self._nested(key):
            raise errors.invalid("Invalid string: expected one value", self.name(key))
        value = str(self._values[key])
        if len(value) > most:
            text = f"Invalid string: must be at most {most} characters"
            raise errors.invalid(text, self.name(key), "parameter_invalid_string")
        return value

    def needed(self, key: str, *, most: int = _LONGEST_TEXT) -> str:
        """Return a string that must be there."""
        value = self.text(key, most=most)
        if value is None:
            raise errors.missing(self.name(key))
        return value

    def whole(self, key: str, *, least: int = 0, most: int = _LARGEST_AMOUNT) -> int | None:
        """Return a whole number within its limits, or None when it was not sent."""
        value = self.text(key)
        if value is None:
            return None
        try:
            number = int(value)
        except ValueError:
            text = f"Invalid integer: {value}"
            raise errors.invalid(text, self.name(key), "parameter_invalid_integer") from None
        if not least <= number <= most:
            text = f"This value must be between {least} and {most}."
            raise errors.invalid(text, self.name(key), "parameter_invalid_integer")
        return number

    def choice(self, key: str, allowed: tuple[str, ...]) -> str | None:
        """Return one of the allowed words, or None when it was not sent."""
        value = self.text(key)
        if value is not None and value not in allowed:
            text = f"Invalid {self.name(key)}: must be one of {', '.join(allowed)}"
            raise errors.invalid(text, self.name(key))
        return value

    def flag(self, key: str) -> bool:
        """Return a boolean; not sent is False."""
        return self.choice(key, ("true", "false")) == "true"

    def url(self, key: str) -> str | None:
        """Return an absolute http(s) address, or None when it was not sent."""
        value = self.text(key)
        if value is not None:
            parts = urlsplit(value)
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                raise errors.invalid("Not a valid URL", self.name(key), "url_invalid")
        return value

    def email(self, key: str) -> str | None:
        """Return a mail address, or None when it was not sent."""
        value = self.text(key, most=800)
        if value is not None and not is_email(value):
            raise errors.invalid(f"Invalid email address: {value}", self.name(key), "email_invalid")
        return value

    def child(self, key: str) -> "Params":
        """Return the parameters one level down (empty when none were sent)."""
        self._known.add(key)
        value = self._values.get(key) or {}
        if not isinstance(value, dict):
            raise errors.invalid("Invalid object", self.name(key))
        return Params(value, self.name(key))

    def rows(self, key: str) -> list["Params"]:
        """Return the parameters of each element of a list of objects."""
        self._known.add(key)
        value = self._values.get(key) or []
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            raise errors.invalid("Invalid array", self.name(key))
        return [Params(row, f"{self.name(key)}[{place}]") for place, row in enumerate(value)]

    def words(self, key: str) -> list[str]:
        """Return a list of strings."""
        self._known.add(key)
        value = self._values.get(key) or []
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise errors.invalid("Invalid array", self.name(key))
        return value

    def metadata(self) -> dict[str, str]:
        """Return `metadata` within Stripe's limits of 50 keys, 40 and 500 characters."""
        self._known.add("metadata")
        value = self._values.get("metadata") or {}
        if isinstance(value, list):  # keys that are all digits were read as a list
            value = {str(place): text for place, text in enumerate(value)}
        if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
            raise errors.invalid("Metadata must be strings under names.", self.name("metadata"))
        if len(value) > _METADATA_KEYS:
            raise errors.invalid("You can have up to 50 metadata keys.", self.name("metadata"))
        for key, text in value.items():
            if len(key) > _METADATA_KEY_LENGTH or len(text) > _METADATA_VALUE_LENGTH:
                message = "Metadata keys can be up to 40 characters long and values up to 500."
                raise errors.invalid(message, f"{self.name('metadata')}[{key}]")
        return {key: text for key, text in value.items() if text}

    def expand(self) -> list[str]:
        """Return the `expand` list."""
        return self.words("expand")

    def end(self) -> None:
        """Refuse whatever was sent and nobody has read."""
        for key in self._values:
            if key not in self._known:
                raise errors.unknown(self.name(key))

    def _nested(self, key: str) -> bool:
        return isinstance(self._values.get(key), dict | list)


def is_email(value: str) -> bool:
    """Tell whether this could be a mail address: one @ with something on both sides, no blanks."""
    local, at, host = value.partition("@")
    return bool(at and local and host) and "@" not in host and not any(mark.isspace() for mark in value)
