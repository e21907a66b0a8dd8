"""The way to the services behind the façade: limited in time and kept apart.

Each service has its own breaker and its own few threads, so one that is dead or frozen
costs a request at most `LIMIT_SECONDS` and costs the other services nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from services.clients.gateway.breaker import Admission, Breaker
from services.clients.gateway.errors import PartUnavailable
from shared.http.service_client import ServiceClient, ServiceUnavailable
from shared.runtime import Runtime
from shared.security.identity import Identity

LIMIT_SECONDS = 2.0
# Threads per service and process: as many requests may wait for a slow service at once.
# More would only queue up behind the same slowness.
_THREADS = 16
# The thread that waits gives up first, so that the breaker knows before the caller is told.
_MARGIN_SECONDS = 0.1
# Whether a service is there at all is answered in milliseconds, or it is as good as away.
_PROBE_SECONDS = 0.5

SERVICES = ("documents", "activity", "metrics")


@dataclass(frozen=True, slots=True)
class Call:
    """A request to a service on behalf of a caller.

    Work that may rightly take long sets `limit_seconds`; then the service is first asked
    whether it lives, so that a frozen one still costs no more than `LIMIT_SECONDS`.
    """

    service: str
    method: str
    path: str
    identity: Identity
    params: Mapping[str, Any] | None = None
    content: bytes | None = None
    headers: Mapping[str, str] | None = None
    limit_seconds: float = LIMIT_SECONDS


class Gateway:
    """Made once per app; threads start with the first call, so after any fork."""

    def __init__(self, runtime: Runtime) -> None:
        self._ways = {name: _Way(ServiceClient(runtime, name)) for name in SERVICES}

    def ask(self, call: Call) -> httpx.Response:
        """The answer, whatever its status. Raises `PartUnavailable` when there is none."""
        return self.start(call).result(call.limit_seconds)

    def stream(
        self, service: str, path: str, identity: Identity, headers: Mapping[str, str]
    ) -> AbstractContextManager[httpx.Response]:
        """An answer whose body is read as it comes. Raises `PartUnavailable`."""
        return self._ways[service].stream(path, identity, headers)

    def address(self, service: str, identity: Identity) -> tuple[str, dict[str, str]]:
        """The base URL of a service, and the header that says for whom it is called."""
        return self._ways[service].address(identity)

    def away(self, service: str, why: str) -> PartUnavailable:
        """What to raise where a service was found not to answer."""
        return self._ways[service].unavailable(why)

    def start(self, call: Call) -> Pending:
        """Send the call now and fetch its answer later; never raises."""
        return self._ways[call.service].start(call)


class Pending:
    """An answer on its way, or the certainty that none comes."""

    def __init__(self, way: _Way, future: Future[httpx.Response] | None) -> None:
        self._way = way
        self._future = future

    def result(self, limit_seconds: float) -> httpx.Response:
        """The answer within the limit. Raises `PartUnavailable`."""
        if self._future is None:
            raise self._way.unavailable("it did not answer a moment ago")
        try:
            return self._future.result(limit_seconds)
        except Late:
            self._future.cancel()
            raise self._way.unavailable(f"no answer within {limit_seconds:g} s") from None


class _Way:
    """The way to one service: its connections, its threads and its breaker."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client
        self._breaker = Breaker()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix=client.service)

    def address(self, identity: Identity) -> tuple[str, dict[str, str]]:
        return self._client.base_url, self._client.authorization(identity)

    def start(self, call: Call) -> Pending:
        admission = self._breaker.admits()
        if admission is Admission.TURN_AWAY:
            return Pending(self, None)
        return Pending(self, self._threads.submit(self._carry_out, call, admission))

    @contextmanager
    def stream(
        self, path: str, identity: Identity, headers: Mapping[str, str]
    ) -> Iterator[httpx.Response]:
        try:
            opened = self._client.stream(path, identity, headers)
        except ServiceUnavailable as error:
            raise self._found_away(error.why) from error
        try:
            yield opened
        finally:
            opened.close()

    def _carry_out(self, call: Call, admission: Admission) -> httpx.Response:
        if admission is Admission.PROBE:
            self._expect_ready(_PROBE_SECONDS)
        elif call.limit_seconds > LIMIT_SECONDS:
            self._expect_ready(LIMIT_SECONDS - _MARGIN_SECONDS)
        try:
            response = self._send(call)
        except ServiceUnavailable as error:
            raise self._found_away(error.why) from error
        if _is_out_of_order(response):
            raise self._found_away("it says so itself")
        self._breaker.succeeded()
        return response

    def _send(self, call: Call) -> httpx.Response:
        return self._client.request(
            call.method,
            call.path,
            call.identity,
            params=call.params,
            content=call.content,
            headers=call.headers,
            patience_seconds=call.limit_seconds - _MARGIN_SECONDS,
        )

    def _expect_ready(self, seconds: float) -> None:
        if not self._client.is_ready(seconds):
            self._breaker.failed()
            raise self.unavailable("it is not ready")

    def _found_away(self, why: str) -> PartUnavailable:
        """Open the breaker at once, and close it again if only this one call was slow."""
        self._breaker.failed()
        found = self.unavailable(why)
        if self._client.is_ready(_PROBE_SECONDS):
            self._breaker.succeeded()
        return found

    def unavailable(self, why: str) -> PartUnavailable:
        return PartUnavailable(self._client.service, self._breaker.since, why)


def _is_out_of_order(response: httpx.Response) -> bool:
    """A service whose own database is away, or that does not know us, is as good as down.

    Other refusals are answers, a 503 with a reason of its own among them.
    """
    if response.status_code != 503:
        return response.status_code == 401
    try:
        return bool(orjson.loads(response.content).get("code") == "unavailable")
    except (orjson.JSONDecodeError, AttributeError):
        return True
