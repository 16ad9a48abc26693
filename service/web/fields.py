"""Schema fields whose errors are codes, and whose texts went through the domain's cleaning."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, validate

from service.domain.errors import FieldProblem, InvalidInput, TextProblem
from service.domain.ids import PATTERN, is_id

__all__ = ["Choice", "Cleaned", "Flag", "Fraction", "Id", "Strict", "Whole", "load", "problem"]

REQUIRED = {"code": "required", "message": "This field is required."}
WRONG_TYPE = {"code": "wrong_type", "message": "This is not of the right type."}
MESSAGES: dict[str, Any] = {
    "required": REQUIRED,
    "null": REQUIRED,
    "invalid": WRONG_TYPE,
    "invalid_utf8": WRONG_TYPE,
    "type": WRONG_TYPE,
    "unknown": {"code": "unknown_field", "message": "There is no such field."},
}


def problem(code: str, message: str) -> ValidationError:
    """A validation error with our code."""
    return ValidationError([{"code": code, "message": message}])


class Strict(Schema):
    """Base of request schemas: unknown fields are refused."""

    class Meta:
        unknown = RAISE

    error_messages = MESSAGES


class Answer(Schema):
    """Base of response schemas; they describe, and tests hold answers against the description."""

    class Meta:
        unknown = EXCLUDE


class Cleaned(fields.String):
    """Text that a function of the domain takes in; what it returns is the value, its TextProblem the error."""

    default_error_messages = MESSAGES

    def __init__(self, clean: Callable[[str], Any], *, max_length: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.clean = clean
        if max_length is not None:
            self.metadata = {**self.metadata, "maxLength": max_length}

    def _deserialize(self, value: object, attr: str | None, data: Any, **options: Any) -> Any:
        if not isinstance(value, str):
            raise ValidationError([WRONG_TYPE])
        if value == "" and not self.required:
            return self.load_default
        try:
            return self.clean(value)
        except TextProblem as error:
            raise problem(error.code, error.message) from None


class Id(fields.String):
    """An id of ours."""

    default_error_messages = MESSAGES

    def __init__(self, **options: Any) -> None:
        more = options.pop("metadata", {})
        super().__init__(metadata={"pattern": f"^{PATTERN}$", **more}, **options)

    def _deserialize(self, value: object, attr: str | None, data: Any, **options: Any) -> Any:
        if not isinstance(value, str):
            raise ValidationError([WRONG_TYPE])
        if value == "" and self.allow_none:
            return None  # a form without script cannot leave a hidden field out
        if not is_id(value):
            raise problem("invalid", "This is not an id.")
        return value


class Choice(fields.String):
    """One word of a closed set."""

    default_error_messages = MESSAGES

    def __init__(self, words: type, **options: Any) -> None:
        super().__init__(validate=validate.OneOf([str(word) for word in words]), **options)  # type: ignore[attr-defined]
        self.words = words

    def _deserialize(self, value: object, attr: str | None, data: Any, **options: Any) -> Any:
        try:
            return self.words(value)
        except ValueError:
            allowed = ", ".join(str(word) for word in self.words)  # type: ignore[attr-defined]
            raise problem("invalid", f"One of: {allowed}.") from None

    def _validate(self, value: Any) -> None:
        """The set is the check; `validate` only describes it."""


class Flag(fields.Boolean):
    """True or false; forms say `on`, `true` or `1`."""

    default_error_messages = MESSAGES

    def _deserialize(self, value: object, attr: str | None, data: Any, **options: Any) -> bool:
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value in ("on", "true", "1", "off", "false", "0", ""):
            return value in ("on", "true", "1")
        raise ValidationError([WRONG_TYPE])


class Whole(fields.Integer):
    """A whole number in a range; text is taken only where it says so: in a query or a form."""

    default_error_messages = MESSAGES

    def __init__(self, low: int, high: int, *, from_text: bool = False, **options: Any) -> None:
        super().__init__(validate=validate.Range(low, high), **options)
        self.low, self.high, self.from_text = low, high, from_text

    def _deserialize(self, value: object, attr: str | None, data: Any, **options: Any) -> int:
        if (
            self.from_text
            and isinstance(value, str)
            and value.isascii()
            and value.isdecimal()
            and len(value) <= len(str(self.high))
        ):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValidationError([WRONG_TYPE])
        if not self.low <= value <= self.high:
            raise problem("invalid", f"From {self.low} to {self.high}.")
        return value

    def _validate(self, value: Any) -> None:
        """Checked above, with our code; `validate` only describes it."""


class Fraction(fields.Float):
    """A number between two others."""

    default_error_messages = MESSAGES

    def __init__(self, low: float, high: float, **options: Any) -> None:
        super().__init__(validate=validate.Range(low, high), **options)
        self.low, self.high = low, high

    def _deserialize(self, value: object, attr: str | None, data: Any, **options: Any) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise ValidationError([WRONG_TYPE])
        if not self.low <= value <= self.high:
            raise problem("invalid", f"From {self.low} to {self.high}.")
        return float(value)

    def _validate(self, value: Any) -> None:
        """Checked above, with our code; `validate` only describes it."""


def load(schema: Schema, raw: Mapping[str, Any]) -> Any:
    """What the schema makes of the fields. Raises InvalidInput with one entry per bad field."""
    try:
        return schema.load(raw)
    except ValidationError as error:
        raise InvalidInput(sorted(_flat(error.messages, ""), key=lambda p: p.field)) from None


def _flat(messages: Any, field: str) -> list[FieldProblem]:
    if isinstance(messages, dict) and set(messages) == {"code", "message"}:
        return [FieldProblem(field, messages["code"], messages["message"])]
    if isinstance(messages, dict):
        return [found for name, inner in messages.items() for found in _flat(inner, _below(field, str(name)))]
    if isinstance(messages, list):
        return [found for inner in messages for found in _flat(inner, field)][:1]
    return [FieldProblem(field, "invalid", str(messages))]


def _below(field: str, name: str) -> str:
    if name == "_schema":  # what is wrong with the object as a whole
        return field
    return f"{field}.{name}" if field else name
