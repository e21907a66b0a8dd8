"""Calls from one service to another: signed for it, short, and honest about failing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from ssl import SSLContext
from typing import Any

import httpx
import orjson

from shared.errors import Unavailable
from shared.messaging.envelope import Actor, Batch
from shared.messaging.lives import Known
from shared.messaging.reconciler import SourceHead
from shared.runtime import Runtime
from shared.security.identity import Identity
from shared.security.service_tokens import Claims, issue

PIPE = Actor("system", None, "pipe")
TIMEOUT = httpx.Timeout(2.0, connect=1.0)
# A page of large events takes a busy machine longer than an answer may, and one that is given up
# again and again is never read.
_PAGE_TIMEOUT = httpx.Timeout(15.0, connect=1.0)
# Between two chunks the other service may wait for the file store.
_STREAM_TIMEOUT = httpx.Timeout(35.0, connect=1.0)


class ServiceUnavailable(Unavailable):
    """Another service does not answer in time; `service` says which."""

    code = "service_unavailable"
    title = "A part of the system does not answer at the moment"

    def __init__(self, service: str, why: str) -> None:
        super().__init__(f"The {service} service does not answer: {why}.", service=service)
        self.service = service
        self.why = why


@cache
def _trusted() -> SSLContext:
    """The authorities that this machine trusts; reading them is the longest part of a client."""
    return httpx.create_ssl_context(trust_env=False)


@cache
def service_client(runtime: Runtime, service: str) -> ServiceClient:
    """The way to a service whose connections all that a process does share."""
    return ServiceClient(runtime, service)


class ServiceClient:
    """One service as another sees it; connections are kept open and shared by threads."""

    def __init__(self, runtime: Runtime, service: str) -> None:
        self.service = service
        self._runtime = runtime
        self.base_url = runtime.settings.service_url(service)
        self._http = httpx.Client(
            base_url=self.base_url,
            verify=_trusted(),
            # Between services the environment's proxies have no say.
            trust_env=False,
        )

    def request(
        self,
        method: str,
        path: str,
        identity: Identity,
        *,
        params: Mapping[str, Any] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        patience_seconds: float | None = None,
    ) -> httpx.Response:
        """A call on behalf of a caller. Raises `ServiceUnavailable`; statuses are answers.

        `patience_seconds` is for work that takes longer than an answer usually may.
        """
        claims = self._claims(identity)
        timeout = (
            TIMEOUT if patience_seconds is None else httpx.Timeout(patience_seconds, connect=1.0)
        )
        return self._send(
            method, path, claims, timeout, params=params, content=content, headers=headers
        )

    def stream(self, path: str, identity: Identity, headers: Mapping[str, str]) -> httpx.Response:
        """An answer to a `GET` whose body is still to be read; the caller closes it.

        Raises `ServiceUnavailable`; a body that ceases raises `httpx.HTTPError`.
        """
        sent = {**headers, **self.authorization(identity)}
        request = self._http.build_request("GET", path, headers=sent, timeout=_STREAM_TIMEOUT)
        try:
            return self._http.send(request, stream=True)
        except httpx.HTTPError as error:
            raise ServiceUnavailable(self.service, type(error).__name__) from error

    def authorization(self, identity: Identity) -> dict[str, str]:
        """The header by which the service knows for whom it is called, for a minute."""
        return {"Authorization": f"Bearer {issue(self._runtime.vault, self._claims(identity))}"}

    def _claims(self, identity: Identity) -> Claims:
        return Claims(
            self._runtime.service,
            self.service,
            identity.workspace_id,
            identity.actor,
            identity.permissions,
        )

    def is_ready(self, patience_seconds: float) -> bool:
        """Whether the service says within that time that it can serve."""
        try:
            return self._http.get("/readyz", timeout=patience_seconds).status_code == 200
        except httpx.HTTPError:
            return False

    def head(self, known: Known) -> SourceHead:
        """Where the service's log ends, and whether it holds what is known of it."""
        found = self._pipe("GET", "/internal/head", _as_params(known))
        return SourceHead(int(found["head"]), str(found["epoch"]), bool(found.get("holds", True)))

    def begin_anew(self, epoch: str, known: Known) -> None:
        """Tell the service that its log of this epoch lacks what was heard of it."""
        params = {"epoch": epoch, **_as_params(known)}
        self._pipe("POST", "/internal/lives", params)

    def page(self, after: int, limit: int) -> Batch:
        """A page of the service's log."""
        params = {"after": after, "limit": limit}
        found: Batch = self._pipe("GET", "/internal/feed", params, _PAGE_TIMEOUT)["batch"]
        return found

    def _pipe(
        self, method: str, path: str, params: Mapping[str, Any], timeout: httpx.Timeout = TIMEOUT
    ) -> Any:
        claims = Claims(self._runtime.service, self.service, None, PIPE, frozenset({"pipe.read"}))
        response = self._send(method, path, claims, timeout, params=params)
        if response.status_code != 200:
            raise ServiceUnavailable(self.service, f"status {response.status_code}")
        return orjson.loads(response.content)

    def _send(
        self,
        method: str,
        path: str,
        claims: Claims,
        timeout: httpx.Timeout,
        *,
        params: Mapping[str, Any] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        token = issue(self._runtime.vault, claims)
        sent = {**(headers or {}), "Authorization": f"Bearer {token}"}
        try:
            return self._http.request(
                method, path, params=params, content=content, headers=sent, timeout=timeout
            )
        except httpx.HTTPError as error:
            raise ServiceUnavailable(self.service, type(error).__name__) from error


def _as_params(known: Known) -> dict[str, Any]:
    return {"pos": known.pos, "event_id": known.event_id or ""}
