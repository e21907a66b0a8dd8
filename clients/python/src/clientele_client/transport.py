"""Requests that are repeated until there is an answer, and raise what the server refuses."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self

import httpx

from clientele_client.errors import ClienteleError, Problem, Unreachable, problem_of

#: So long between two attempts at the most, unless the server asks for more.
LONGEST_PAUSE_SECONDS = 30.0
_PASSING = {429, 500, 502, 503, 504}
_IN_PROGRESS = "idempotency.in_progress"


class Patience:
    """How long to go on trying: pauses that grow, with chance in them, up to a limit in all.

    Without a limit (`seconds=None`) it never ends.
    """

    def __init__(self, seconds: float | None) -> None:
        self._until = None if seconds is None else time.monotonic() + seconds
        self._attempts = 0

    def pause_or_raise(self, error: ClienteleError) -> None:
        """Wait a while, as long as the server asks for at least; raises the error if that would
        take too long or change nothing."""
        self._attempts += 1
        grown = min(LONGEST_PAUSE_SECONDS, 0.2 * 2 ** min(self._attempts, 10))
        pause = max(error.retry_after, grown * random.uniform(0.5, 1.0))  # noqa: S311
        is_late = self._until is not None and time.monotonic() + pause > self._until
        if is_late or not _may_pass(error):
            raise error
        time.sleep(pause)


class Transport:
    """One server as the holder of one token sees it.

    A write is named by an `Idempotency-Key` of its own, the same over all its attempts, so that
    it is carried out once although an answer was lost.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        patience_seconds: float | None = 60.0,
        timeout_seconds: float = 30.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.http = httpx.Client(
            base_url=url.rstrip("/"),
            headers=headers,
            timeout=timeout_seconds,
            transport=transport,
            # A merged client leads on to the one it is part of now.
            follow_redirects=True,
        )
        self._names_writes = token is not None
        self._patience_seconds = patience_seconds

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self.http.close()

    def patience(self) -> Patience:
        """A fresh one for one request."""
        return Patience(self._patience_seconds)

    def request(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        """The answer, a success; `more` is what httpx takes (`json`, `params`, `timeout`).

        Raises a `Problem` for what the server refuses, `Unreachable` when patience ends.
        """
        more["headers"] = {**self._name(method), **(headers or {})}
        patience = self.patience()
        while True:
            try:
                return self._once(method, path, more)
            except ClienteleError as error:
                patience.pause_or_raise(error)

    def _once(self, method: str, path: str, more: Mapping[str, Any]) -> httpx.Response:
        try:
            answer = self.http.request(method, path, **more)
        except httpx.TransportError as error:
            raise Unreachable(f"{method} {path}: {error!r}") from error
        if not answer.is_success:
            raise refusal_of(answer)
        return answer

    def _name(self, method: str) -> dict[str, str]:
        is_write = self._names_writes and method not in {"GET", "HEAD"}
        return {"Idempotency-Key": uuid.uuid4().hex} if is_write else {}


def _may_pass(error: ClienteleError) -> bool:
    """Whether the same request may succeed a little later."""
    if isinstance(error, Problem):
        return error.status in _PASSING or error.code == _IN_PROGRESS
    return isinstance(error, Unreachable)


def refusal_of(answer: httpx.Response) -> Problem:
    """The problem in an answer that is no success, whoever made it up."""
    try:
        body = answer.json()
    except ValueError:
        body = None
    error = problem_of(answer.status_code, body if isinstance(body, dict) else {})
    error.retry_after = _asked_wait(answer)
    return error


def _asked_wait(answer: httpx.Response) -> float:
    """The seconds that `Retry-After` asks for, 0 if it asks nothing."""
    value = answer.headers.get("Retry-After", "")
    if value.isdecimal():
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
