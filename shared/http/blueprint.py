"""flask-smorest's blueprint with our own reading of bodies and queries.

Bodies are JSON, read strictly: a broken one is 400, a wrong media type 415; NUL characters,
numbers that are not held as they are written and unknown fields are 422 with their paths. Queries
go through the same schemas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, NoReturn, TypeVar, cast

import orjson
from flask import Request
from flask_smorest import Blueprint
from marshmallow import Schema, ValidationError
from webargs.flaskparser import FlaskParser
from webargs.multidictproxy import MultiDictProxy
from werkzeug.exceptions import UnsupportedMediaType

from shared.errors import FieldError, Invalid, Malformed, TooLarge
from shared.http.numbers import inexact_numbers
from shared.http.schemas import invalid_fields

#: Lists and objects within one another that a body may have.
MAX_DEPTH = 40
_JSON_TYPES = {"application/json", "application/merge-patch+json"}


class Parser(FlaskParser):
    """Reads arguments and raises domain errors, never aborts by itself."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"json": None, "query": None, "headers": None}  # noqa: RUF012

    def load_json(self, req: Request, schema: Schema) -> Any:
        """The body as JSON; an empty body is an empty object."""
        raw = req.get_data(cache=True)
        if not raw:
            return {}
        if req.mimetype not in _JSON_TYPES:
            raise UnsupportedMediaType("Send the body as application/json.")
        return _parse(raw)

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """The query; NUL characters are refused as in bodies."""
        wrong = [
            FieldError(name, "nul_character", "May not contain a NUL character.")
            for name, values in req.args.lists()
            if any("\0" in value for value in values)
        ]
        if wrong:
            raise Invalid(errors=wrong)
        return MultiDictProxy(req.args, schema)

    def handle_error(
        self, error: ValidationError, req: Request, schema: Schema, **_: Any
    ) -> NoReturn:
        """Every wrong field at once, as a 422."""
        raise Invalid(errors=_unlocated(error)) from error


def _unlocated(error: ValidationError) -> list[FieldError]:
    """webargs puts the location (`json`, `query`) in front of each path; callers know it."""
    found = invalid_fields(error)
    return [
        FieldError(entry.field.partition(".")[2] or "", entry.code, entry.message)
        if entry.field.partition(".")[0] in {"json", "query"}
        else entry
        for entry in found
    ]


def _parse(raw: bytes) -> Any:
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"The body is not valid JSON: {error}.") from error
    refuse_depth(raw, body)
    if b"\\u0000" in raw and (wrong := list(_nul_fields(body, ""))):
        raise Invalid(errors=wrong)
    if wrong := inexact_numbers(raw):
        raise Invalid(errors=wrong)
    return body


def refuse_depth(raw: bytes, body: Any) -> None:
    """No value of ours lies deep, and whoever walks through one deeper would not come back.

    Raises `TooLarge`.
    """
    if raw.count(b"[") + raw.count(b"{") <= MAX_DEPTH:
        return
    level, depth = [body], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise TooLarge(f"The body is nested more than {MAX_DEPTH} deep.")
        level = [inner for value in level for inner in _inner(value)]


def _inner(value: Any) -> list[Any]:
    values = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list):
        return []
    return [each for each in values if isinstance(each, dict | list)]


def _nul_fields(value: Any, path: str) -> Iterator[FieldError]:
    if isinstance(value, str) and "\0" in value:
        yield FieldError(path, "nul_character", "May not contain a NUL character.")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _nul_fields(key, path)
            yield from _nul_fields(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _nul_fields(item, f"{path}[{index}]")


View = TypeVar("View", bound=Callable[..., Any])


class ApiBlueprint(Blueprint):
    """A feature's routes, documented in the OpenAPI document of its service.

    The decorators are flask-smorest's with the types it leaves out; `response` documents and
    leaves the view alone, since an `Answer` is rendered inside the transaction.
    """

    ARGUMENTS_PARSER = Parser()

    def route(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Serve a path."""
        return cast(Callable[[View], View], super().route(rule, **options))

    def arguments(
        self, schema: Any, *, location: str = "json", **options: Any
    ) -> Callable[[View], View]:
        """Parse what a request carries and hand it to the view as its next argument."""
        # Made once: from a class it would be made anew, fields and all, for every request.
        made = schema() if isinstance(schema, type) else schema
        parse = super().arguments(made, location=location, **options)
        return cast(Callable[[View], View], parse)

    def response(
        self, status_code: int, schema: Any = None, **described: Any
    ) -> Callable[[View], View]:
        """Document what a view answers; its `Answer` passes through as it is."""
        document = super().response(status_code, schema, **described)

        def decorate(view: View) -> View:
            @wraps(view)
            def unchanged(*args: Any, **kwargs: Any) -> Any:
                return view(*args, **kwargs)

            unchanged._apidoc = document(view)._apidoc  # type: ignore[attr-defined]  # noqa: SLF001  # smorest keeps its notes there
            return cast(View, unchanged)

        return decorate

    def alt_response(self, status_code: int, **described: Any) -> Callable[[View], View]:
        """Document a second answer."""
        return cast(Callable[[View], View], super().alt_response(status_code, **described))

    def doc(self, **described: Any) -> Callable[[View], View]:
        """Add to the documentation of a view; `parameters` come beside those of its schemas."""
        parameters = described.pop("parameters", [])
        document = cast(Callable[[View], View], super().doc(**described))

        def decorate(view: View) -> View:
            documented = document(view)
            said = documented._apidoc.setdefault("arguments", {})  # type: ignore[attr-defined]  # noqa: SLF001  # smorest keeps its notes there
            said.setdefault("parameters", []).extend(parameters)
            return documented

        return decorate


class InternalBlueprint(ApiBlueprint):
    """Routes that one service calls at another: served, and no part of the public document."""

    def register_views_in_doc(self, *_: Any, **__: Any) -> None:
        """They are left out."""
