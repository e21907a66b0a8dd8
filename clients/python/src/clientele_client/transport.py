"""Requests that are sent again until they are answered, under one idempotency key."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self

import httpx

from clientele_client.errors import ClienteleError, Refused, Unreachable, refusal

FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 30.0
_LONG_SECONDS = 120.0
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})

Params = Mapping[str, Any]


class Backoff:
    """Pauses that double, each a random part shorter; None as patience waits for ever."""

    def __init__(self, patience: float | None) -> None:
        self._patience = patience
        self.begin_again()

    def begin_again(self) -> None:
        """After an attempt that came to something: short pauses, and all of the patience."""
        self._until = None if self._patience is None else time.monotonic() + self._patience
        self._pause = FIRST_PAUSE_SECONDS

    @contextmanager
    def attempt(self, what: str) -> Iterator[None]:
        """One attempt: what failed on the way or may pass is waited for, and not raised."""
        try:
            yield
        except httpx.TransportError as error:
            self.pause(Unreachable(f"{what}: {error!r}"))
        except Refused as error:
            if not may_pass(error):
                raise
            self.pause(error)

    def pause(self, error: ClienteleError) -> None:
        """Wait before the next attempt, as long as the server asked; raises when it is too long."""
        asked = error.retry_after if isinstance(error, Refused) else None
        shorter = random.uniform(0.5, 1.0)  # noqa: S311  # It parts callers, it keeps no secret.
        seconds = self._pause * shorter if asked is None else asked
        self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)
        if self._until is not None and time.monotonic() + seconds > self._until:
            raise error
        time.sleep(seconds)


class Transport:
    """One server and one caller.

    `url` is the address without `/v1`. `patience` is for how many seconds an attempt that failed
    on the way, or was answered 429 or 5xx, is made again; None means for ever. `headers` go with
    every request. `http` are connections that the caller keeps and closes, shared by many callers
    of one server.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        patience: float | None = 60.0,
        timeout: float = 30.0,
        headers: Mapping[str, str] | None = None,
        http: httpx.Client | None = None,
    ) -> None:
        self._url = url.rstrip("/")
        own = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._headers = {**own, **(headers or {})}
        self._patience = patience
        self._timeout = timeout
        self._is_shared = http is not None
        self.http = http or httpx.Client(timeout=timeout, follow_redirects=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back, but for those that the caller keeps."""
        if not self._is_shared:
            self.http.close()

    def backoff(self) -> Backoff:
        """The pauses of one call."""
        return Backoff(self._patience)

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        wait: float = 0.0,
    ) -> httpx.Response:
        """The answer, which is a success; raises `Refused` or `Unreachable`.

        A write has one idempotency key over all its attempts, so that it is carried out once.
        `wait` is for how long the server may take its time beyond what is usual.
        """
        named = self.headers(headers)
        if method in _WRITES:
            named.setdefault("Idempotency-Key", uuid.uuid4().hex)
        request = self.http.build_request(
            method, self._url + path, params=given(params), json=body, headers=named,
            timeout=self._timeout + wait,
        )  # fmt: skip
        backoff = self.backoff()
        while True:
            with backoff.attempt(f"{method} {request.url}"):
                return checked(self.http.send(request))

    def pass_on(self, path: str, content: Iterable[bytes], size: int, **params: Any) -> Any:
        """The answer to a body of so many bytes that is sent while it is read, in one attempt."""
        headers = self.headers(
            {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
        )
        timeout = httpx.Timeout(self._timeout, read=_LONG_SECONDS)
        try:
            answer = self.http.post(
                self._url + path, params=given(params), content=content, headers=headers,
                timeout=timeout,
            )  # fmt: skip
        except httpx.TransportError as error:
            raise Unreachable(f"POST {path}: {error!r}") from error
        return checked(answer).json()

    def leads_to(self, path: str) -> str:
        """The address that the answer leads to, without going there."""
        request = self.http.build_request(
            "GET", self._url + path, headers=self.headers(), timeout=self._timeout
        )
        backoff = self.backoff()
        while True:
            with backoff.attempt(f"GET {request.url}"):
                answer = self.http.send(request, follow_redirects=False)
                return str(
                    answer.headers["Location"]
                    if answer.has_redirect_location
                    else checked(answer).url
                )

    @contextmanager
    def open(
        self, path: str, params: Params, headers: Mapping[str, str], silence: float
    ) -> Iterator[httpx.Response]:
        """An answer that is read as it comes; one attempt, which `silence` seconds end."""
        timeout = httpx.Timeout(self._timeout, read=silence)
        with self.http.stream(
            "GET",
            self._url + path,
            params=given(params),
            headers=self.headers(headers),
            timeout=timeout,
        ) as answer:
            if not answer.is_success:
                answer.read()
            yield checked(answer)

    def headers(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """The headers of a request, the caller's token among them."""
        return {**self._headers, **(more or {})}


def keyed(key: str | None) -> dict[str, str]:
    """The header by which a write is carried out once, where the caller has a key of its own."""
    return {"Idempotency-Key": key} if key else {}


def matching(version: int | None) -> dict[str, str]:
    """The header by which a write is refused unless this is the version it finds."""
    return {} if version is None else {"If-Match": f'"{version}"'}


def given(params: Params | None) -> dict[str, Any]:
    """Parameters without those that are None; several values of one are joined by commas."""
    return {
        name: value if isinstance(value, str | int) else ",".join(map(str, value))
        for name, value in (params or {}).items()
        if value is not None
    }


def checked(answer: httpx.Response) -> httpx.Response:
    """The answer, if it is a success; raises the error that its problem document means."""
    if answer.is_success:
        return answer
    raise refusal(answer.status_code, _problem(answer), asked_wait(answer))


def may_pass(error: Refused) -> bool:
    """Whether the same request may well succeed a moment later."""
    return error.status == 429 or error.status >= 500 or error.code == "idempotency.in_progress"


def asked_wait(answer: httpx.Response) -> float | None:
    """What `Retry-After` asks for, in seconds; it may be a number or a date."""
    value = answer.headers.get("Retry-After")
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    # A zone of -0000 is read as none at all; such a time is in UTC.
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


def _problem(answer: httpx.Response) -> dict[str, Any]:
    """The problem document; what a proxy on the way says instead is its `detail`."""
    try:
        found = answer.json()
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"detail": answer.text[:200]}
