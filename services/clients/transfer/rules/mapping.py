"""What the columns of a file mean: any public path of a client.

The paths are read off the body of a create, so a new field of a client is one here too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from marshmallow import Schema, fields

from services.clients.records.schemas.bodies import ClientBody, ClientChanges
from services.clients.transfer.rules.cells import read_flag, read_json, read_street
from services.clients.transfer.rules.notations import AS_TYPED, Notation
from services.clients.transfer.rules.tables import Fault, Row
from shared.errors import FieldError
from shared.http.fields import FlagRule
from shared.values.text import separated

#: The path that names a client that exists.
ID = "id"
CODE = "client_code"
#: What an answer adds to a client, in an export.
ANSWERED = ("version", "created_at", "updated_at")

Read = Callable[[str], Any]

# What a body says about itself and not about the client.
_NO_FIELDS = frozenset({"allow_duplicate"})
_ELEMENT = re.compile(r"(contacts|rates)\[(\d{1,2})\]\.(\w+)")
_STREET = "address.street"
_CUSTOM = "custom_fields"
_FREE = re.compile(rf"{_CUSTOM}\.[^.\[\]]+")
# What stands in one column or in several, and how the paths of several go on.
_WHOLES = {"contacts": "[", "rates": "[", _CUSTOM: "."}
# What is a day or a number, by the last part of its path.
_NOTED = {
    "valid_from": "date",
    "valid_until": "date",
    "regular_rate": "number",
    "overtime_rate": "number",
}
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_WORD = re.compile(r"[^\W_]+")

# What people call their columns, beside the names of the paths themselves.
_ALIASES = {
    "company_name": ("company", "client", "client name", "customer", "organisation",
                     "organization", "account", "account name", "business name", "security"),
    "client_code": ("code", "short name", "abbreviation", "symbol"),
    "primary_contact.name": ("contact", "contact name", "contact person", "full name"),
    "primary_contact.email": ("email", "e mail", "mail", "email address", "contact email"),
    "primary_contact.phone": ("phone", "telephone", "phone number", "tel", "contact phone"),
    "website": ("web", "url", "homepage", "web site"),
    "address.street": ("street", "address", "street address", "address line 1"),
    "address.city": ("city", "town", "headquarters location"),
    "address.state": ("state", "province", "region"),
    "address.county": ("county",),
    "address.postal_code": ("zip", "zip code", "postcode", "postal code"),
    "address.country": ("country", "country code"),
    "industry": ("sector", "gics sector", "branch"),
    "company_size": ("size", "employees"),
    "annual_revenue": ("revenue",),
    "tax_id": ("tax", "ein", "tax number", "vat", "vat id"),
    "primary_service_type": ("service", "service type"),
    "compliance_requirements": ("compliance", "standards"),
    "tags": ("labels",),
    "owner_id": ("owner",),
}  # fmt: skip


@lru_cache
def paths() -> dict[str, Read]:
    """Every path that a column can stand for, with what makes a value of its cells."""
    found = dict(_paths_of(ClientBody(), ""))
    known = {path: read for path, read in found.items() if path not in _NO_FIELDS}
    return {ID: str, **known, _STREET: read_street}


def _paths_of(schema: Schema, before: str) -> Iterator[tuple[str, Read]]:
    for name, each in schema.load_fields.items():
        if isinstance(each, fields.Nested):
            yield from _paths_of(each.schema, f"{before}{name}.")
        else:
            yield f"{before}{name}", _reader(each)


def _reader(each: fields.Field[Any]) -> Read:
    if isinstance(each, FlagRule):
        return read_flag
    if isinstance(each, fields.List):
        return read_json if isinstance(each.inner, fields.Nested) else separated
    return read_json if isinstance(each, fields.Dict) else str


@lru_cache(maxsize=1_000)
def reader_of(path: str) -> Read | None:
    """What makes a value of a cell of this path; None where there is no such path."""
    element = _ELEMENT.fullmatch(path)
    if element is None:
        return str if _is_custom(path) else paths().get(path)
    schema = _element_schema(element[1])
    inner = schema.load_fields.get(element[3])
    return None if inner is None else _reader(inner)


def _is_custom(path: str) -> bool:
    return _FREE.fullmatch(path) is not None and "custom_fields" in ClientBody().load_fields


@lru_cache
def _element_schema(name: str) -> Schema:
    listed: Any = ClientChanges().load_fields[name]
    schema: Schema = listed.inner.schema
    return schema


def suggested(columns: Sequence[str]) -> dict[str, str]:
    """A guess at what the columns stand for; each path at most once."""
    known = _names()
    return each_once((c, c if reader_of(c) else known.get(folded(c))) for c in columns)


def each_once(meant: Iterable[tuple[str, str | None]]) -> dict[str, str]:
    """The path of each column; one that an earlier column has already is not given again."""
    found: dict[str, str] = {}
    for column, path in meant:
        if path is not None and path not in found.values():
            found[column] = path
    return found


@lru_cache
def _names() -> dict[str, str]:
    every = [*paths()]
    names = {folded(path): path for path in every}
    names |= {folded(alias): path for path in every for alias in _ALIASES.get(path, ())}
    return names


def folded(column: str) -> str:
    """The same for two names of columns that differ in capitals and punctuation alone."""
    return " ".join(_WORD.findall(column.casefold()))


def mapping_errors(
    columns: Sequence[str], mapping: Mapping[str, str], constants: Mapping[str, str]
) -> Iterator[FieldError]:
    """What is wrong with a mapping from columns to paths and with constants by path."""
    for column, path in mapping.items():
        if column not in columns:
            yield FieldError(f"mapping.{column}", "unknown_column", "The file has no such column.")
        if reader_of(path) is None:
            yield FieldError(f"mapping.{column}", "unknown_path", f"No field is called {path}.")
    for path in constants:
        if path == ID or reader_of(path) is None:
            yield FieldError(f"constants.{path}", "unknown_path", f"No field is called {path}.")
    targets = list(mapping.values())
    for path in {path for path in targets if targets.count(path) > 1}:
        yield FieldError("mapping", "duplicate", f"Two columns are mapped to {path}.")
    yield from _clashes([*targets, *constants])


def _clashes(targets: Sequence[str]) -> Iterator[FieldError]:
    for name, going_on in _WHOLES.items():
        if name in targets and any(path.startswith(f"{name}{going_on}") for path in targets):
            message = f"Map {name} as a whole or one by one, not both."
            yield FieldError("mapping", "duplicate", message)


@dataclass(slots=True)
class RowBody:
    """A row as a body would be sent: `id` apart, as it names the client."""

    body: dict[str, Any]
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """Turns rows into bodies. `clears` says whether an empty cell empties the field; `types` are
    those of the workspace's own fields by their keys."""

    columns: Sequence[str]
    paths: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    clears: bool = False
    notation: Notation = AS_TYPED
    types: Mapping[str, str] = field(default_factory=dict)

    def body_of(self, row: Sequence[str]) -> RowBody:
        """The body that a row says."""
        cells = dict(zip(self.columns, row, strict=True))
        typed = RowBody({})
        for path, template in self.constants.items():
            self._put(typed, path, filled(template, cells))
        for column, path in self.paths.items():
            self._put(typed, path, self._whole(column, cells).strip())
        _close_gaps(typed.body)
        return typed

    def errors_of(self, row: Row) -> list[FieldError]:
        """What is wrong with the row as it stands in the file, where it is made use of."""
        return [*named_faults(row.faults, self.columns, self.paths, self.constants)]

    def column_of(self, path: str) -> str | None:
        """The column in which what stands at a path was typed."""
        by_path = {path: column for column, path in self.paths.items()}
        while path and path not in by_path:
            path = re.sub(r"(\.[^.]*|\[\d+\]|[^.\[]+)$", "", path)
        return by_path.get(path)

    def _put(self, typed: RowBody, path: str, text: str) -> None:
        if path == ID:
            typed.id = text or None
        elif text:
            read = reader_of(path) or str
            _set(typed.body, path, read(self._as_written(path, text)))
        elif self.clears and not _ELEMENT.fullmatch(path):
            _set(typed.body, path, None)

    def _as_written(self, path: str, text: str) -> str:
        """A day or a number as a body has it, where the file writes it otherwise."""
        before, _, last = path.rpartition(".")
        kind = self.types.get(last) if before == _CUSTOM else _NOTED.get(last)
        return self.notation.read(kind, text)

    def _whole(self, column: str, cells: Mapping[str, str]) -> str:
        """A text that an export had to part stands in columns beside each other."""
        parts = [cells[column]]
        while (more := continued(column, len(parts) + 1)) in cells:
            parts.append(cells[more])
        return "".join(parts)


def filled(template: str, cells: Mapping[str, str]) -> str:
    """A constant with the cells of the columns that it names in braces."""
    return _PLACEHOLDER.sub(lambda it: cells.get(it[1], it[0]), template)


def continued(column: str, part: int) -> str:
    """The name of the column in which a part of a long text stands, from the second."""
    return f"{column} [{part}]"


def named_faults(
    faults: Sequence[Fault],
    columns: Sequence[str],
    paths: Mapping[str, str],
    constants: Mapping[str, str],
) -> Iterator[FieldError]:
    """The faults of a row and of those of its cells that are made use of."""
    used = {name for template in constants.values() for name in _PLACEHOLDER.findall(template)}
    for place, code, message in faults:
        column = None if place is None or place >= len(columns) else columns[place]
        if column is None or column in paths or column in used:
            yield FieldError(paths.get(column or "", ""), code, message)


def _set(body: dict[str, Any], path: str, value: Any) -> None:
    *above, key = _keys(path)
    for name in above:
        body = body.setdefault(name, {})
    body[key] = value


@lru_cache(maxsize=1_000)
def _keys(path: str) -> tuple[Any, ...]:
    """The keys that lead to a path's value; elements are kept by their places."""
    element = _ELEMENT.fullmatch(path)
    if element is not None:
        return element[1], int(element[2]), element[3]
    group, _, key = path.rpartition(".")
    return (group, key) if group else (key,)


def _close_gaps(body: dict[str, Any]) -> None:
    """Elements by their place become a list; places that nobody filled fall out."""
    for name in ("contacts", "rates"):
        if isinstance(body.get(name), dict):
            body[name] = [element for _, element in sorted(body[name].items())]


def flat(client: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """The paths of an answered client with their values."""
    for name, value in client.items():
        if isinstance(value, dict) and not before and name in _groups():
            yield from flat(value, f"{name}.")
        else:
            yield f"{before}{name}", value
        if name == _CUSTOM and not before:
            yield from ((f"{_CUSTOM}.{key}", own) for key, own in value.items())


@lru_cache
def _groups() -> frozenset[str]:
    body = ClientBody()
    return frozenset(
        name for name, each in body.load_fields.items() if isinstance(each, fields.Nested)
    )


def export_columns() -> list[str]:
    """All columns of an export, in the order of the record."""
    return [*paths(), *ANSWERED]
