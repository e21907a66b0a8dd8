"""Reading schema files: shared definitions inlined, readers made tolerant, examples composed."""

from __future__ import annotations

import copy
from functools import lru_cache
from importlib.resources import files
from typing import Any

import orjson

Schema = dict[str, Any]

_SCHEMAS = files("shared.contracts.schemas")
_COMMON = "common.json"
_REF_PREFIX = f"{_COMMON}#/$defs/"


def event_files() -> list[str]:
    """The event types that have a schema file, sorted."""
    names = (entry.name for entry in _SCHEMAS.iterdir())
    return sorted(name.removesuffix(".json") for name in names if _is_event(name))


def _is_event(name: str) -> bool:
    return name.endswith(".json") and name.count(".") == 4


@lru_cache
def read(name: str) -> Schema:
    """A schema file as it was written, references and all."""
    schema: Schema = orjson.loads(_SCHEMAS.joinpath(f"{name}.json").read_bytes())
    return schema


def definitions() -> Schema:
    """The shared definitions by name."""
    found: Schema = read("common")["$defs"]
    return found


def definition_name(reference: str) -> str:
    """The shared definition that a reference names; anything else is a mistake in a file."""
    if not reference.startswith(_REF_PREFIX):
        raise ValueError(f"{reference!r} does not point into {_COMMON}")
    return reference.removeprefix(_REF_PREFIX)


def inlined(node: Any) -> Any:
    """The schema with each reference replaced by what it names; keywords beside it win."""
    if isinstance(node, list):
        return [inlined(item) for item in node]
    if not isinstance(node, dict):
        return node
    own = {key: inlined(value) for key, value in node.items() if key != "$ref"}
    if "$ref" not in node:
        return own
    return {**inlined(definitions()[definition_name(node["$ref"])]), **own}


def tolerant(node: Any) -> Any:
    """The schema as a reader holds it: unknown fields are allowed everywhere."""
    if isinstance(node, list):
        return [tolerant(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: value for key, value in node.items() if not _closes(key, value)}
    return {key: tolerant(value) for key, value in kept.items()}


def _closes(key: str, value: Any) -> bool:
    return key == "additionalProperties" and value is False


def example_of(schema: Schema) -> Any:
    """A valid value put together from the examples in the (inlined) schema, all fields set."""
    if "examples" in schema:
        return copy.deepcopy(schema["examples"][0])
    if "properties" in schema:
        return {name: example_of(part) for name, part in schema["properties"].items()}
    if "items" in schema:
        return [example_of(schema["items"])]
    raise ValueError(f"no example in {schema}")
