"""A realistic mixture of events: the stories of clients, told side by side.

Each client of a few workspaces lives through the same weeks: created, changed, given
contacts, rates and projects, invoiced and paid. The stories advance together, so neighbours
in the log belong to different clients, as they do in a busy hour. No two say the same words,
so that nothing compresses better than it would in life.
"""

from __future__ import annotations

import copy
import itertools
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from shared.clock import now, rfc3339
from shared.contracts.catalogue import find
from shared.ids import uuid7
from shared.messaging.envelope import Actor, ActorJson, Envelope, Event

WORKSPACES = 3
CLIENTS_AT_ONCE = 60
ACTOR = Actor("user", "0190a000-0000-7000-8000-000000000001", "Jo Park")
CORRELATION = "0190a000-0000-7000-8000-000000000002"

# One client's story; the aggregate that each step is about stands before the dot.
_STORY = (
    "client.created",
    "contact.added",
    "client.updated",
    "rate.added",
    "client.updated",
    "project.created",
    "client.status_changed",
    "invoice.created",
    "contact.updated",
    "invoice.issued",
    "client.updated",
    "project.status_changed",
    "invoice.payment_recorded",
    "client.updated",
)
_OF_THE_CLIENT = ("client", "contact", "rate")
_STATUS = {
    "invoice.created": "draft",
    "invoice.issued": "issued",
    "invoice.payment_recorded": "paid",
    "project.created": "planned",
    "project.status_changed": "active",
}
_SYLLABLES = (
    "al",
    "ber",
    "cor",
    "dan",
    "el",
    "fin",
    "gra",
    "hol",
    "jor",
    "kel",
    "lun",
    "mor",
    "sten",
)


@dataclass(frozen=True, slots=True)
class WorkspaceEvent:
    """An event and the workspace it happened in."""

    workspace_id: uuid.UUID
    event: Event


def events(count: int, seed: int = 1) -> list[WorkspaceEvent]:
    """The first `count` events of the mixture; ids are new each time, all else follows the seed."""
    chance = random.Random(seed)
    workspaces = [uuid7() for _ in range(WORKSPACES)]
    return list(itertools.islice(_told_side_by_side(workspaces, chance), count))


def word(chance: random.Random) -> str:
    """A made-up name."""
    return "".join(chance.choices(_SYLLABLES, k=3)).capitalize()


def _told_side_by_side(
    workspaces: list[uuid.UUID], chance: random.Random
) -> Iterator[WorkspaceEvent]:
    stories = [_story(chance.choice(workspaces), chance) for _ in range(CLIENTS_AT_ONCE)]
    while True:
        which = chance.randrange(CLIENTS_AT_ONCE)
        told = next(stories[which], None)
        if told is None:
            stories[which] = _story(chance.choice(workspaces), chance)
        else:
            yield told


def _story(workspace_id: uuid.UUID, chance: random.Random) -> Iterator[WorkspaceEvent]:
    ids = {name: uuid7() for name in ("client", "project", "invoice")}
    versions = dict.fromkeys(ids, 0)
    words = _words(chance)
    for step in _STORY:
        about = step.partition(".")[0]
        aggregate = "client" if about in _OF_THE_CLIENT else about
        versions[aggregate] += 1
        subject = f"{aggregate}/{ids[aggregate]}"
        data = _data(step, ids, versions[aggregate], words)
        event = Event(f"clients.{step}.v1", subject, versions[aggregate], ids["client"], data)
        yield WorkspaceEvent(workspace_id, event)


def _words(chance: random.Random) -> dict[str, Any]:
    """What a client calls itself, wherever it is named."""
    company, person = word(chance), f"{word(chance)} {word(chance)}"
    return {
        "company_name": f"{company} {word(chance)}",
        "website": f"https://{company.lower()}.example.com",
        "name": person,
        "email": f"{person.replace(' ', '.').lower()}@{company.lower()}.example.com",
        "phone": f"+1651555{chance.randrange(10_000):04d}",
        "street": f"{chance.randrange(900)} {word(chance)} Street",
        "city": word(chance),
        "postal_code": f"{chance.randrange(100_000):05d}",
        "current_systems": " ".join(word(chance) for _ in range(6)),
        "technical_requirements": " ".join(word(chance) for _ in range(12)),
        "before": word(chance),
        "after": word(chance),
    }


def _data(
    step: str, ids: dict[str, uuid.UUID], version: int, words: dict[str, Any]
) -> dict[str, Any]:
    """The contract's example, told of these ids in these words."""
    data: dict[str, Any] = _reworded(copy.deepcopy(find(f"clients.{step}.v1").example()), words)
    if "client" in data:
        data["client"].update(id=str(ids["client"]), version=version)
    for name in ("project", "invoice"):
        if name in data:
            data[name].update(id=str(ids[name]), client_id=str(ids["client"]), version=version)
            data[name]["status"] = _STATUS[step]
    return data


def _reworded(node: Any, words: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_reworded(item, words) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: words[key] if isinstance(value, str) and key in words else _reworded(value, words)
        for key, value in node.items()
    }


def envelopes(count: int, seed: int = 1) -> list[Envelope]:
    """The mixture as it travels, for pipelines that have no log to read it from."""
    epoch = str(uuid7())
    time = rfc3339(now())
    return [_envelope(told, pos, epoch, time) for pos, told in enumerate(events(count, seed), 1)]


def _envelope(told: WorkspaceEvent, pos: int, epoch: str, time: str) -> Envelope:
    event = told.event
    return {
        "specversion": "1.0",
        "id": str(uuid7()),
        "source": "/clients",
        "type": event.type,
        "subject": event.subject,
        "time": time,
        "workspace": str(told.workspace_id),
        "client_id": str(event.client_id),
        "aggregateversion": event.aggregate_version,
        "pos": pos,
        "epoch": epoch,
        "correlationid": CORRELATION,
        "causationid": None,
        "traceparent": None,
        "actor": cast(ActorJson, ACTOR.as_dict()),
        "data": event.data,
    }
