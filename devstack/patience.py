"""How long a start is waited for: as long as it goes on, however busy the machine is."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

#: A process that is busy for so long before it is ready will not be.
LONGEST_SECONDS = 600.0
# Waiting in a loop for something that does not come costs a little too.
_STEP_SECONDS = 0.1


@dataclass(slots=True)
class Patience:
    """Over after so many seconds in which nothing went on, or after `LONGEST_SECONDS`."""

    seconds: float
    clock: Callable[[], float] = time.monotonic
    _begun: float = field(init=False)
    _moved: float = field(init=False)
    _spent: float = 0.0

    def __post_init__(self) -> None:
        self._begun = self._moved = self.clock()

    def is_over(self, spent: float) -> bool:
        """Whether to give up on those who have taken so much of the processors' time by now."""
        now = self.clock()
        if abs(spent - self._spent) >= _STEP_SECONDS:
            self._spent, self._moved = spent, now
        return now - self._moved > self.seconds or now - self._begun > LONGEST_SECONDS


def processor_seconds(pids: Iterable[int]) -> float:
    """What processes have taken of the processors, with those that they have waited for."""
    return sum(map(_ticks, pids)) / os.sysconf("SC_CLK_TCK")


def _ticks(pid: int) -> int:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:  # It has ended, or this system tells it in another way.
        return 0
    # The name, which may have blanks in it, stands in brackets before all else.
    return sum(map(int, stat.rpartition(")")[2].split()[11:15]))
