"""Who asks in the portal: a contact's session, and nobody else's token.

`@visits(scope, …)` goes outermost. With `page` it is told that the contact has looked at that page,
or at the one thing that the path names. A contact is known to these routes alone: everywhere else
their token is nobody's.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, cast

from flask import Response, g

from services.clients.portal.errors import NotShared
from services.clients.portal.operations.looking import note_look
from services.clients.portal.operations.sessions import Visitor, find_visitor
from shared.db.tenancy import become_portal
from shared.errors import Unauthenticated
from shared.http.edge import View, marked, render, runtime
from shared.http.identity import bearer_token, origin_of
from shared.unit_of_work import UnitOfWork


def visitor() -> Visitor:
    """The contact who asks."""
    return cast(Visitor, g.visitor)


def visits(*scopes: str, page: str | None = None) -> Callable[[View], View]:
    """A view for a contact with whom all of these are shared: 401 for anybody else, 403
    `portal.not_shared` for one with whom they are not. Nothing is shown on a `page` that is not
    told of."""

    def decorate(view: View) -> View:
        @wraps(view)
        def endpoint(*args: Any, **kwargs: Any) -> Response:
            found = find_visitor(runtime(), bearer_token())
            if found is None:
                raise Unauthenticated("Sign in to the portal.")
            if not found.scopes.issuperset(scopes):
                raise NotShared("Your contact at the firm can share it with you.")
            g.visitor, g.identity = found, found.identity
            answer = render(view(*args, **kwargs))
            if page is not None and answer.status_code < 400:
                _tell(page, *kwargs.values())
            return answer

        marked(endpoint, None)
        endpoint.of_portal = True  # type: ignore[attr-defined]  # The test of all routes reads it.
        return endpoint

    return decorate


def _tell(page: str, object_id: uuid.UUID | None = None) -> None:
    with runtime().unit_of_work(origin_of(visitor().identity)) as uow:
        note_look(uow, visitor(), page, object_id)


@contextmanager
def looking() -> Iterator[UnitOfWork]:
    """A transaction that sees what is the contact's own company's, and changes nothing."""
    with runtime().unit_of_work(origin_of(visitor().identity)) as uow:
        become_portal(uow.connection, runtime().service, visitor().client_id)
        yield uow


def looks(*scopes: str, page: str) -> Callable[[View], View]:
    """As `visits`, for a view that reads: `view(uow, …)` in such a transaction."""

    def decorate(view: View) -> View:
        @wraps(view)
        def endpoint(*args: Any, **kwargs: Any) -> Any:
            with looking() as uow:
                return render(view(uow, *args, **kwargs))

        return visits(*scopes, page=page)(endpoint)

    return decorate
