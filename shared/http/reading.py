"""Reading a body by its schema: every field by its check, every wrong one noted with its path.

The schemas are marshmallow's, so that they stand in the OpenAPI document. They are read
here by one walk over the body instead of marshmallow's own machinery, which took three times
as long, and which raises before rules of the stored record can add their findings.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, Protocol, cast

from marshmallow import Schema, fields

from shared.errors import FieldError
from shared.http.fields import NOTHING, Errors, or_null
from shared.http.schemas import MAX_ERRORS, StrictSchema
from shared.values.findings import Body, Findings


class _Readable(Protocol):
    required: bool

    def read(self, value: Any, path: str, errors: Errors) -> Any: ...


class ReadingSchema(StrictSchema):
    """A body that becomes a `Body`: values that are right, and what is wrong with the others."""

    def load(self, data: Any, **_: Any) -> Body:
        """Never raises: whoever carries the change out raises all findings together."""
        errors: Errors = []
        values = self.read(data, "", errors)
        kept = {} if values is NOTHING else values
        return Body(kept, Findings(errors[:MAX_ERRORS]))

    def read(self, data: Any, path: str, errors: Errors) -> Any:
        """The values of an object; what is wrong in it is added to `errors`."""
        if not isinstance(data, dict):
            errors.append(FieldError(path, "wrong_type", "Must be an object."))
            return NOTHING
        values = {}
        for key, value in data.items():
            place = f"{path}.{key}" if path else key
            found = self._value(key, value, place, errors)
            if found is not NOTHING:
                values[key] = found
        for key in self._required:
            if key not in data:
                place = f"{path}.{key}" if path else key
                errors.append(FieldError(place, "required", "Is required."))
        return values

    def _value(self, key: str, value: Any, path: str, errors: Errors) -> Any:
        field = self._readable.get(key)
        if field is None:
            errors.append(FieldError(path, "unknown_field", "Unknown field."))
            return NOTHING
        return field.read(value, path, errors)

    @cached_property
    def _readable(self) -> dict[str, _Readable]:
        return cast("dict[str, _Readable]", self.load_fields)

    @cached_property
    def _required(self) -> list[str]:
        return [name for name, field in self._readable.items() if field.required]


class Group(fields.Nested):
    """A nested object."""

    def __init__(self, schema: type[Schema], *, nullable: bool = True, **kwargs: Any) -> None:
        super().__init__(schema, allow_none=nullable, **kwargs)

    def read(self, value: Any, path: str, errors: Errors) -> Any:
        """Its values; null where all of them are to go."""
        if value is None:
            return or_null(self.allow_none, path, errors)
        return cast(ReadingSchema, self.schema).read(value, path, errors)


class Elements(fields.List[Any]):
    """A list of nested objects, at most `most` of them."""

    def __init__(self, schema: type[Schema], most: int) -> None:
        self._most = most
        super().__init__(fields.Nested(schema), allow_none=True, metadata={"maxItems": most})

    def read(self, value: Any, path: str, errors: Errors) -> Any:
        """Each element's values, in their places; null is the empty list."""
        if value is None:
            return []
        if not isinstance(value, list):
            errors.append(FieldError(path, "wrong_type", "Must be a list."))
            return NOTHING
        if len(value) > self._most:
            message = f"At most {self._most}; these are {len(value)}."
            errors.append(FieldError(path, "too_many", message))
            return NOTHING
        schema = cast(ReadingSchema, cast(fields.Nested, self.inner).schema)
        found = (schema.read(item, f"{path}[{at}]", errors) for at, item in enumerate(value))
        return [{} if values is NOTHING else values for values in found]
