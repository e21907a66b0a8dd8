"""What waits for a consumer at the broker, as far as its relay can tell, and so whether it is sent
more."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

# Past either a consumer is behind, not the broker: the log can wait longer than Redis' memory
# can. A third more is what the characters take there; eight pairs of services fill no 256 MB.
MAX_WAITING_MESSAGES = 500
MAX_WAITING_CHARACTERS = 8_000_000
# So much is sent to a consumer that keeps up before it is looked at again.
LOOK_EVERY_MESSAGES = 100
LOOK_EVERY_CHARACTERS = 2_000_000


@dataclass(slots=True)
class Backlog:
    """The newest messages that a relay has sent to one consumer, by their sizes."""

    _sizes: deque[int] = field(default_factory=deque)
    _unlooked: int = 0
    _unlooked_characters: int = 0
    _is_in_doubt: bool = False

    @property
    def is_due(self) -> bool:
        """Whether it is time to look how many messages wait."""
        return (
            self._is_in_doubt
            or self._unlooked >= LOOK_EVERY_MESSAGES
            or self._unlooked_characters >= LOOK_EVERY_CHARACTERS
        )

    def has_room(self, waiting: int) -> bool:
        """Whether more may be sent where so many messages wait; the last that were sent, at
        most."""
        held = sum(itertools.islice(reversed(self._sizes), waiting))
        if waiting > MAX_WAITING_MESSAGES or held > MAX_WAITING_CHARACTERS:
            return False
        self._unlooked = self._unlooked_characters = 0
        self._is_in_doubt = False
        return True

    def note_sent(self, sizes: Iterable[int]) -> None:
        """Messages of these sizes were sent."""
        for size in sizes:
            self._sizes.append(size)
            self._unlooked += 1
            self._unlooked_characters += size
        while len(self._sizes) > MAX_WAITING_MESSAGES:
            self._sizes.popleft()

    def note_failure(self) -> None:
        """Some may have been sent, and nobody knows how many: each try may add to the queue."""
        self._is_in_doubt = True
