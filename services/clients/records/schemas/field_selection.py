"""The choice of columns: which paths of an answer may be asked for, and an answer cut to those."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from marshmallow import Schema, fields

from services.clients.custom_fields.queries import definitions
from services.clients.records.models.record import OWN_FIELD, PATHS
from shared.errors import FieldError, Invalid
from shared.unit_of_work import UnitOfWork

#: What every answer has, so that a client that is shown can be opened and changed.
ALWAYS = ("id", "version")
_SAID_BESIDE = frozenset({"warnings", "as_of"})
#: The columns that are read in any case, and those that are no path of their own.
_KEPT = frozenset({*ALWAYS, "created_at", "updated_at"})
_STORED = {**PATHS, "tax_id": "tax_id", "owner": "owner"}
_SAME = {"owner_id": "owner"}


@lru_cache
def paths_of(view: type[Schema]) -> tuple[str, ...]:
    """Everything that can be asked for of such an answer, groups as a whole and key by key."""
    found: list[str] = []
    for name, each in view().dump_fields.items():
        if name not in _SAID_BESIDE:
            found.append(name)
            found += [f"{name}.{key}" for key in _keys(each)]
    return tuple(found)


def _keys(each: fields.Field[Any]) -> list[str]:
    return list(each.schema.fields) if isinstance(each, fields.Nested) else []


def check_names(
    uow: UnitOfWork, names: Sequence[str], view: type[Schema], at: str = "fields"
) -> None:
    """Raise `Invalid` with each name that such an answer has not, and those that it has."""
    wanted = [name.removeprefix(OWN_FIELD) for name in names if name.startswith(OWN_FIELD)]
    own = [OWN_FIELD + key for key in definitions(uow, wanted)] if wanted else []
    allowed = [*paths_of(view), *own]
    wrong = [name for name in dict.fromkeys(names) if name not in allowed]
    if wrong:
        known = ", ".join([*allowed, *([] if own else [f"{OWN_FIELD}<key>"])])
        message = "No field {}. There are: " + known + "."
        errors = [FieldError(at, "unknown_field", message.format(_short(name))) for name in wrong]
        raise Invalid(errors=errors)


def _short(name: str) -> str:
    return name if len(name) <= 50 else f"{name[:50]}…"


def pick(answer: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """The answer with these paths only, in their order; a group asked for as a whole is whole."""
    kept: dict[str, Any] = {}
    for name in (*ALWAYS, *names):
        group, _, key = name.partition(".")
        if not key or group in names:
            kept[group] = answer.get(group)
        else:
            kept.setdefault(group, {})[key] = (answer.get(group) or {}).get(key)
    return kept


def columns_for(names: Collection[str]) -> list[str]:
    """The columns of a client that these paths are shown from."""
    heads = {name.partition(".")[0] for name in names}
    heads |= {_SAME[head] for head in heads & _SAME.keys()}
    asked = {column for column, path in _STORED.items() if path.partition(".")[0] in heads}
    return sorted(_KEPT | asked)
