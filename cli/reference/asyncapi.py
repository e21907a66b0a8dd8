"""docs/reference/asyncapi.json: the events as an AsyncAPI 3 document."""

from __future__ import annotations

from typing import Any

import orjson

from shared.contracts.catalogue import Contract, contracts
from shared.contracts.schema_files import definition_name, definitions, read
from shared.messaging.topology import SUBSCRIPTIONS

Document = dict[str, Any]

# Words of ours that AsyncAPI has a place of its own for.
_MOVED = {"$schema", "title", "description", "x-trigger", "x-key"}


def asyncapi_json() -> str:
    """The document, indented, with a newline at its end."""
    option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(asyncapi_document(), option=option).decode()


def asyncapi_document() -> Document:
    """One channel per source; a message per event type; who receives which source."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Clientele events",
            "version": "1.0.0",
            "description": "Every event of Clientele as a CloudEvents 1.0 envelope in JSON.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {source: _channel(source) for source in _sources()},
        "operations": _operations(),
        "components": {
            "messages": {name: _message(contract) for name, contract in contracts().items()},
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
    return {**sends, **receives}


def _operation(action: str, source: str) -> Document:
    return {"action": action, "channel": {"$ref": f"#/channels/{source}"}}


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
