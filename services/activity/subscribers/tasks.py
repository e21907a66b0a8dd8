"""Sending: the relay hands each subscriber's batches to its queue.

Each subscriber is served in a thread of its own, over a connection of its own with bounded
timeouts, so that a broker that hangs holds up nobody else.
"""

from __future__ import annotations

import threading
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from services.activity.subscribers.operations import sending
from services.activity.subscribers.operations.sending import Batch, Due
from services.activity.subscribers.rules.names import SEALED_FOR, ingest_name, without_secrets
from shared.db.engine import autocommitting
from shared.failpoints import failpoint
from shared.logging import get_logger
from shared.messaging.publisher import Outlet
from shared.security.crypto import Vault

_log = get_logger(__name__)

#: Past this many waiting messages a subscriber is behind: the feed can wait longer than the memory
#: of a broker can. A message has at most 100 events and 256 kB, but for one event that is larger.
MOST_WAITING = 64
# A connection is kept for this long, as the next event is often near.
_LINGER_SECONDS = 5.0
_LOOK_SECONDS = 0.05


@dataclass(slots=True)
class Sender:
    """Sends to all subscribers; several may run, in several processes: a lease saves work."""

    engine: Engine
    vault: Vault
    broker_url: str
    owner: str
    _turns: dict[uuid.UUID, threading.Thread] = field(default_factory=dict)

    def make_round(self) -> bool:
        """One round: begin a turn for each subscriber that there is something for."""
        with autocommitting(self.engine).connect() as connection:
            due = sending.due_subscribers(connection, self.owner)
        self._turns = {key: turn for key, turn in self._turns.items() if turn.is_alive()}
        for each in due:
            if each.id not in self._turns:
                self._turns[each.id] = threading.Thread(
                    target=self._turn, args=(each,), daemon=True
                )
                self._turns[each.id].start()
        return False

    def _turn(self, due: Due) -> None:
        url = self.broker_url
        try:
            if due.broker is not None:
                url = self.vault.decrypt(bytes(due.broker), SEALED_FOR).decode()
            self._serve(due.id, url)
        except Exception as error:  # Whatever the broker raises, the feed keeps the events.
            self._hold_back(due.id, f"{type(error).__name__}: {without_secrets(str(error), url)}")

    def _serve(self, subscriber: uuid.UUID, url: str) -> None:
        """Send as long as there is something, and a little longer."""
        outlet: Outlet | None = None
        until = time.monotonic() + _LINGER_SECONDS
        try:
            while time.monotonic() < until:
                batch = self._next(subscriber)
                if batch is None:
                    time.sleep(_LOOK_SECONDS)
                    continue
                outlet = outlet or Outlet(ingest_name(batch.name), url)
                if not self._is_sent(outlet, batch):
                    return
                until = time.monotonic() + _LINGER_SECONDS
        finally:
            if outlet:
                outlet.close()

    def _next(self, subscriber: uuid.UUID) -> Batch | None:
        with autocommitting(self.engine).connect() as connection:
            return sending.next_batch(connection, self.vault, subscriber, self.owner)

    def _is_sent(self, outlet: Outlet, batch: Batch) -> bool:
        """False where its queue is long, and it is held back at its place."""
        waiting = outlet.depth()
        if waiting >= MOST_WAITING:
            self._hold_back(batch.subscriber, f"{waiting} messages wait in its queue", failed=False)
            return False
        # What waits already tells the place as well as a message without events would.
        if batch.message["events"] or not waiting:
            outlet.send(batch.message, len(batch.message["events"]))
        failpoint("subscribers.after_publish")
        with autocommitting(self.engine).connect() as connection:
            sending.note_sent(connection, batch)
        return True

    def _hold_back(self, subscriber: uuid.UUID, said: str, *, failed: bool = True) -> None:
        _log.info("not sent to a subscriber", subscriber=str(subscriber), error=said)
        # If the database itself is away, the lease of the turn is the rest.
        with suppress(SQLAlchemyError), autocommitting(self.engine).connect() as connection:
            sending.hold_back(connection, subscriber, said, failed=failed)
