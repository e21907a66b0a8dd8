"""What can go wrong between this package and a Clientele server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar


class ClienteleError(Exception):
    """Whatever this package raises. `retry_after` is how many seconds the server asks to wait."""

    retry_after = 0.0


class Unreachable(ClienteleError):
    """The server did not answer for as long as the caller wanted to wait."""


class InvalidSignature(ClienteleError):
    """A webhook that Clientele has not sent, not to here, or not just now."""


@dataclass(frozen=True, slots=True)
class WrongField:
    """A field that the server refuses: where it stands, a stable code, and a sentence."""

    field: str
    code: str
    message: str


class Problem(ClienteleError):
    """The server said no (RFC 9457). `code` is stable; `errors` holds every wrong field."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        self.status = status
        self.body = body
        self.code = str(body.get("code", "error"))
        self.title = str(body.get("title", f"HTTP {status}"))
        self.detail = str(body.get("detail", ""))
        self.request_id: str | None = body.get("request_id")
        self.errors = tuple(_wrong_field(each) for each in body.get("errors") or ())
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        fields = "; ".join(f"{each.field}: {each.message}" for each in self.errors)
        said = [self.title, self.detail if self.detail != self.title else "", fields]
        return f"{self.status} {self.code}: {' '.join(part for part in said if part)}"


def _wrong_field(error: Mapping[str, Any]) -> WrongField:
    return WrongField(*(str(error.get(key, "")) for key in ("field", "code", "message")))


class Unauthenticated(Problem):
    """The token is unknown, revoked or expired (401)."""


class Forbidden(Problem):
    """The token's holder may not do this (403)."""


class NotFound(Problem):
    """There is no such record, or the caller may not know of it (404)."""


class Conflict(Problem):
    """What was asked does not go together with what there is (409)."""


class StaleVersion(Problem):
    """The record has changed since it was read (412): read it again and repeat the change.

    `version` is what it is at now. Where both sides touched the same field of a client, `base`
    holds what was read, `theirs` what is there now and `yours` what was sent.
    """

    @property
    def version(self) -> int | None:
        """At which version the record is now."""
        return self.body.get("version")

    @property
    def base(self) -> Any:
        """What overlaps, as it was read."""
        return self.body.get("base")

    @property
    def theirs(self) -> Any:
        """What overlaps, as it is now."""
        return self.body.get("theirs")

    @property
    def yours(self) -> Any:
        """What overlaps, as it was sent."""
        return self.body.get("yours")


class Invalid(Problem):
    """Fields are wrong, each named in `errors` (422)."""


class PlaceLost(Problem):
    """The feed cannot go on from this cursor; `earliest` is one that it can go on from."""

    code_of: ClassVar[str]

    @property
    def earliest(self) -> str:
        """The first place from which the feed can be read."""
        return str(self.body["earliest"])


class CursorExpired(PlaceLost):
    """The events after the cursor are no longer offered (410): read the records once, then go on
    from `earliest`."""

    code_of = "events.cursor_expired"


class LogReset(PlaceLost):
    """The server was restored from a backup (409): what was read may never have happened. Read
    again from `earliest`."""

    code_of = "events.log_reset"


_BY_CODE: dict[str, type[Problem]] = {each.code_of: each for each in (CursorExpired, LogReset)}
_BY_STATUS: dict[int, type[Problem]] = {
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: StaleVersion,
    422: Invalid,
}


def problem_of(status: int, body: Mapping[str, Any]) -> Problem:
    """The exception for an answer that is no success."""
    by_status = _BY_STATUS.get(status, Problem)
    return _BY_CODE.get(str(body.get("code")), by_status)(status, body)
