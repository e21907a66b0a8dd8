"""A Celery app as a subscriber: every event is applied once, in order per client.

    consumer = Subscriber(engine, feed=Feed(url, token), name="erp")

    @consumer.apply("clients.client.updated.v1")
    def changed(connection, event): ...

    consumer.create_tables()
    consumer.register(app)

The worker takes from the queue `erp.ingest`. Messages may be lost, doubled or out of order: what
they leave out is pulled from the feed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from celery import Celery
from celery.exceptions import SoftTimeLimitExceeded
from kombu.entity import Queue
from sqlalchemy import Connection, Engine

from clientele_client.errors import ClienteleError
from clientele_client.feed import Feed
from clientele_client.inbox import NOWHERE, Event, Inbox, State

VERSION = 1
# The feed takes so many patterns at most; with more it is read whole.
_MOST_PATTERNS = 50

Handler = TypeVar("Handler", bound=Callable[[Connection, Any], object])


class NotForUs(ClienteleError):
    """A message of another version, workspace or subscriber: it is left alone."""


class FeedBegunAnew(ClienteleError):
    """The feed was restored from a backup: what was applied may never have happened.

    Read the records once, then go on with `begin_after`.
    """


class Subscriber:
    """Applies the events of one subscription to one database.

    `name` is that of `clientele subscribers add`, whose cursor is the `start` if it was given
    `--from-now`; without one it begins with the feed. `feed` must be allowed to see what the
    subscriber is sent. An event whose function raises is parked, with all later ones of its
    client behind it; it is tried again with the next messages, `attempts` times in all, and after
    that by `retry_parked` alone.
    """

    def __init__(
        self, engine: Engine, *, feed: Feed, name: str, start: str | None = None, attempts: int = 5
    ) -> None:
        self._feed = feed
        self._name = name
        self._attempts = attempts
        self._handlers: list[tuple[str, Callable[[Connection, Any], object]]] = []
        self.inbox = Inbox(
            engine, name, self._dispatch, start=start, passing=(SoftTimeLimitExceeded,)
        )

    def apply(self, *patterns: str) -> Callable[[Handler], Handler]:
        """The function is called with each event of these types, or of those that begin as a
        pattern with a star does; it writes through the connection and does not commit."""

        def register(function: Handler) -> Handler:
            self._handlers.extend((pattern, function) for pattern in patterns)
            return function

        return register

    def create_tables(self) -> None:
        """Make what the inbox keeps, where it is not there yet."""
        self.inbox.create_tables()

    def register(self, app: Celery) -> None:
        """Give the app its task and its queue; call it once the app is configured."""
        name = f"{self._name}.ingest"
        app.amqp.queues.add(
            Queue(
                name,
                exchange="",
                routing_key=name,
                queue_arguments={"x-queue-type": "quorum"},
            )
        )
        # Not shared: another app of the process is another subscriber's.
        options = {"acks_late": True, "reject_on_worker_lost": True, "ignore_result": True}
        app.task(name=name, shared=False, **options)(self._ingest)

    def receive(self, message: Mapping[str, Any]) -> None:
        """Apply one message, and first whatever is missing before it.

        Raises `NotForUs`, `FeedBegunAnew`, and what the feed raises.
        """
        self._expect(message)
        self.inbox.retry_parked(self._attempts)
        is_hole = message["after"] > self.inbox.state().place
        if is_hole:
            self.catch_up()
        self.inbox.take(message["events"], lambda state: _moved(state, message, is_hole))

    def catch_up(self) -> None:
        """Pull from the feed what was not applied yet, up to its end."""
        patterns = sorted({pattern for pattern, _ in self._handlers})
        types = patterns if 0 < len(patterns) <= _MOST_PATTERNS and "*" not in patterns else None
        for page in self._feed.pages(self.inbox.state().cursor, types=types, wait=0):
            self.inbox.take(page.events, lambda _, cursor=page.next: {"cursor": cursor})  # type: ignore[misc]

    def begin_after(self, cursor: str | None) -> None:
        """Go on after another place of the feed, from its beginning without one."""
        self.inbox.begin_after(cursor)

    def retry_parked(self) -> int:
        """Try every parked event again; returns how many were applied."""
        return self.inbox.retry_parked()

    def _ingest(self, **message: Any) -> None:
        self.receive(message)

    def _expect(self, message: Mapping[str, Any]) -> None:
        state = self.inbox.state()
        if message["version"] != VERSION or message["subscriber"] != self._name:
            raise NotForUs(f"{message['subscriber']}, version {message['version']}")
        if state.workspace not in (None, message["workspace"]):
            raise NotForUs(f"workspace {message['workspace']}")
        if state.epoch not in (None, message["epoch"]):
            raise FeedBegunAnew(f"It was {state.epoch} and is {message['epoch']}.")

    def _dispatch(self, connection: Connection, event: Event) -> None:
        for pattern, function in self._handlers:
            if _means(pattern, event["type"]):
                function(connection, event)


def _moved(state: State, message: Mapping[str, Any], is_hole: bool) -> dict[str, Any] | None:
    """Behind the message; None where another one was behind it before."""
    if state.place != NOWHERE and message["upto"] <= state.place:
        return None
    moved = {name: message[name] for name in ("workspace", "epoch")}
    moved["place"] = message["upto"]
    # What was pulled ends behind the message, or where the message does.
    return moved if is_hole else {**moved, "cursor": message["cursor"]}


def _means(pattern: str, event_type: str) -> bool:
    if pattern.endswith("*"):
        return event_type.startswith(pattern.removesuffix("*"))
    return event_type == pattern
