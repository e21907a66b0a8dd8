"""Reading definitions: all of a workspace, and those that values are held against."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

from cachetools import TTLCache
from sqlalchemy import select

from services.clients.custom_fields.errors import CustomFieldNotFound
from services.clients.custom_fields.models import CustomField
from shared.unit_of_work import UnitOfWork

#: How long a process may go by a definition that was changed a moment ago elsewhere.
_SECONDS = 5.0
_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Definition:
    """What a value is held against."""

    key: str
    label: str
    type: str
    required: bool
    choices: tuple[str, ...]
    retired: bool


Definitions = Mapping[str, Definition]

_remembered: TTLCache[uuid.UUID, Definitions] = TTLCache(_MOST, _SECONDS)
_lock = Lock()


def list_fields(uow: UnitOfWork) -> Sequence[CustomField]:
    """Every field in the order they were made, retired ones too."""
    statement = select(CustomField).order_by(CustomField.id)
    return uow.session.scalars(statement.execution_options(populate_existing=True)).all()


def get_field(uow: UnitOfWork, field_id: uuid.UUID) -> CustomField:
    """One field; raises `CustomFieldNotFound`."""
    found = uow.session.get(CustomField, field_id, populate_existing=True)
    if found is None:
        raise CustomFieldNotFound
    return found


def definitions(uow: UnitOfWork, keys: Collection[str] = ()) -> Definitions:
    """The definitions by key, from memory; read anew where one of the keys is not known."""
    with _lock:
        remembered = _remembered.get(uow.workspace_id)
    if remembered is not None and all(_in_use(remembered, key) for key in keys):
        return remembered
    found = {field.key: _definition(field) for field in list_fields(uow)}
    with _lock:
        _remembered[uow.workspace_id] = found
    return found


def forget_definitions() -> None:
    """Let this process read the definitions anew."""
    with _lock:
        _remembered.clear()


def _in_use(known: Definitions, key: str) -> bool:
    return key in known and not known[key].retired


def _definition(field: CustomField) -> Definition:
    return Definition(
        field.key, field.label, field.type, field.required, tuple(field.choices), field.retired
    )
