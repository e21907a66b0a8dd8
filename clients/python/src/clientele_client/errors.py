"""What can go wrong between a caller and Clientele."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class ClienteleError(Exception):
    """All that this package raises by itself."""


class Unreachable(ClienteleError):
    """There was no answer for as long as the caller has patience."""


class BadSignature(ClienteleError):
    """A webhook was not signed with any of the secrets, or too long ago."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field of a request: its path, a stable code, and a sentence."""

    field: str
    code: str
    message: str


class Refused(ClienteleError):
    """The answer was a problem (RFC 9457).

    `code` is stable and meant for programs; `errors` names every wrong field; `problem` is the
    whole document; `retry_after` says in how many seconds to come back, where the server did.
    """

    def __init__(
        self, status: int, problem: Mapping[str, Any], retry_after: float | None = None
    ) -> None:
        self.status = status
        self.problem = dict(problem)
        self.code = str(problem.get("code", f"http.{status}"))
        self.title = str(problem.get("title", ""))
        self.request_id = problem.get("request_id")
        self.retry_after = retry_after
        self.errors = [
            FieldError(str(it["field"]), str(it["code"]), str(it["message"]))
            for it in problem.get("errors", [])
        ]
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        said = f"{self.status} {self.code}: {self.problem.get('detail') or self.title}"
        return "; ".join([said, *(f"{it.field}: {it.message}" for it in self.errors)])


class Unauthenticated(Refused):
    """The token is wrong, revoked or has expired (401)."""


class NotAllowed(Refused):
    """Whoever holds the token may not do this (403)."""


class NotFound(Refused):
    """There is no such thing in this workspace (404)."""


class Conflict(Refused):
    """It does not fit what is there (409); `code` says why."""


class Gone(Refused):
    """It is no longer there (410)."""


class StaleVersion(Refused):
    """Someone else has changed the same fields meanwhile (412).

    `base` is what the change was made from, `theirs` what stands there now, `yours` the change.
    """

    @property
    def base(self) -> Any:
        """The fields in question as they were in the version that was named."""
        return self.problem.get("base")

    @property
    def theirs(self) -> Any:
        """The same fields as they are now."""
        return self.problem.get("theirs")

    @property
    def yours(self) -> Any:
        """The same fields as they were to be."""
        return self.problem.get("yours")


class Invalid(Refused):
    """Fields are wrong (422); `errors` names every one of them."""


class LostPlace(Refused):
    """The feed cannot go on from this cursor; `earliest` is the one to go on from."""

    @property
    def earliest(self) -> str:
        """The cursor before the first event that the feed offers."""
        return str(self.problem["earliest"])


class CursorExpired(LostPlace, Gone):
    """Events after the cursor are no longer offered: read the records once, then go on."""


class LogReset(LostPlace, Conflict):
    """The feed was restored from a backup: what was read may never have happened. Begin anew."""


_BY_CODE: dict[str, type[Refused]] = {
    "events.cursor_expired": CursorExpired,
    "events.log_reset": LogReset,
}
_BY_STATUS: dict[int, type[Refused]] = {
    401: Unauthenticated,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    410: Gone,
    412: StaleVersion,
    422: Invalid,
}


def refusal(status: int, problem: Mapping[str, Any], retry_after: float | None = None) -> Refused:
    """The most fitting error for a problem document."""
    by_status = _BY_STATUS.get(status, Refused)
    kind = _BY_CODE.get(str(problem.get("code")), by_status)
    return kind(status, problem, retry_after)
