"""The situations that stop a command, each with a stable `code`.

Domain code raises these; `shared.http.problems` has the one table that turns their kinds
into HTTP, so nothing below the edge knows a status code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field: `field` is its path (`contacts[0].email`), `code` is stable."""

    field: str
    code: str
    message: str

    def as_dict(self) -> dict[str, Any]:
        """As callers see it."""
        return {"field": self.field, "code": self.code, "message": self.message}


class DomainError(Exception):
    """A rule says no. `extra` is added to the answer, as public as the rest of it."""

    code: ClassVar[str] = "error"
    title: ClassVar[str] = "The request could not be carried out"

    def __init__(
        self, detail: str = "", *, errors: Sequence[FieldError] = (), **extra: Any
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.errors = tuple(errors)
        self.extra = extra

    def as_fields(self) -> list[dict[str, Any]]:
        """What is wrong field by field; all of it, where that is no single one's."""
        return [it.as_dict() for it in self.errors or (FieldError("", self.code, str(self)),)]


class Invalid(DomainError):
    """Values are wrong; `errors` names every wrong field at once."""

    code = "invalid"
    title = "Some values are wrong"

    @classmethod
    def at(cls, field: str, code: str, message: str) -> Self:
        """One field is wrong."""
        return cls(errors=[FieldError(field, code, message)])


class Malformed(DomainError):
    """The request cannot be read at all."""

    code = "malformed"
    title = "The request cannot be read"


class NotFound(DomainError):
    """No such thing in this workspace; another workspace's thing is the same answer."""

    code = "not_found"
    title = "Not found"


class Moved(DomainError):
    """It lives on under another id: in the address, `present` belongs where `former` stands."""

    code = "moved"
    title = "It is found under another id"

    def __init__(self, former: str, present: str, detail: str = "", **extra: Any) -> None:
        super().__init__(detail, **extra)
        self.former = former
        self.present = present


class Conflict(DomainError):
    """The present state does not allow it."""

    code = "conflict"
    title = "The present state does not allow this"


class Forbidden(DomainError):
    """The caller is known and lacks a permission."""

    code = "forbidden"
    title = "Not permitted"


class Unauthenticated(DomainError):
    """The caller is not known."""

    code = "unauthenticated"
    title = "Sign in first"


class PreconditionFailed(DomainError):
    """The record has changed since the caller read it."""

    code = "stale_version"
    title = "The record has changed since you read it"

    def __init__(
        self,
        version: int,
        /,
        detail: str | None = None,
        *,
        errors: Sequence[FieldError] = (),
        **extra: Any,
    ) -> None:
        detail = f"It is at version {version}." if detail is None else detail
        super().__init__(detail, errors=errors, **extra)


def require_version(
    expected: int | None,
    version: int,
    stale: Callable[[int], PreconditionFailed] = PreconditionFailed,
) -> None:
    """Raise `stale` of the version that a record has unless it is the expected one (None: any)."""
    if expected not in (None, version):
        raise stale(version)


class PreconditionRequired(DomainError):
    """The caller must say which version it read (`If-Match`)."""

    code = "if_match_required"
    title = "Say which version you are changing"


class Gone(DomainError):
    """It was here and is not any more."""

    code = "gone"
    title = "No longer here"


class TooLarge(DomainError):
    """More bytes than are taken."""

    code = "too_large"
    title = "Too large"


class TooMany(DomainError):
    """More at once than is allowed; less of it, or later, is right.

    `retry_after` is after how many seconds.
    """

    code = "too_many"
    title = "Too many at once"

    def __init__(self, detail: str = "", *, retry_after: int = 2, **extra: Any) -> None:
        super().__init__(detail, **extra)
        self.retry_after = retry_after


class TooSlow(DomainError):
    """The request did not come to its end in time."""

    code = "request.too_slow"
    title = "The request took too long to arrive"


class Unavailable(DomainError):
    """Something this needs does not answer; trying again later is right."""

    code = "unavailable"
    title = "Not available at the moment"
