"""Subscribers over HTTP: how they look, and from where they are told again."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from services.activity.subscribers.models import ACTIVE, PAUSED
from services.activity.subscribers.queries import Backlog
from services.activity.subscribers.rules.names import ingest_name
from shared.clock import rfc3339
from shared.http.fields import required_line
from shared.http.schemas import StrictSchema, page_of


class SubscriberView(Schema):
    """A Celery app that is sent the feed, and how far it was told."""

    name = fields.String()
    queue = fields.String(metadata={"description": "Of its queue, and of the task it is sent."})
    types = fields.List(fields.String())
    state = fields.String(validate=validate.OneOf([ACTIVE, PAUSED]))
    unread = fields.Integer(
        metadata={"description": "Places of the feed not looked through for it; 10000 is or more."}
    )
    seconds = fields.Float(metadata={"description": "The age of the oldest of them."})
    sent_at = fields.DateTime(allow_none=True)
    last_error = fields.String(allow_none=True)


#: All subscribers of the workspace, by name.
SubscriberList = page_of(SubscriberView, "SubscriberList")


class SubscriberReplayBody(StrictSchema):
    """From where on everything is sent again; without a cursor, all that the feed offers."""

    after = required_line(1000, description="A cursor of the feed.")


def present(backlog: Backlog) -> dict[str, Any]:
    """A subscriber as callers see it."""
    sent_at = backlog.sent_at
    return {
        "name": backlog.name,
        "queue": ingest_name(backlog.name),
        "types": list(backlog.types),
        "state": backlog.state,
        "unread": backlog.unread,
        "seconds": backlog.seconds,
        "sent_at": None if sent_at is None else rfc3339(sent_at),
        "last_error": backlog.last_error,
    }
