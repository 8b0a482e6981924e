"""The parent of every form: trims what is typed, refuses what it did not ask for, says what to mend."""

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from flask import request
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import Field, FieldList, FormField, PasswordField

from oms.web import asked

# What the guard adds to every form.
OURS = frozenset({"csrf_token"})
ENCLOSING = (FormField, FieldList)


def trimmed(value: object) -> object:
    """Return a text without blanks at its ends; anything else as it is (a WTForms filter)."""
    return value.strip() if isinstance(value, str) else value


class Form(FlaskForm):  # type: ignore[misc]
    """A form of the shop. The token is checked before any view runs, so that the form itself carries none."""

    class Meta:
        """How WTForms treats these forms."""

        csrf = False

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:  # noqa: ANN401 - WTForms
            """Trim every field but a password, before the filters it has of its own."""
            if issubclass(unbound_field.field_class, (*ENCLOSING, PasswordField)):
                return unbound_field.bind(form=form, **options)
            filters = [trimmed, *unbound_field.kwargs.get("filters", ())]
            return unbound_field.bind(form=form, filters=filters, **options)

    # Names that a page may post beside the fields, such as that of the pressed button.
    also: ClassVar[frozenset[str]] = frozenset()
    # The name of this form in `oms.web.asked`, which then says which of its fields there are; the desk's have
    # none. `facts` are what that hangs on.
    asks: ClassVar[str] = ""
    facts: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, *args: Any, facts: frozenset[str] | None = None, **kwargs: Any) -> None:  # noqa: ANN401 - WTForms
        super().__init__(*args, **kwargs)
        if self.asks:
            wanted = asked.fields(self.asks, self.facts if facts is None else facts)
            for name in [field.name for field in self if field.name not in wanted]:
                del self[name]
        self.refused: list[str] = []

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms
        """Say whether everything can be used; `summary()` then lists what cannot."""
        self.refused = []
        if not all(self._is_asked(name) for name in request.form):
            self.refused.append(
                _("The form was sent with fields that it does not have. Open the page again.")
            )
        if any("\x00" in value for values in request.form.listvalues() for value in values):
            self.refused.append(_("A character that no text can hold was sent. Type it again."))
        is_good = bool(super().validate(extra_validators))
        self.form_errors: list[str] = [*self.form_errors, *self.refused]
        return is_good and not self.refused

    def _is_asked(self, name: str) -> bool:
        if name in OURS or name in self.also:
            return True
        return any(
            name == field.name or (isinstance(field, ENCLOSING) and name.startswith(f"{field.name}-"))
            for field in self
        )

    def summary(self) -> list[tuple[str, str]]:
        """Return (field id, sentence) for the summary on top; no id means the whole form."""
        listed = [("", sentence) for sentence in self.refused]
        listed += [(str(f.id), str(sentence)) for f in _innermost(self) for sentence in f.errors]
        return listed


def _innermost(fields: Iterable[Field]) -> Iterator[Field]:
    for field in fields:
        if isinstance(field, FormField):
            yield from _innermost(field.form)
        elif isinstance(field, FieldList):
            yield from _innermost(field.entries)
        else:
            yield field
