"""Every text of every body, found by walking the routes: a new field is held to it by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from marshmallow import Schema, ValidationError, fields

from cli.services import SERVICES
from shared.errors import FieldError
from shared.http.reading import ReadingSchema
from shared.http.schemas import field_errors

# Where a text is taken as it is, and why.
AS_SENT = {
    **dict.fromkeys(
        (
            ("LogInBody", "password"),
            ("UserBody", "password"),
            ("PasswordBody", "password"),
            ("PasswordBody", "new_password"),
            ("OwnPasswordBody", "password"),
            ("ResetBody", "password"),
            ("AcceptBody", "password"),
            ("PortalLogInBody", "password"),
            ("PortalPasswordBody", "password"),
        ),
        "a password may hold anything, and is only compared",
    ),
    ("BulkBody", "confirm"): "a note of ours, whose signature tells",
    ("MergeBody", "confirm"): "a note of ours, whose signature tells",
    ("StopBody", "token"): "a note of ours, whose signature tells",
    ("ReadBody", "sheet"): "a sheet is looked for under the name that the file gives it",
}

Place = tuple[str, ...]


def _bodies() -> dict[str, Schema]:
    """The schema of each body that a route of any service takes, by its name."""
    found: dict[str, Schema] = {}
    for service in SERVICES.values():
        for blueprint in service.api(
            service.settings(secret="of no use to anyone, but long enough")
        ).blueprints:
            for methods in blueprint._docs.values():
                for described in methods.values():
                    for one in _parameters(described):
                        if one.get("in") == "json":
                            found[type(one["schema"]).__name__] = one["schema"]
    return found


def _parameters(described: Any) -> list[Any]:
    arguments = (described or {}).get("arguments", {})
    return [one for one in arguments.get("parameters", ()) if isinstance(one, dict)]


BODIES = _bodies()


def _texts(schema: Schema, before: Place = ()) -> Iterator[tuple[Place, fields.Field[Any]]]:
    for name, each in schema.load_fields.items():
        yield from _texts_of((*before, each.data_key or name), each)


def _texts_of(place: Place, each: fields.Field[Any]) -> Iterator[tuple[Place, fields.Field[Any]]]:
    if isinstance(each, fields.Nested):
        yield from _texts(each.schema, place)
    elif isinstance(each, fields.List):
        yield from _texts_of((*place, "[0]"), each.inner)
    elif isinstance(each, fields.Dict) and each.value_field is not None:
        yield from _texts_of((*place, "any"), each.value_field)
    elif isinstance(each, fields.String):
        yield place, each


def _body(place: Place, text: str) -> Any:
    """A body with the text at its place and nothing else."""
    body: Any = text
    for step in reversed(place):
        body = [body] if step == "[0]" else {step: body}
    return body


def _read(schema: Schema, body: Any) -> tuple[Any, list[FieldError]]:
    """What is kept of a body, and what is wrong with it."""
    if isinstance(schema, ReadingSchema):
        errors: list[FieldError] = []
        return schema.read(body, "", errors), errors
    try:
        return schema.load(body), []
    except ValidationError as error:
        return error.valid_data, field_errors(error.messages)


FIELDS = [
    pytest.param(schema, place, id=f"{name}-{'.'.join(place)}")
    for name, schema in BODIES.items()
    for place, _ in _texts(schema)
    if (name, ".".join(place)) not in AS_SENT
]


def test_there_are_bodies_of_each_feature() -> None:
    assert {"ClientBody", "ProjectBody", "UserBody", "NewDocumentBody", "ViewBody"} <= set(BODIES)
    assert {name for name, _ in AS_SENT} <= set(BODIES)


@pytest.mark.parametrize(("schema", "place"), FIELDS)
def test_a_control_character_is_refused_by_name(schema: Schema, place: Place) -> None:
    _, errors = _read(schema, _body(place, "A\x07B"))
    named = ".".join(step for step in place if step != "[0]")
    assert any(error.field.replace("[0]", "").startswith(named) for error in errors)


@pytest.mark.parametrize(("schema", "place"), FIELDS)
def test_what_is_written_in_parts_is_kept_in_one(schema: Schema, place: Place) -> None:
    parts, _ = _read(schema, _body(place, "Cafe\u0301"))
    whole, _ = _read(schema, _body(place, "Caf\u00e9"))
    assert parts == whole
