"""Events and envelopes.

An `Event` is what an operation announces; an `Envelope` is the same fact as it travels:
JSON with CloudEvents 1.0 names, so that the HTTP form is CloudEvents.
"""

from __future__ import annotations

import uuid
import zlib
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict

import orjson


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: `kind` is user, contact, api_key or system."""

    kind: str
    id: str | None
    name: str

    def as_dict(self) -> dict[str, str | None]:
        """As it stands in an envelope."""
        return {"kind": self.kind, "id": self.id, "name": self.name}


@dataclass(frozen=True, slots=True)
class Event:
    """A fact, past tense. `subject` is `<aggregate>/<id>`; `aggregate_version` rises by one
    with each event of that subject; `client_id` is None for the workspace's own events;
    `occurred_at` is given where the change carries its moment, otherwise it is when the event
    is written."""

    type: str
    subject: str
    aggregate_version: int
    client_id: uuid.UUID | None
    data: dict[str, Any]
    occurred_at: datetime | None = None


class ActorJson(TypedDict):
    """The actor inside an envelope."""

    kind: str
    id: str | None
    name: str


class Envelope(TypedDict):
    """One event as it travels. Ids are strings, `time` is RFC 3339 in UTC."""

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    workspace: str
    client_id: str | None
    aggregateversion: int
    pos: int
    epoch: str
    correlationid: str
    causationid: str | None
    traceparent: str | None
    actor: ActorJson
    data: dict[str, Any]


class Batch(TypedDict):
    """One message: up to 100 envelopes of one source, in order of `pos`."""

    v: int
    source: str
    epoch: str
    envelopes: list[Envelope]


# Limits of the pipe (bytes of JSON). Redis holds messages in memory and Celery adds a third
# for base64, so a message stays small; an event near the limit travels alone.
MAX_DATA_BYTES = 256_000
MAX_BATCH_BYTES = 256_000
MAX_BATCH_ENVELOPES = 100
ALONE_BYTES = 64_000


def pack(batch: bytes) -> str:
    """A batch (JSON) as the argument of its task.

    It goes through Redis three times (queue, unacked, its file), and the worker's parent reads
    it and hands it to a child, which reads it again. Packed it is an eighth, and one string, so
    that only the child takes it apart.
    """
    return b64encode(zlib.compress(batch, level=1)).decode()


def unpack(packed: str) -> Batch:
    """The batch again."""
    batch: Batch = orjson.loads(zlib.decompress(b64decode(packed)))
    return batch
