"""A breaker: once a service is found not to answer, not every request waits to find out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from enum import Enum

from shared.clock import now


class Admission(Enum):
    """What a caller may do: ask, ask once the service has proved to be there, or not ask."""

    ASK = "ask"
    PROBE = "probe"
    TURN_AWAY = "turn away"


class Breaker:
    """The state of one service as one process sees it.

    A failure opens it: callers are turned away at once, except one every `retry_seconds` who
    finds out how things stand. A success closes it.
    """

    def __init__(
        self, *, retry_seconds: float = 1.0, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._retry_seconds = retry_seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._since: datetime | None = None
        self._retry_at = 0.0

    @property
    def since(self) -> datetime:
        """When the present trouble was first seen; the present moment if there is none."""
        return self._since or now()

    def admits(self) -> Admission:
        """What the next caller may do."""
        with self._lock:
            if self._since is None:
                return Admission.ASK
            if self._monotonic() < self._retry_at:
                return Admission.TURN_AWAY
            self._retry_at = self._monotonic() + self._retry_seconds
            return Admission.PROBE

    def succeeded(self) -> None:
        """The service is there: whatever was wrong is over."""
        with self._lock:
            self._since = None

    def failed(self) -> None:
        """No answer came."""
        with self._lock:
            self._since = self._since or now()
            self._retry_at = self._monotonic() + self._retry_seconds
