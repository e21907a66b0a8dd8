"""The edge: what stands around every view.

`@writes(permission)` and `@reads(permission)` go outermost. They check the permission before
anything is parsed, open the unit of work, and hand it to the view as its first argument.
The view returns an `Answer`; it is rendered and, with an idempotency key, stored before the
commit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any, cast

import orjson
from flask import Response, current_app, request

from shared.errors import DomainError, Forbidden, PreconditionRequired, Unauthenticated
from shared.http.idempotency import IdempotencyKey, KeyInUse, KeyReused, RightsChanged, claim, store
from shared.http.identity import origin_of, require
from shared.http.problems import domain_problem
from shared.runtime import Runtime
from shared.security.identity import Identity
from shared.security.permissions import needed_to_view
from shared.unit_of_work import UnitOfWork

View = Callable[..., "Answer | Response"]
Change = Callable[[UnitOfWork], "Answer | Response"]

#: By this header the façade tells a service which fields of a body have a value that no record
#: is given any more: they may only be sent as the record has them.
KEPT_ONLY = "X-Kept-Only"

# What has more digits is the version of nothing.
_VERSION = re.compile("[0-9]{1,15}")

# An answer that says who the caller is, or that the key itself is at fault, belongs to this
# attempt alone; storing it would turn a refusal of the moment into one of a day.
NOT_STORED = (Unauthenticated, Forbidden, KeyInUse, KeyReused, RightsChanged)


# What is told of a change to whoever may not view what was changed, and what a conflict keeps.
_TOLD_TO_ALL = ("id", "deletion_id", "state", "version", "warnings")
_CONTENTS = ("base", "theirs", "yours")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a view answers: a JSON body, a status, and the headers that matter."""

    body: Any
    status: int = 200
    etag: int | None = None
    location: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def runtime() -> Runtime:
    """The runtime of the app that serves this request."""
    return cast(Runtime, current_app.extensions["clientele"])


def render(answer: Answer | Response) -> Response:
    """An answer as a response; personal data is never cached on the way."""
    if isinstance(answer, Response):
        return answer
    payload = b"" if answer.status == 204 else orjson.dumps(answer.body, default=str)
    response = Response(payload, answer.status, mimetype="application/json")
    if answer.etag is not None:
        response.headers["ETag"] = f'"{answer.etag}"'
    if answer.location is not None:
        response.headers["Location"] = answer.location
    response.headers.update(answer.headers)
    return response


def reads(permission: str | None) -> Callable[[View], View]:
    """A view that changes nothing: `view(uow, …)` in a transaction of its own."""

    def decorate(view: View) -> View:
        @wraps(view)
        def endpoint(*args: Any, **kwargs: Any) -> Response:
            identity = require(permission)
            with _unit_of_work(identity) as uow:
                return render(view(uow, *args, **kwargs))

        return marked(endpoint, permission)

    return decorate


def writes(permission: str | None, *, shows: str | None = None) -> Callable[[View], View]:
    """A view that changes something: idempotency key, one transaction, then the answer.

    `shows` is the permission to view what is answered, where that is more than the caller sent.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def endpoint(*args: Any, **kwargs: Any) -> Response:
            identity = require(permission)

            def change(uow: UnitOfWork) -> Answer | Response:
                return view(uow, *args, **kwargs)

            needed = shows or needed_to_view(permission)
            shown = change if needed in {None, *identity.permissions} else _unseen(change)
            key = IdempotencyKey.of(request, identity)
            if key is None:
                with _unit_of_work(identity) as uow:
                    return render(shown(uow))
            return _once(identity, key, shown)

        return marked(endpoint, permission, repeatable=True)

    return decorate


def _unseen(change: Change) -> Change:
    """The change for who may not view what is changed: they are told that it is, and no more."""

    def carry_out(uow: UnitOfWork) -> Answer | Response:
        try:
            answer = change(uow)
        except DomainError as error:
            error.extra = {n: v for n, v in error.extra.items() if n not in _CONTENTS}
            raise
        if isinstance(answer, Response) or not isinstance(answer.body, dict):
            return answer
        body = {name: answer.body[name] for name in _TOLD_TO_ALL if name in answer.body}
        return replace(answer, body=body)

    return carry_out


def marked(
    endpoint: Callable[..., Response], permission: str | None, *, repeatable: bool = False
) -> View:
    """The view with the permission it needs, and whether it knows idempotency keys: the OpenAPI
    document and the test of all routes read both off it."""
    endpoint.permission = permission  # type: ignore[attr-defined]
    endpoint.repeatable = repeatable  # type: ignore[attr-defined]
    return endpoint


def _unit_of_work(identity: Identity) -> UnitOfWork:
    return runtime().unit_of_work(origin_of(identity))


def _once(identity: Identity, key: IdempotencyKey, view: Change) -> Response:
    try:
        with _unit_of_work(identity) as uow:
            stored = claim(uow, key)
            if stored is not None:
                return stored
            response = render(view(uow))
            if response.status_code < 500:
                store(uow, key, response)
            return response
    except NOT_STORED:
        raise
    except DomainError as error:
        return _refused_once(identity, key, error)


def _refused_once(identity: Identity, key: IdempotencyKey, error: DomainError) -> Response:
    """A refusal is an answer too: its change was rolled back, so it is stored by itself."""
    response = domain_problem(error)
    if response.status_code < 500:
        with _unit_of_work(identity) as uow:
            store(uow, key, response, afterwards=True)
    return response


def kept_only() -> frozenset[str]:
    """The fields of the body that may only be sent as the record has them."""
    return frozenset(request.headers.get(KEPT_ONLY, "").split())


def if_match() -> int | None:
    """The version of `If-Match`; None without the header or for `*`; -1 matches nothing."""
    if "If-Match" not in request.headers:
        return None
    tags = request.if_match
    if tags.star_tag:
        return None
    versions = [int(tag) for tag in tags.as_set() if _VERSION.fullmatch(tag or "")]
    return versions[0] if versions else -1


def require_if_match() -> int | None:
    """As `if_match`, but the header must be there (428)."""
    if "If-Match" not in request.headers:
        raise PreconditionRequired('Send the ETag you read as If-Match, for example "3".')
    return if_match()
