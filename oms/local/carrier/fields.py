"""Reads a JSON object field by field and refuses what is missing, wrong or unknown, naming it."""

import re
from typing import Any

from oms.local.carrier import errors

_COUNTRY = re.compile(r"[A-Z]{2}")


class Fields:
    """One JSON object; every field that is read counts as known, `end` refuses the rest."""

    def __init__(self, value: Any, path: str = "") -> None:  # noqa: ANN401 - whatever was sent
        """Read `value`, which stands at `path` of the body."""
        if not isinstance(value, dict):
            raise errors.wrong(path or "body", "This must be an object.")
        self._value: dict[str, Any] = value
        self._path = path
        self._known: set[str] = set()

    def name(self, key: str) -> str:
        """Return the dotted name of a field."""
        return f"{self._path}.{key}" if self._path else key

    def has(self, key: str) -> bool:
        """Tell whether the field was sent."""
        self._known.add(key)
        return key in self._value

    def text(self, key: str, most: int = 200) -> str:
        """Return a string of 1 to `most` characters."""
        value = self._needed(key)
        if not isinstance(value, str) or not value.strip() or len(value) > most or not value.isprintable():
            raise errors.wrong(self.name(key), f"This must be printable text of 1 to {most} characters.")
        return value

    def maybe(self, key: str, most: int = 200) -> str | None:
        """Return a string, or None when it was not sent."""
        return self.text(key, most) if self.has(key) else None

    def whole(self, key: str, least: int, most: int) -> int:
        """Return a whole number within its limits."""
        value = self._needed(key)
        if type(value) is not int or not least <= value <= most:
            raise errors.wrong(self.name(key), f"This must be a whole number from {least} to {most}.")
        return value

    def country(self, key: str) -> str:
        """Return an ISO 3166-1 alpha-2 code."""
        value = self.text(key, 2)
        if not _COUNTRY.fullmatch(value):
            raise errors.wrong(self.name(key), "This must be a country code of two capital letters.")
        return value

    def choice(self, key: str, allowed: tuple[str, ...]) -> str:
        """Return one of the allowed words."""
        value = self.text(key)
        if value not in allowed:
            raise errors.wrong(self.name(key), f"This must be one of {', '.join(allowed)}.")
        return value

    def matching(self, key: str, pattern: str, meaning: str) -> str:
        """Return a string of a given form."""
        value = self.text(key)
        if not re.fullmatch(pattern, value):
            raise errors.wrong(self.name(key), f"This must be {meaning}.")
        return value

    def texts(self, key: str, most: int) -> list[str]:
        """Return 1 to `most` strings."""
        rows = self._rows(key, most)
        return [
            Fields({"line": row}, f"{self.name(key)}[{place}]").text("line") for place, row in enumerate(rows)
        ]

    def child(self, key: str) -> "Fields":
        """Return the object one level down."""
        return Fields(self._needed(key), self.name(key))

    def children(self, key: str, most: int) -> list["Fields"]:
        """Return 1 to `most` objects."""
        return [Fields(row, f"{self.name(key)}[{place}]") for place, row in enumerate(self._rows(key, most))]

    def end(self) -> None:
        """Refuse whatever was sent and nobody has read."""
        for key in self._value:
            if key not in self._known:
                raise errors.wrong(self.name(key), "We do not know this field.", "unknown_field")

    def _needed(self, key: str) -> Any:  # noqa: ANN401 - whatever was sent
        if not self.has(key):
            raise errors.wrong(self.name(key), "This is needed.", "missing_field")
        return self._value[key]

    def _rows(self, key: str, most: int) -> list[Any]:
        value = self._needed(key)
        if not isinstance(value, list) or not 1 <= len(value) <= most:
            raise errors.wrong(self.name(key), f"This must be a list of 1 to {most}.")
        return value
