"""Adding, pausing, resuming, replaying and removing subscribers."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy.dialects.postgresql import insert

from services.activity.events.operations.following import Follower
from services.activity.events.queries import feed
from services.activity.events.rules import cursors
from services.activity.events.rules.cursors import Place
from services.activity.subscribers import events, queries
from services.activity.subscribers.errors import InvalidSubscriber, NameTaken, TooManySubscribers
from services.activity.subscribers.models import ACTIVE, PAUSED, Subscriber
from services.activity.subscribers.rules.names import SEALED_FOR, mistakes
from services.activity.webhooks.rules.types import kept_permissions
from shared.clock import now
from shared.ids import uuid7
from shared.unit_of_work import UnitOfWork

#: So many subscribers has a workspace at most.
MOST_SUBSCRIBERS = 20


def add_subscriber(
    uow: UnitOfWork,
    name: str,
    types: Sequence[str],
    permissions: Collection[str],
    *,
    broker_url: str | None,
    from_now: bool,
) -> tuple[Subscriber, str]:
    """A subscriber, and the cursor that it begins at: the beginning of what the feed offers, or
    its end as it is now.

    Raises `InvalidSubscriber`, `TooManySubscribers`, `NameTaken`.
    """
    if wrong := mistakes(name, types, broker_url):
        raise InvalidSubscriber("; ".join(each.message for each in wrong), errors=wrong)
    if queries.count_subscribers(uow.session) >= MOST_SUBSCRIBERS:
        raise TooManySubscribers(f"{MOST_SUBSCRIBERS} is the most.")
    bounds = feed.bounds(uow.connection)
    start = bounds.head if from_now else bounds.earliest
    subscriber = _made(uow, name, types, permissions, broker_url, start)
    uow.publish(events.subscriber_added(subscriber))
    return subscriber, cursors.cursor_of(uow.vault, uow.workspace_id, start)


def _made(
    uow: UnitOfWork,
    name: str,
    types: Sequence[str],
    permissions: Collection[str],
    broker_url: str | None,
    start: Place,
) -> Subscriber:
    moment = now()
    values = {
        "id": uuid7(),
        "workspace_id": uow.workspace_id,
        "name": name,
        "types": list(types),
        "permissions": sorted(kept_permissions(permissions)),
        "broker": None if broker_url is None else uow.vault.encrypt(broker_url, SEALED_FOR),
        "state": ACTIVE,
        "version": 1,
        "epoch": start.epoch,
        "place": start.pos,
        "read_pos": start.pos,
        "created_at": moment,
        "updated_at": moment,
    }
    # Another workspace's subscriber of this name cannot be seen from here, but is in the way.
    added = insert(Subscriber).values(values).on_conflict_do_nothing().returning(Subscriber.id)
    if uow.connection.execute(added).one_or_none() is None:
        raise NameTaken(f"Choose another name than {name}.")
    return queries.lock_subscriber(uow.session, name)


def pause_subscriber(uow: UnitOfWork, name: str) -> Subscriber:
    """Send nothing more for now; its place is kept. Raises `SubscriberNotFound`."""
    return _in_state(uow, queries.lock_subscriber(uow.session, name), PAUSED)


def resume_subscriber(uow: UnitOfWork, name: str) -> Subscriber:
    """Go on from where it stood, at once. Raises `SubscriberNotFound`."""
    return _in_state(uow, queries.lock_subscriber(uow.session, name), ACTIVE)


def replay(uow: UnitOfWork, name: str, cursor: str | None) -> Subscriber:
    """Send again what comes after a cursor, or all that the feed offers without one.

    Raises `SubscriberNotFound`, and what the feed says of a cursor that it cannot go on from.
    """
    subscriber = queries.lock_subscriber(uow.session, name)
    start = Follower(uow.vault, uow.workspace_id, frozenset()).start(
        feed.bounds(uow.connection), cursor
    )
    subscriber.place = subscriber.read_pos = start
    _changed(uow, subscriber)
    uow.publish(events.replayed(subscriber))
    return subscriber


def remove_subscriber(uow: UnitOfWork, name: str) -> Subscriber:
    """Send nothing more and forget its place; what is in its queue stays there.

    Raises `SubscriberNotFound`.
    """
    subscriber = queries.lock_subscriber(uow.session, name)
    subscriber.version += 1
    uow.publish(events.subscriber_removed(subscriber))
    uow.session.delete(subscriber)
    uow.flush()
    return subscriber


def _in_state(uow: UnitOfWork, subscriber: Subscriber, state: str) -> Subscriber:
    before, subscriber.state = subscriber.state, state
    _changed(uow, subscriber)
    if state != before:
        uow.publish(events.state_changed(subscriber, before))
    return subscriber


def _changed(uow: UnitOfWork, subscriber: Subscriber) -> None:
    """A new version, which is looked at at once, whatever had failed before."""
    subscriber.version += 1
    subscriber.updated_at = now()
    subscriber.failures, subscriber.last_error, subscriber.rest_until = 0, None, None
    uow.flush()
