"""What holds for many operations alike, added to the OpenAPI document once it is made.

It is read off the views that serve the operations, so that no route has to say it again and none
can say otherwise: who may call it, which headers it takes, and that every error is a problem
document (RFC 9457).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any, Final

from flask import Flask

Node = dict[str, Any]

_CONVERTER = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")
_TEXT: Final = {"type": "string"}

PROBLEM: Final[Node] = {
    "type": "object",
    "description": "RFC 9457; `code` is for programs, and some codes bring members of their own.",
    "required": ["type", "title", "status", "detail", "code", "request_id", "errors"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer", "minimum": 300, "maximum": 599},
        "detail": _TEXT,
        "code": _TEXT,
        "request_id": {"type": ["string", "null"]},
        "errors": {
            "type": "array",
            "description": "Every wrong field by its path.",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {"field": _TEXT, "code": _TEXT, "message": _TEXT},
            },
        },
    },
}
_IF_MATCH: Final[Node] = {
    "in": "header",
    "name": "If-Match",
    "schema": {"type": "string", "examples": ['"3"']},
}
_PARAMETERS: Final[dict[str, Node]] = {
    "IfMatch": {
        **_IF_MATCH,
        "required": False,
        "description": "The `ETag` that was read: 412 where there is a newer version. `*` and "
        "nothing mean any version.",
    },
    "IfMatchRequired": {
        **_IF_MATCH,
        "required": True,
        "description": "The `ETag` that was read: 412 where there is a newer version, 428 without "
        "it. `*` means any version.",
    },
    "IfNoneMatch": {
        "in": "header",
        "name": "If-None-Match",
        "required": False,
        "schema": _TEXT,
        "description": "The `ETag` of what the caller has: 304 where it is still the answer.",
    },
    "IdempotencyKey": {
        "in": "header",
        "name": "Idempotency-Key",
        "required": False,
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        "description": "A name for this request, for a day: sent again, it is not carried out "
        "again, and answered as the first time with `Idempotent-Replayed: true`.",
    },
}
_HEADERS: Final[dict[str, Node]] = {
    "ETag": {"schema": _TEXT, "description": "Of this answer; that of a version is its number."},
    "Encoding": {
        "schema": {"type": "string", "enum": ["gzip"]},
        "description": "Where the answer has more than 1 kB and `Accept-Encoding` names it.",
    },
}
_REFUSALS: Final = {
    "401": "No valid token.",
    "403": "The caller may not do that.",
    "404": "Nothing of the workspace has this id.",
    "412": "There is a newer version.",
    "422": "Something in the request is wrong; `errors` names every field.",
    "428": "`If-Match` is missing.",
    "default": "What else goes wrong.",
}
# What flask-smorest says of errors, which is not what is answered.
_REPLACED: Final = ("DEFAULT_ERROR", "UNPROCESSABLE_ENTITY")


def completed(document: Node, app: Flask) -> Node:
    """The document with all that; what is completed already stays as it is."""
    for operation, path, method, view in _operations(document, app):
        _name_headers(operation, view, method)
        _name_errors(operation, path, view)
        _relax_body(document, operation)
        if method == "get":
            _name_conditions(operation)
        if not hasattr(view, "permission"):
            operation["security"] = []
    _add_components(document["components"])
    _mend_schemas(document)
    for parameter in _parameters(document):
        _no_null(parameter.get("schema", {}))
    return document


def _operations(document: Node, app: Flask) -> Iterator[tuple[Node, str, str, Any]]:
    """Each operation with its path, its method and the view that serves it."""
    for rule in app.url_map.iter_rules():
        path = _CONVERTER.sub(r"{\1}", rule.rule)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            if operation := document["paths"].get(path, {}).get(method.lower()):
                yield operation, path, method.lower(), app.view_functions[rule.endpoint]


def _name_headers(operation: Node, view: Any, method: str) -> None:
    called = inspect.unwrap(view).__code__.co_names
    if "require_if_match" in called:
        _take(operation, "IfMatchRequired")
    elif "if_match" in called:
        _take(operation, "IfMatch")
    if getattr(view, "repeatable", False) and method != "get":
        _take(operation, "IdempotencyKey")


def _take(operation: Node, name: str) -> None:
    """Name a parameter, unless it is named."""
    reference = {"$ref": f"#/components/parameters/{name}"}
    taken = operation.setdefault("parameters", [])
    if reference not in taken:
        taken.append(reference)


def _name_errors(operation: Node, path: str, view: Any) -> None:
    """Each error that can be foreseen; the rest is `default`."""
    taken = str(operation.get("parameters"))
    foreseen = {
        "401": hasattr(view, "permission"),
        "403": getattr(view, "permission", None) is not None or hasattr(view, "of_portal"),
        "404": "{" in path,
        "412": "/IfMatch" in taken,
        "422": "422" in operation["responses"],
        "428": "/IfMatchRequired" in taken,
        "default": True,
    }
    for status in (status for status, is_so in foreseen.items() if is_so):
        operation["responses"][status] = {
            "$ref": "#/components/responses/Problem",
            "description": _REFUSALS[status],
        }
    for status, response in operation["responses"].items():
        if status >= "400" and "$ref" not in response:
            response["content"] = _problem_content()


def _relax_body(document: Node, operation: Node) -> None:
    """No body at all is an empty one, which is enough where nothing is required."""
    body = operation.get("requestBody", {})
    schema = body.get("content", {}).get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    if name and not document["components"]["schemas"][name].get("required"):
        body["required"] = False


def _name_conditions(operation: Node) -> None:
    """What is answered as JSON has a tag, and is compressed where it is long."""
    answer = operation["responses"].get("200", {})
    if "application/json" in answer.get("content", {}):
        answer["headers"] = {
            **answer.get("headers", {}),
            "ETag": {"$ref": "#/components/headers/ETag"},
            "Content-Encoding": {"$ref": "#/components/headers/Encoding"},
        }
        operation["responses"]["304"] = {"$ref": "#/components/responses/NotModified"}
        _take(operation, "IfNoneMatch")


def _parameters(document: Node) -> Iterator[Node]:
    for path in document["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict):
                yield from operation.get("parameters", [])


def _no_null(schema: Node) -> None:
    """Null cannot be written in an address, and is what stands for nothing there."""
    if isinstance(schema.get("type"), list):
        (schema["type"],) = [kind for kind in schema["type"] if kind != "null"]
        schema.pop("default", schema)
    if "enum" in schema:
        schema["enum"] = [value for value in schema["enum"] if value is not None]


def _mend_schemas(node: Any) -> None:
    """Patterns as JSON Schema has them, and no default that may not be sent."""
    if isinstance(node, dict):
        if node.get("default", node) is None and "null" not in node.get("type", ()):
            del node["default"]
        if isinstance(pattern := node.get("pattern"), str):
            node["pattern"] = _from_the_start(pattern)
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            _mend_schemas(each)


def _from_the_start(pattern: str) -> str:
    """Python matches from the start, JSON Schema anywhere."""
    inner = pattern.removeprefix("^").removeprefix(r"\A")
    return "^" + inner.replace(r"\Z", "$")


def _add_components(components: Node) -> None:
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    components["schemas"].pop("Error", None)
    components["parameters"] = {**components.get("parameters", {}), **_PARAMETERS}
    components["headers"] = {**components.get("headers", {}), **_HEADERS}
    responses = components.setdefault("responses", {})
    for name in _REPLACED:
        responses.pop(name, None)
    responses["Problem"] = {"description": "What is wrong.", "content": _problem_content()}
    responses["NotModified"] = {
        "description": "The caller has this answer already.",
        "headers": {"ETag": {"$ref": "#/components/headers/ETag"}},
    }


def _problem_content() -> Node:
    return {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
