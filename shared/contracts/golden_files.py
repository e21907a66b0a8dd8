"""Golden files: what was promised to readers, frozen per event type and version.

A golden holds the schema (references inlined) and an example as they were when the type was
first published. It is written once by `clientele reference freeze` and never again: changing
one by hand is breaking a promise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from shared.contracts.catalogue import Contract, contracts
from shared.contracts.schema_files import Schema

FOLDER = Path(__file__).parent / "golden"

# Words that explain and do not bind; all the others must stay as they were.
_ANNOTATIONS = {"$schema", "title", "description", "examples", "x-trigger", "x-key"}


@dataclass(frozen=True, slots=True)
class Golden:
    """A frozen contract: its schema and an example as they were."""

    type: str
    schema: Schema
    example: dict[str, Any]


def goldens() -> dict[str, Golden]:
    """Every frozen contract by its type."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.json"))}


def freeze() -> list[str]:
    """Write goldens for the types that have none; returns those types. Never overwrites."""
    FOLDER.mkdir(exist_ok=True)
    missing = [contract for name, contract in contracts().items() if name not in goldens()]
    for contract in missing:
        (FOLDER / f"{contract.type}.json").write_bytes(_frozen(contract))
    return [contract.type for contract in missing]


def breaches(old: Any, new: Any, path: str = "data") -> Iterator[str]:
    """What in `new` is more than an addition to `old`; nothing if readers old and new agree.

    Allowed: another optional field, another text of explanation. Everything else is breaking:
    a field removed, made required or optional, or a type, pattern, limit or choice changed.
    """
    for keyword in sorted((old.keys() | new.keys()) - _ANNOTATIONS):
        before, after = old.get(keyword), new.get(keyword)
        if keyword == "properties" and before is not None and after is not None:
            yield from _property_breaches(before, after, path)
        elif keyword == "items" and before is not None and after is not None:
            yield from breaches(before, after, f"{path}[]")
        elif _comparable(keyword, before) != _comparable(keyword, after):
            yield f"{path}: {keyword} was {before!r} and is {after!r}"


def _property_breaches(old: Schema, new: Schema, path: str) -> Iterator[str]:
    for name, schema in old.items():
        if name in new:
            yield from breaches(schema, new[name], f"{path}.{name}")
        else:
            yield f"{path}.{name}: removed"


def _comparable(keyword: str, value: Any) -> Any:
    return sorted(value) if keyword == "required" and value is not None else value


def _read(path: Path) -> Golden:
    stored = orjson.loads(path.read_bytes())
    return Golden(path.stem, stored["schema"], stored["example"])


def _frozen(contract: Contract) -> bytes:
    content = {"schema": contract.schema, "example": contract.example()}
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
