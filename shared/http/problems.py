"""Problem documents (RFC 9457): the one table from what went wrong to HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from flask import Flask, Response, g, request
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from shared import errors
from shared.http.paths import told_path
from shared.logging import get_logger

_log = get_logger(__name__)

STATUS: dict[type[errors.DomainError], int] = {
    errors.Moved: 301,
    errors.Malformed: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.TooSlow: 408,
    errors.Conflict: 409,
    errors.Gone: 410,
    errors.PreconditionFailed: 412,
    errors.TooLarge: 413,
    errors.Invalid: 422,
    errors.PreconditionRequired: 428,
    errors.TooMany: 429,
    errors.Unavailable: 503,
}

# A locked row, a deadlock, a cancelled statement: the same request may work in a moment.
_BUSY_STATES = {"55P03", "40P01", "40001", "57014"}
_MEDIA_TYPE = "application/problem+json"


def status_of(error: errors.DomainError) -> int:
    """The HTTP status of a domain error, by its nearest kind."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem(
    status: int, code: str, title: str, detail: str = "", extra: Mapping[str, Any] | None = None
) -> Response:
    """A problem document as a response; `extra` adds members and never hides the standard ones."""
    body = {
        **(extra or {}),
        "type": f"urn:clientele:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail or title,
        "code": code,
        "request_id": g.get("request_id"),
        "errors": (extra or {}).get("errors", []),
    }
    return Response(orjson.dumps(body, default=str), status, mimetype=_MEDIA_TYPE)


def domain_problem(error: errors.DomainError) -> Response:
    """The answer to a domain error; every wrong field stands in `errors`."""
    fields = [it.as_dict() for it in error.errors]
    status = _status_here(error)
    extra = {**error.extra, "errors": fields}
    response = problem(status, error.code, error.title, error.detail, extra)
    if isinstance(error, errors.Moved):
        response.headers["Location"] = _led_on(error)
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="clientele"'
    if status in {429, 503}:
        response.headers["Retry-After"] = str(getattr(error, "retry_after", 2))
    return response


def _led_on(error: errors.Moved) -> str:
    """The same address with the present id; in an address, ids may be in capitals."""
    former = re.compile(re.escape(error.former), re.IGNORECASE)
    return former.sub(error.present, request.full_path.rstrip("?"))


def _status_here(error: errors.DomainError) -> int:
    """A change that is led on is to be sent again as it was (308)."""
    is_led_on = isinstance(error, errors.Moved)
    return 308 if is_led_on and request.method not in {"GET", "HEAD"} else status_of(error)


def _http_problem(error: HTTPException) -> Response:
    status = error.code or 500
    code = (error.name or "error").lower().replace(" ", "_")
    response = problem(status, code, error.name or "Error", error.description or "")
    for name, value in _kept_headers(error):
        response.headers[name] = value
    return response


def _kept_headers(error: HTTPException) -> Iterator[tuple[str, str]]:
    """`Allow`, `Retry-After` and the like say what to do next; the media type is ours."""
    for name, value in error.get_headers(request.environ):
        if name.lower() not in {"content-type", "content-length"}:
            yield name, value


def _database_problem(error: DBAPIError) -> Response:
    state = getattr(error.orig, "sqlstate", None)
    if isinstance(error, OperationalError | InterfaceError) or state in _BUSY_STATES:
        return _unavailable(error)
    if state is not None and state.startswith("22"):
        return problem(422, "value_not_storable", "A value cannot be stored")
    return _unexpected(error)


def _unavailable(error: Exception) -> Response:
    _log.warning("database unavailable", error=str(error).splitlines()[0])
    return domain_problem(
        errors.Unavailable("The database does not answer at the moment; nothing was changed.")
    )


def _unexpected(error: Exception) -> Response:
    _log.error("unexpected error", exc_info=error, method=request.method, path=told_path())
    return problem(
        500, "internal_error", "Something went wrong on our side", "The request id finds it."
    )


def register_problem_handlers(app: Flask) -> None:
    """Answer everything that goes wrong in this app with a problem document."""
    app.register_error_handler(errors.DomainError, domain_problem)
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(DBAPIError, _database_problem)
    app.register_error_handler(PoolTimeout, _unavailable)
    app.register_error_handler(Exception, _unexpected)
