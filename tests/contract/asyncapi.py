"""What AsyncAPI 3.0 asks of a document, as far as ours goes, as a JSON schema.

Fields that the specification does not know are refused where a slip would go unnoticed.
"""

from __future__ import annotations

from typing import Any

_TEXT = {"type": "string", "minLength": 1}
_REFERENCE = {
    "type": "object",
    "required": ["$ref"],
    "additionalProperties": False,
    "properties": {"$ref": {"type": "string", "pattern": "^#/"}},
}
_ANY_OBJECT = {"type": "object"}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": required,
        "additionalProperties": False,
        "properties": properties,
        "patternProperties": {r"^x-[\w.-]+$": True},
    }


def _named(value: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "propertyNames": {"pattern": r"^[\w.-]+$"},
        "additionalProperties": {"anyOf": [_REFERENCE, value]},
    }


_SAYING = {"title": _TEXT, "summary": _TEXT, "description": _TEXT}
_MESSAGE = _object(
    [], name=_TEXT, contentType=_TEXT, payload=_ANY_OBJECT, headers=_ANY_OBJECT,
    correlationId=_ANY_OBJECT, tags={"type": "array"}, externalDocs=_ANY_OBJECT,
    bindings=_ANY_OBJECT, examples={"type": "array"}, traits={"type": "array"}, **_SAYING,
)  # fmt: skip
_PARAMETER = _object(
    [], description=_TEXT, default=_TEXT, enum={"type": "array"}, examples={"type": "array"},
    location=_TEXT,
)  # fmt: skip
_CHANNEL = _object(
    [], address={"type": ["string", "null"]}, messages=_named(_MESSAGE),
    parameters=_named(_PARAMETER), servers={"type": "array", "items": _REFERENCE},
    bindings=_ANY_OBJECT, tags={"type": "array"}, externalDocs=_ANY_OBJECT, **_SAYING,
)  # fmt: skip
_OPERATION = _object(
    ["action", "channel"], action={"enum": ["send", "receive"]}, channel=_REFERENCE,
    messages={"type": "array", "items": _REFERENCE}, security={"type": "array"},
    reply=_ANY_OBJECT, bindings=_ANY_OBJECT, tags={"type": "array"}, externalDocs=_ANY_OBJECT,
    traits={"type": "array"}, **_SAYING,
)  # fmt: skip

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **_object(
        ["asyncapi", "info"],
        asyncapi={"const": "3.0.0"},
        id=_TEXT,
        info=_object(
            ["title", "version"], title=_TEXT, version=_TEXT, description=_TEXT,
            termsOfService=_TEXT, contact=_ANY_OBJECT,
            license=_object(["name"], name=_TEXT, url=_TEXT),
            tags={"type": "array"}, externalDocs=_ANY_OBJECT,
        ),
        servers=_named(_ANY_OBJECT),
        defaultContentType={"type": "string", "pattern": "^[a-z]+/[a-z.+-]+$"},
        channels=_named(_CHANNEL),
        operations=_named(_OPERATION),
        components=_object(
            [], schemas=_named(_ANY_OBJECT), messages=_named(_MESSAGE), channels=_named(_CHANNEL),
            operations=_named(_OPERATION), parameters=_named(_PARAMETER),
            securitySchemes=_named(_ANY_OBJECT),
        ),
    ),
}  # fmt: skip
