"""The events as an AsyncAPI 3 document, as the façade serves it at /asyncapi.json.

Beside what travels between the services it holds the four ways in which others are told: the
feed, the stream, webhooks and Celery subscribers.
"""

from __future__ import annotations

from typing import Any

import orjson

from shared.contracts import batches
from shared.contracts.catalogue import Contract, contracts
from shared.contracts.schema_files import definition_name, definitions, read
from shared.messaging.topology import SUBSCRIPTIONS

Document = dict[str, Any]

_HTTP = "http"
_CURSOR = {"type": "string", "description": "A place in the feed; opaque."}
_ENVELOPE = {"$ref": "#/components/schemas/envelope"}
_EVENTS = {"type": "array", "items": _ENVELOPE}
_TIME = {"type": "string", "format": "date-time"}
_UUID = {"type": "string", "format": "uuid"}

# Words of ours that AsyncAPI has a place of its own for.
_MOVED = {"$schema", "title", "description", "x-trigger", "x-key"}


def asyncapi_json() -> str:
    """The document, indented, with a newline at its end."""
    option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(asyncapi_document(), option=option).decode()


def asyncapi_document() -> Document:
    """A channel per source, and one per way in which others are told; a message per event type."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Clientele events",
            "version": "1.0.0",
            "description": "Every event of Clientele as a CloudEvents 1.0 envelope in JSON.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {**{source: _channel(source) for source in _sources()}, **_public_channels()},
        "operations": _operations(),
        "components": {
            "messages": {
                **{name: _message(contract) for name, contract in contracts().items()},
                **_public_messages(),
            },
            "schemas": _schemas(),
        },
    }


def _sources() -> list[str]:
    return sorted({contract.source for contract in contracts().values()})


def _channel(source: str) -> Document:
    names = [name for name, contract in contracts().items() if contract.source == source]
    return {
        "address": f"/{source}",
        "description": f"What the {source} service tells, in order of `pos`.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
    }


def _operations() -> Document:
    sends = {f"{source}.send": _operation("send", source) for source in _sources()}
    receives = {
        f"{service}.receive.{source}": _operation("receive", source)
        for service, sources in SUBSCRIPTIONS.items()
        for source in sources
        if source in _sources()
    }
    public = {f"{name}.send": _operation("send", name) for name in _public_channels()}
    return {**sends, **receives, **public}


def _operation(action: str, source: str) -> Document:
    return {"action": action, "channel": {"$ref": f"#/channels/{source}"}}


def _public_channels() -> Document:
    return {
        "feed": {
            "address": "/v1/events",
            "description": "Pages of the feed; the reader keeps its place, and asks for the next.",
            "messages": _referred("feed.page"),
            "bindings": {_HTTP: {}},
        },
        "stream": {
            "address": "/v1/events/stream",
            "description": "Server-sent events: `id` is the cursor after the event, `event` its "
            "type, `data` its envelope. `Last-Event-ID` says where to go on.",
            "messages": _referred(*contracts()),
            "bindings": {_HTTP: {}},
        },
        "webhooks": {
            "address": None,
            "description": "Posted to the receiver's URL, signed by Standard Webhooks 1.0.",
            "messages": _referred("webhook"),
            "bindings": {_HTTP: {}},
        },
        "subscribers": {
            "address": "{subscriber}.ingest",
            "description": "A Celery queue; the task has the same name.",
            "parameters": {"subscriber": {"description": "The subscriber's name."}},
            "messages": _referred("subscriber.batch"),
        },
    }


def _referred(*names: str) -> Document:
    return {name: {"$ref": f"#/components/messages/{name}"} for name in names}


def _public_messages() -> Document:
    return {
        "feed.page": {
            "name": "feed.page",
            "contentType": "application/json",
            "summary": "Events, the cursor after them, and the cursor of the feed's end.",
            "payload": _object(events=_EVENTS, next=_CURSOR, head=_CURSOR),
        },
        "webhook": {
            "name": "webhook",
            "contentType": "application/json",
            "summary": "One event, with `timestamp` beside.",
            "headers": _object(
                **{
                    "webhook-id": _UUID,
                    "webhook-timestamp": {"type": "string", "pattern": "^[0-9]+$"},
                    "webhook-signature": {"type": "string", "pattern": "^v1,"},
                }
            ),
            "payload": {"allOf": [_ENVELOPE, _object(timestamp=_TIME)]},
        },
        "subscriber.batch": {
            "name": "subscriber.batch",
            "contentType": "application/json",
            "summary": "The keyword arguments of a task: events, and which places they cover.",
            "payload": _subscriber_batch(),
        },
    }


def _subscriber_batch() -> Document:
    """The frozen message, its events in full."""
    frozen = batches.schema()
    events = {**frozen["properties"]["events"], "items": _ENVELOPE}
    return {**frozen, "properties": {**frozen["properties"], "events": events}}


def _object(**properties: Document) -> Document:
    return {"type": "object", "required": list(properties), "properties": properties}


def _message(contract: Contract) -> Document:
    return {
        "name": contract.type,
        "title": contract.type,
        "summary": contract.description,
        "description": f"Trigger: {contract.trigger}. Subject: `{contract.key}`.",
        "payload": {
            "allOf": [
                {"$ref": "#/components/schemas/envelope"},
                {"type": "object", "properties": _typed(contract)},
            ]
        },
    }


def _typed(contract: Contract) -> Document:
    data = {key: _relocated(value) for key, value in read(contract.type).items()}
    return {
        "type": {"const": contract.type},
        "data": {key: value for key, value in data.items() if key not in _MOVED},
    }


def _schemas() -> Document:
    envelope = {key: value for key, value in read("envelope").items() if key not in _MOVED}
    named = {"envelope": envelope, **definitions()}
    return {name: _relocated(schema) for name, schema in named.items()}


def _relocated(node: Any) -> Any:
    """The schema with references into the document, and unknown fields left to readers."""
    if isinstance(node, list):
        return [_relocated(item) for item in node]
    if not isinstance(node, dict):
        return node
    moved = {key: _relocated(value) for key, value in node.items() if key != "$ref"}
    moved.pop("additionalProperties", None)
    if "$ref" not in node:
        return moved
    reference = {"$ref": f"#/components/schemas/{definition_name(node['$ref'])}"}
    return {"allOf": [reference], **moved} if moved else reference
