"""A memory that lasts for seconds: what hot paths would otherwise ask the database each time."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Memory(Generic[Key, Value]):
    """Keeps the newest `most` values, each for `seconds`; safe for threads."""

    def __init__(
        self, seconds: float, most: int, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._most = most
        self._monotonic = monotonic
        self._kept: OrderedDict[Key, tuple[float, Value]] = OrderedDict()
        self._lock = threading.Lock()

    def recall(self, key: Key) -> tuple[Value] | None:
        """The value in a tuple of its own, since None may be one; None once it is forgotten."""
        with self._lock:
            found = self._kept.get(key)
        if found is None or found[0] <= self._monotonic():
            return None
        return (found[1],)

    def keep(self, key: Key, value: Value) -> None:
        """Remember a value from now on."""
        until = self._monotonic() + self._seconds
        with self._lock:
            self._kept[key] = (until, value)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def forget(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
