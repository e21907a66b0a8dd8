"""What an attempt came to: arrived, failed, or nobody is there any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from shared.clock import rfc3339

#: So much of a response is kept for the delivery log, in characters.
KEPT = 1000


class Outcome(Enum):
    """What becomes of a delivery after an attempt."""

    ARRIVED = "arrived"
    FAILED = "failed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt: a status and the start of the response, or the error that there was none.

    `error` is a stable word for programs; `wait` is what the receiver asked for.
    """

    at: datetime
    duration: timedelta
    status: int | None = None
    error: str | None = None
    response: str | None = None
    wait: timedelta | None = None

    @property
    def outcome(self) -> Outcome:
        """Only 2xx is an arrival; a redirection is a failure, as it is never followed."""
        if self.status is not None and 200 <= self.status < 300:
            return Outcome.ARRIVED
        return Outcome.GONE if self.status == 410 else Outcome.FAILED

    def as_dict(self) -> dict[str, Any]:
        """As the delivery log keeps and shows it."""
        return {
            "at": rfc3339(self.at),
            "duration_ms": round(self.duration.total_seconds() * 1000),
            "status": self.status,
            "error": self.error,
            "response": self.response,
        }


def error_of(status: int) -> str | None:
    """The word for a status that is no arrival."""
    if 200 <= status < 300:
        return None
    return "redirected" if 300 <= status < 400 else "refused"


def kept_text(start: bytes) -> str:
    """The start of a response as PostgreSQL can keep it: text, without NUL characters."""
    return start.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")[:KEPT]
