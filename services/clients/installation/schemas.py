"""How the installation looks over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, fields

Standing = Mapping[str, Any]


class ServiceStandingView(Schema):
    """One service. `relay` is who sends its events on, None where nobody does."""

    name = fields.String()
    head = fields.Integer(metadata={"description": "The last position of its log."})
    unsequenced = fields.Integer(metadata={"description": "Events that have no position yet."})
    relay = fields.String(allow_none=True)
    dead_letters = fields.Integer(metadata={"description": "How many are parked."})


class ConsumerStandingView(Schema):
    """One consumer of one source. What the source's service says is None while that is away."""

    consumer = fields.String()
    source = fields.String()
    position = fields.Integer(metadata={"description": "Up to where everything is applied."})
    head = fields.Integer(metadata={"description": "Where the source ends, as far as is known."})
    behind = fields.Integer(metadata={"description": "Events that are not applied yet."})
    ahead = fields.Integer(metadata={"description": "Events applied past a hole."})
    seconds = fields.Float(metadata={"description": "For how long it has been behind."})
    sent = fields.Integer(allow_none=True)
    paused = fields.Boolean(allow_none=True)


class DeadLetterView(Schema):
    """An envelope that could not be applied: what it is, never what it says."""

    service = fields.String()
    id = fields.Integer()
    source = fields.String()
    pos = fields.Integer()
    event_id = fields.String(allow_none=True)
    type = fields.String()
    reason = fields.String()
    attempts = fields.Integer()
    parked_at = fields.DateTime()


class BacklogView(Schema):
    """What waits, of all workspaces together."""

    kind = fields.String(metadata={"description": "`job` or `mail`."})
    state = fields.String()
    count = fields.Integer()
    oldest_at = fields.DateTime()


class AwayView(Schema):
    """A service that does not answer."""

    service = fields.String()
    since = fields.String()
    detail = fields.String()


class InstallationView(Schema):
    """All services, as far as they answer."""

    services = fields.List(fields.Nested(ServiceStandingView))
    consumers = fields.List(fields.Nested(ConsumerStandingView))
    dead_letters = fields.List(fields.Nested(DeadLetterView))
    backlogs = fields.List(fields.Nested(BacklogView))
    unavailable = fields.List(fields.Nested(AwayView))


def services_json(found: Mapping[str, Standing]) -> list[dict[str, Any]]:
    """As `ServiceStandingView`."""
    return [
        {
            "name": name,
            "head": one["head"],
            "unsequenced": one["unsequenced"],
            "relay": one["relay"],
            "dead_letters": one["parked"],
        }
        for name, one in found.items()
    ]


def consumers_json(found: Mapping[str, Standing]) -> Iterator[dict[str, Any]]:
    """As `ConsumerStandingView`, by consumer."""
    sent = {
        (f"/{source}", relay["target"]): relay
        for source, one in found.items()
        for relay in one["sent"]
    }
    for consumer, one in found.items():
        for each in one["applied"]:
            relay = sent.get((each["source"], consumer), {})
            yield {
                "consumer": consumer,
                "source": each["source"],
                "position": each["pos"],
                "sent": relay.get("pos"),
                "paused": relay.get("paused"),
                **{name: each[name] for name in ("head", "behind", "ahead", "seconds")},
            }


def letters_json(found: Mapping[str, Standing]) -> list[dict[str, Any]]:
    """As `DeadLetterView`, by service."""
    return [
        {"service": name, **letter} for name, one in found.items() for letter in one["dead_letters"]
    ]
