"""docs/reference/events.md: every event, its fields and an example."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import orjson

from shared.contracts.catalogue import Contract, contracts, envelope_schema
from shared.contracts.schema_files import definition_name, definitions, read

_HEAD = """# Events

Made from `shared/contracts/schemas/` by `clientele reference write`; a test fails when it is
not fresh. The same as a machine reads it: [asyncapi.json](asyncapi.json).

Producers send exactly these fields. Consumers ignore fields they do not know, so a contract
grows by optional fields; anything else is a new version of the type beside the old one.

"""


def events_markdown() -> str:
    """The whole page."""
    parts = [_HEAD, *_index(), *_envelope(), *_definitions()]
    for contract in contracts().values():
        parts += _section(contract)
    return "".join(parts).rstrip("\n") + "\n"


def _index() -> Iterator[str]:
    for source, group in groupby(contracts().values(), key=lambda contract: contract.source):
        yield f"## From {source}\n\n| type | what happened |\n|---|---|\n"
        for contract in group:
            yield f"| [`{contract.type}`](#{_anchor(contract.type)}) | {contract.description} |\n"
        yield "\n"


def _anchor(title: str) -> str:
    return title.replace(".", "").lower()


def _envelope() -> Iterator[str]:
    yield f"## Envelope\n\n{envelope_schema()['description']}\n\n"
    yield from _fields(read("envelope"))


def _definitions() -> Iterator[str]:
    yield "## Shared parts\n\n"
    for name, schema in definitions().items():
        if "properties" in schema:
            yield f"### {name}\n\n"
            yield f"{schema['description']}\n\n" if "description" in schema else ""
            yield from _fields(schema)


def _section(contract: Contract) -> Iterator[str]:
    yield f"## {contract.type}\n\n{contract.description}\n\n"
    yield f"Trigger: {contract.trigger} · subject: `{contract.key}`\n\n"
    yield from _fields(read(contract.type))
    example = orjson.dumps(contract.example(), option=orjson.OPT_INDENT_2).decode()
    yield f"```json\n{example}\n```\n\n"


def _fields(schema: dict[str, Any]) -> Iterator[str]:
    yield "| field | type | |\n|---|---|---|\n"
    for name, part in schema["properties"].items():
        optional = "" if name in schema["required"] else "may be absent. "
        yield f"| `{name}` | {_kind(part)} | {optional}{_explained(part)} |\n"
    yield "\n"


def _kind(part: dict[str, Any]) -> str:
    if "$ref" in part:
        return _linked(definition_name(part["$ref"]))
    if "const" in part:
        return f"`{part['const']}`"
    if "enum" in part:
        return ", ".join(f"`{value}`" for value in part["enum"])
    if part.get("type") == "array":
        return f"list of {_kind(part['items'])}"
    return _plain(part)


def _linked(name: str) -> str:
    schema = definitions()[name]
    return f"[{name}](#{_anchor(name)})" if "properties" in schema else _kind(schema)


def _plain(part: dict[str, Any]) -> str:
    kinds = part.get("type", "any")
    named = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    return f"{named} ({part['format']})" if "format" in part else named


def _explained(part: dict[str, Any]) -> str:
    own = part.get("description")
    if own is None and "$ref" in part:
        shared = definitions()[definition_name(part["$ref"])]
        own = None if "properties" in shared else shared.get("description")
    return str(own or "")
