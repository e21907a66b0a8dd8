"""The edge of commands that talk to something outside between their transactions.

When to use: a view that must not hold a transaction open while it waits for the object store.
When not: everything else; `@writes` is stronger, as it stores an idempotent answer in the
transaction of the change. Here its key is held meanwhile and the answer stored afterwards, so
the command itself must be safe to repeat: after a crash in between, the same key carries it out
again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from flask import Response, request

from shared.errors import DomainError
from shared.http.edge import NOT_STORED, View, marked, render, runtime
from shared.http.idempotency import IdempotencyKey, find, held, store
from shared.http.identity import origin_of, require
from shared.http.problems import domain_problem
from shared.unit_of_work import UnitOfWork

Begin = Callable[[], UnitOfWork]


def steps(permission: str | None) -> Callable[[View], View]:
    """A view that is handed `begin`, which opens a transaction for the caller each time."""

    def decorate(view: View) -> View:
        @wraps(view)
        def endpoint(*args: Any, **kwargs: Any) -> Response:
            identity = require(permission)
            begin = partial(runtime().unit_of_work, origin_of(identity))
            key = None if request.method == "GET" else IdempotencyKey.of(request, identity)
            if key is None:
                return render(view(begin, *args, **kwargs))
            with held(runtime().app_engine, identity.workspace_id, key):
                return _once(begin, key, lambda: render(view(begin, *args, **kwargs)))

        return marked(endpoint, permission, repeatable=True)

    return decorate


def _once(begin: Begin, key: IdempotencyKey, carry_out: Callable[[], Response]) -> Response:
    with begin() as uow:
        stored = find(uow, key)
    if stored is not None:
        return stored
    response = _answer(carry_out)
    if response.status_code < 500:
        with begin() as uow:
            store(uow, key, response, afterwards=True)
    return response


def _answer(carry_out: Callable[[], Response]) -> Response:
    """A refusal is an answer too, unless it is about this attempt alone."""
    try:
        return carry_out()
    except NOT_STORED:
        raise
    except DomainError as error:
        return domain_problem(error)
