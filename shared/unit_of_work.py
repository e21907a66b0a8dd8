"""The unit of work: one transaction, one workspace, one actor, and the events it causes.

When to use: at the edge (a route or a task), once per command. When not: inside operations,
which are handed the unit of work and never commit. A change and its events are committed
together because `publish` only writes rows of the same transaction (promise P1).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, TextClause, text
from sqlalchemy.orm import Session

from shared.db.engine import autocommitting
from shared.db.pipelining import commit, committing, send
from shared.db.tenancy import begin_in
from shared.failpoints import ENABLED, failpoint
from shared.messaging.envelope import Actor, Event
from shared.messaging.outbox import Origin, PreparedEvent, append, prepare
from shared.security.crypto import Vault

_TAKE_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


class UnitOfWork:
    """Opens a transaction of role `app` in one workspace; leaving it commits or rolls back.

    `after_commit` runs once the transaction is durable and only if it published something.
    """

    def __init__(
        self,
        engine: Engine,
        origin: Origin,
        *,
        vault: Vault,
        after_commit: Callable[[], None] | None = None,
    ) -> None:
        self.origin = origin
        self.vault = vault
        self._engine = autocommitting(engine)
        self._after_commit = after_commit
        self._events: list[PreparedEvent] = []
        self._last: list[tuple[TextClause, Mapping[str, Any]]] = []

    @cached_property
    def session(self) -> Session:
        """The transaction for mapped objects; who needs none of them saves time without."""
        return Session(self.connection, expire_on_commit=False, autoflush=False)

    @property
    def workspace_id(self) -> uuid.UUID:
        """The workspace this transaction sees and writes; the database enforces it."""
        return self.origin.workspace_id

    @property
    def actor(self) -> Actor:
        """Who is acting."""
        return self.origin.actor

    def publish(self, event: Event) -> uuid.UUID:
        """Record an event with the change; returns its id. It is sent after the commit."""
        prepared = prepare(event)
        self._events.append(prepared)
        return prepared.event_id

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Something that may fail by itself: what it wrote and published goes with it."""
        events, last = len(self._events), len(self._last)
        try:
            with self.session.begin_nested():
                # The session sets its savepoint on first use, which `connection` passes by.
                self.session.connection()
                yield
        except BaseException:
            del self._events[events:], self._last[last:]
            raise

    def flush(self) -> None:
        """Write what is pending, so that constraints answer now."""
        self.session.flush()

    def take_turn(self, name: str) -> None:
        """Wait while another transaction of the workspace has its turn under this name, and keep
        one's own to the end."""
        self.session.execute(_TAKE_TURN, {"name": f"{self.workspace_id} {name}"})

    def write_last(self, statement: TextClause, values: Mapping[str, Any]) -> None:
        """Carry a statement out with the commit, whose round trip it shares.

        For what nothing of this transaction reads any more, and no constraint can refuse.
        """
        self._last.append((statement, values))

    def __enter__(self) -> Self:
        """Begin; every statement from here on is confined to the workspace."""
        self.connection: Connection = self._engine.connect()
        begin_in(self.connection, self.origin.workspace_id)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Commit if nothing was raised, otherwise roll back; the connection goes home."""
        try:
            if kind is None:
                self._commit()
        finally:
            self._close()

    def _close(self) -> None:
        if "session" in self.__dict__:
            self.session.close()
        self.connection.close()

    def _commit(self) -> None:
        if "session" in self.__dict__:
            self.session.flush()
        if self._last or self._events:
            self._commit_with_the_rest()
        else:
            failpoint("uow.before_commit")
            commit(self.connection)
        failpoint("uow.after_commit")
        if self._events and self._after_commit is not None:
            self._after_commit()

    def _commit_with_the_rest(self) -> None:
        with committing(self.connection) as pipeline:
            for statement, values in self._last:
                send(self.connection, statement, values)
            append(self.connection, self.origin, self._events)
            if ENABLED:
                pipeline.sync()
                failpoint("uow.before_commit")
