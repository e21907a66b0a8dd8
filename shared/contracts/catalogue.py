"""The event catalogue: every type and version that may travel, and what its data must be.

Producers are held to the letter (unknown fields refused); consumers ignore unknown fields,
so that a producer may add one without asking. Grow a contract by adding optional fields;
anything else is a new major version beside the old one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, ClassVar, Literal

from jsonschema_rs import Draft202012Validator, ValidationError

from shared.contracts import schema_files
from shared.contracts.schema_files import Schema
from shared.contracts.tombstones import is_tombstone

Standing = Literal["known", "unsupported_version", "unknown"]

# A payload that is wrong in a thousand places is told from the first few.
_MAX_MISTAKES = 20


class ContractViolation(Exception):
    """Data does not fit its contract; `mistakes` has one line per wrong path.

    `reason` is stable and is what a dead letter is filed under.
    """

    reason: ClassVar[str] = "contract_violation"

    def __init__(self, name: str, mistakes: list[str]) -> None:
        super().__init__(f"{name}: " + "; ".join(mistakes))
        self.name = name
        self.mistakes = mistakes


class UnknownEventType(ContractViolation):
    """Nothing of this name was ever agreed on."""

    reason = "unknown_type"


class UnsupportedVersion(ContractViolation):
    """The event is known, this major version of it is not: the reader is too old or too new."""

    reason = "unsupported_version"


@dataclass(frozen=True)
class Contract:
    """One event type and version: what it tells, what triggers it, what its data must be."""

    type: str
    description: str
    trigger: str
    key: str
    schema: Schema

    @property
    def family(self) -> str:
        """The type without its version: `clients.client.updated`."""
        return self.type.rpartition(".v")[0]

    @property
    def version(self) -> int:
        """The major version."""
        return int(self.type.rpartition(".v")[2])

    @property
    def source(self) -> str:
        """The service that produces it."""
        return self.type.partition(".")[0]

    @cached_property
    def producer(self) -> Draft202012Validator:
        """Refuses unknown fields."""
        return _compiled(self.schema)

    @cached_property
    def consumer(self) -> Draft202012Validator:
        """Ignores unknown fields."""
        return _compiled(schema_files.tolerant(self.schema))

    @cached_property
    def envelopes(self) -> Draft202012Validator:
        """For any number of whole envelopes of this type at once, as a consumer reads them."""
        envelope = envelope_schema()
        properties = {**envelope["properties"], "data": self.schema}
        items = {**envelope, "properties": properties}
        return _compiled(schema_files.tolerant({"type": "array", "items": items}))

    def example(self) -> dict[str, Any]:
        """Valid data with every field set."""
        made: dict[str, Any] = schema_files.example_of(self.schema)
        return made


def _compiled(schema: Schema) -> Draft202012Validator:
    return Draft202012Validator(schema, validate_formats=True)


@lru_cache
def contracts() -> Mapping[str, Contract]:
    """Every contract by its type; read once per process."""
    return {name: _contract(name) for name in schema_files.event_files()}


def _contract(name: str) -> Contract:
    written = schema_files.read(name)
    if written["title"] != name:
        raise ValueError(f"{name}.json has the title {written['title']!r}")
    return Contract(
        type=name,
        description=written["description"],
        trigger=written["x-trigger"],
        key=written["x-key"],
        schema=schema_files.inlined(written),
    )


@lru_cache
def _families() -> frozenset[str]:
    return frozenset(contract.family for contract in contracts().values())


@lru_cache
def _envelope() -> Draft202012Validator:
    return _compiled(schema_files.tolerant(envelope_schema()))


def envelope_schema() -> Schema:
    """The schema of the envelope around the data."""
    schema: Schema = schema_files.inlined(schema_files.read("envelope"))
    return schema


def types() -> tuple[str, ...]:
    """Every event type in the catalogue, sorted."""
    return tuple(contracts())


def is_known(event_type: str) -> bool:
    """Whether this type and version may be produced and can be read."""
    return event_type in contracts()


def standing(event_type: str) -> Standing:
    """Known, or known in another version only, or not at all."""
    if event_type in contracts():
        return "known"
    family, mark, _version = event_type.rpartition(".v")
    return "unsupported_version" if mark and family in _families() else "unknown"


def find(event_type: str) -> Contract:
    """The contract; raises `UnknownEventType` or `UnsupportedVersion`."""
    found = contracts().get(event_type)
    if found is not None:
        return found
    if standing(event_type) == "unsupported_version":
        raise UnsupportedVersion(event_type, ["this version is not in the catalogue"])
    raise UnknownEventType(event_type, ["not in the catalogue"])


def validate_produced(event_type: str, data: Any) -> None:
    """Hold what we are about to say against its contract; unknown fields are refused."""
    _check(event_type, find(event_type).producer, data)


def validate_consumed(event_type: str, data: Any) -> None:
    """Hold what we were told against its contract; unknown fields are ignored.

    A tombstone may stand in for the data of any type.
    """
    if is_tombstone(data):
        return
    _check(event_type, find(event_type).consumer, data)


def validate_envelope(envelope: Any) -> None:
    """Hold an envelope against the envelope's schema; its data is checked by its type."""
    _check("envelope", _envelope(), envelope)


def all_fit(envelopes: Sequence[Mapping[str, Any]]) -> bool:
    """Whether every envelope and its data fit their contracts: a call per type, not per envelope.

    Which one does not, and why, is for `validate_envelope` and `validate_consumed` to say.
    """
    by_type: dict[str, list[Mapping[str, Any]]] = {}
    for envelope in envelopes:
        by_type.setdefault(str(envelope.get("type")), []).append(envelope)
    return all(
        is_known(event_type) and _is_valid(find(event_type).envelopes, alike)
        for event_type, alike in by_type.items()
    )


def _check(name: str, validator: Draft202012Validator, value: Any) -> None:
    # The first call stops at the first mistake and costs least; almost all calls end here.
    if not _is_valid(validator, value):
        raise ContractViolation(name, _mistakes(validator, value))


def _is_valid(validator: Draft202012Validator, value: Any) -> bool:
    try:
        return validator.is_valid(value)
    except ValueError:
        return False


def _mistakes(validator: Draft202012Validator, value: Any) -> list[str]:
    found: list[str] = []
    try:
        for error in validator.iter_errors(value):
            found.append(_described(error))
            if len(found) == _MAX_MISTAKES:
                break
    except ValueError as error:
        found.append(f"not JSON: {error}")
    return found


def _described(error: ValidationError) -> str:
    path = ".".join(str(part) for part in error.instance_path)
    # A message quotes the value it speaks of, which may be long or personal.
    return f"{path or 'data'}: {error.kind.name} ({_expectation(error)})"


def _expectation(error: ValidationError) -> str:
    wanted = error.kind.as_dict()
    return ", ".join(f"{key}={value}" for key, value in wanted.items())[:200]
