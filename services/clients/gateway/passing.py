"""Passing a request on: what goes along, what comes back."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial, wraps
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import orjson
from flask import Response, current_app, g, request

from services.clients.gateway.errors import PartUnavailable
from services.clients.gateway.gateway import LIMIT_SECONDS, Call, Gateway, Pending
from shared.clock import now
from shared.errors import FieldError, Invalid
from shared.http.edge import View, marked, render, runtime
from shared.http.identity import origin_of, require
from shared.security.identity import Identity
from shared.unit_of_work import UnitOfWork

_SENT_ALONG = ("If-Match", "If-None-Match", "Idempotency-Key", "Content-Type", "Accept")
_PASSED_BACK = (
    "Content-Type", "Content-Disposition", "ETag", "Location", "Retry-After", "Allow",
    "Idempotent-Replayed", "X-Accel-Buffering",
)  # fmt: skip


Look = Callable[[UnitOfWork, Identity, uuid.UUID], Any]


def passes_on(permission: str, look: Look, owner: str = "client_id") -> Callable[[View], View]:
    """A view carried out elsewhere: `view(identity, looked_up, …)`.

    What is looked up here, at least that the client (the id named by `owner`) is there, is a
    transaction of its own, over before another service is waited for. Idempotency keys are the
    other one's to keep.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def endpoint(**ids: uuid.UUID) -> Response:
            identity = require(permission)
            with runtime().unit_of_work(origin_of(identity)) as uow:
                looked_up = look(uow, identity, ids.pop(owner))
            return render(view(identity, looked_up, **ids))

        return marked(endpoint, permission)

    return decorate


def composes(permission: str) -> Callable[[View], View]:
    """A view that asks several services: `view(identity, …)`. No transaction is open, so that
    none is while another service is waited for."""

    def decorate(view: View) -> View:
        @wraps(view)
        def endpoint(**ids: uuid.UUID) -> Response:
            return render(view(require(permission), **ids))

        return marked(endpoint, permission)

    return decorate


def fetch_from(
    identity: Identity, service: str, path: str, params: Mapping[str, Any] | None
) -> Callable[[float], Any]:
    """Ask a service now; what is returned waits for the answer."""
    call = Call(service, "GET", path, identity, params=params, headers=request_headers())
    return partial(body_of, service, gateway().start(call))


def body_of(service: str, pending: Pending, limit_seconds: float = LIMIT_SECONDS) -> Any:
    """What a service answered; raises `PartUnavailable` unless it is what was asked for."""
    answer = pending.result(limit_seconds)
    if answer.status_code != 200:
        raise PartUnavailable(service, now(), f"it answered with status {answer.status_code}")
    return orjson.loads(answer.content)


def gateway() -> Gateway:
    """The app's way to the services, made when the blueprint was registered."""
    found: Gateway = current_app.extensions["clientele.gateway"]
    return found


def pass_on(
    service: str,
    identity: Identity,
    limit_seconds: float = LIMIT_SECONDS,
    path: str | None = None,
    params: Mapping[str, Any] | None = None,
) -> Response:
    """The other service's answer to this very request, problem documents untouched.

    `path` is where the service has it, if not under the path of the request; `params` are those
    that the caller has left out.
    """
    call = Call(
        service=service,
        method=request.method,
        path=path or quote(request.path),
        identity=identity,
        params={**(params or {}), **request.args.to_dict(flat=False)},
        content=g.pop("content", None) or request.get_data() or None,
        headers={**request_headers(), **g.pop("extra_headers", {})},
        limit_seconds=limit_seconds,
    )
    return _as_response(gateway().ask(call))


def stream_on(
    service: str, identity: Identity, params: Mapping[str, Any] | None = None
) -> Response:
    """As `pass_on`, but a body of any length is passed on piece by piece as it comes.

    One that ceases midway ends the answer without its end, so that nobody takes it for whole.
    """
    with ExitStack() as opening:
        asked = {**(params or {}), **request.args.to_dict(flat=False)}
        path = f"{quote(request.path)}?{urlencode(asked, doseq=True)}"
        answer = opening.enter_context(gateway().stream(service, path, identity, request_headers()))
        if answer.status_code != 200:
            answer.read()
            return _as_response(answer)
        kept = opening.pop_all()
    response = Response(answer.iter_bytes(), answer.status_code, kept_headers(answer.headers))
    response.call_on_close(kept.close)
    return response


def request_headers() -> dict[str, str]:
    """The headers of this request that another service needs, and its ids.

    Raises `Invalid` for one that is not ASCII: it could not be sent on as it is.
    """
    sent = {name: request.headers[name] for name in _SENT_ALONG if name in request.headers}
    wrong = [name for name, value in sent.items() if not value.isascii()]
    if wrong:
        message = "Use ASCII characters only."
        raise Invalid(errors=[FieldError(name, "invalid", message) for name in wrong])
    return {**sent, "X-Request-ID": g.request_id, "traceparent": g.traceparent}


def _as_response(answer: httpx.Response) -> Response:
    return Response(answer.content, answer.status_code, kept_headers(answer.headers))


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Those headers of another service's answer that callers are given."""
    return {name: headers[name] for name in _PASSED_BACK if name in headers}


def fetch(
    identity: Identity, client_id: str, service: str, params: Mapping[str, Any] | None
) -> Callable[[float], Any]:
    """Ask a service for its part of a client now; what is returned waits for the answer."""
    return fetch_from(identity, service, f"/v1/clients/{client_id}/{service}", params)
