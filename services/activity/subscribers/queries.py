"""Reading subscribers, and how far behind each is."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, text
from sqlalchemy.orm import Session

from services.activity.subscribers.errors import SubscriberNotFound
from services.activity.subscribers.models import Subscriber

# Places are counted up to 10,000: beyond that the number changes nothing.
_BACKLOGS = text(
    """
    SELECT s.workspace_id, s.name, s.state, s.types, s.place,
        (SELECT count(*) FROM (SELECT FROM feed AS f WHERE f.workspace_id = s.workspace_id
                               AND f.pos > s.read_pos LIMIT 10000) AS places) AS unread,
        coalesce((SELECT round(extract(epoch FROM clock_timestamp() - f.fed_at), 1) FROM feed AS f
                  WHERE f.workspace_id = s.workspace_id AND f.pos > s.read_pos
                  ORDER BY f.pos LIMIT 1), 0) AS seconds,
        s.sent_at, s.last_error
    FROM subscribers AS s ORDER BY s.name
    """
)


@dataclass(frozen=True, slots=True)
class Backlog:
    """How far a subscriber was told. `unread` places of the feed were not looked through for it
    yet, the oldest of them given `seconds` ago; 10,000 stands for that many or more."""

    workspace: uuid.UUID
    name: str
    state: str
    types: list[str]
    place: int
    unread: int
    seconds: float
    sent_at: datetime | None
    last_error: str | None


def backlogs(connection: Connection) -> list[Backlog]:
    """The subscribers of every workspace, for role `pipe`; of one, for role `app`."""
    return [
        Backlog(row.workspace_id, row.name, row.state, row.types, row.place, row.unread,
                float(row.seconds), row.sent_at, row.last_error)
        for row in connection.execute(_BACKLOGS)
    ]  # fmt: skip


def backlog_of(connection: Connection, name: str) -> Backlog:
    """One of the workspace's subscribers, for role `app`; raises `SubscriberNotFound`."""
    for found in backlogs(connection):
        if found.name == name:
            return found
    raise SubscriberNotFound


def count_subscribers(session: Session) -> int:
    """How many subscribers the workspace has."""
    return session.scalar(select(func.count()).select_from(Subscriber)) or 0


def lock_subscriber(session: Session, name: str) -> Subscriber:
    """One subscriber, locked; raises `SubscriberNotFound`."""
    found = session.scalar(select(Subscriber).where(Subscriber.name == name).with_for_update())
    if found is None:
        raise SubscriberNotFound
    return found
