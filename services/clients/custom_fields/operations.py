"""Changing definitions. The workspace's row is held meanwhile, so that they come one by one."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from services.clients.access.queries import get_workspace
from services.clients.custom_fields import events, queries
from services.clients.custom_fields.errors import StaleCustomField
from services.clients.custom_fields.models import CHOOSING, MAX_FIELDS, CustomField
from shared.errors import Invalid, require_version
from shared.ids import uuid7
from shared.messaging.changes import Change, changes_between
from shared.unit_of_work import UnitOfWork


def add_field(uow: UnitOfWork, values: Mapping[str, Any]) -> CustomField:
    """A new field; raises `Invalid` where the key is in use or choices do not fit the type."""
    get_workspace(uow, lock=True)
    fields = queries.list_fields(uow)
    if len(fields) >= MAX_FIELDS:
        raise Invalid.at("", "too_many", f"A workspace has at most {MAX_FIELDS} fields.")
    if any(field.key == values["key"] for field in fields):
        raise Invalid.at("key", "duplicate", f"There is a field {values['key']}, maybe retired.")
    made = CustomField(
        id=uuid7(),
        workspace_id=uow.workspace_id,
        version=1,
        **{"required": False, "choices": [], "retired": False, **values},
    )
    _check_choices(made)
    uow.session.add(made)
    uow.flush()
    queries.forget_definitions()
    uow.publish(events.field_added(made))
    return made


def update_field(
    uow: UnitOfWork,
    field_id: uuid.UUID,
    values: Mapping[str, Any],
    expected_version: int | None = None,
) -> CustomField:
    """Relabel, retire or restore a field, or let it hold something else; what clients have
    they keep. Without effect there is no event. Raises `CustomFieldNotFound`, `Invalid`,
    `StaleCustomField`.
    """
    get_workspace(uow, lock=True)
    field = queries.get_field(uow, field_id)
    require_version(expected_version, field.version, StaleCustomField)
    if changes := changes_between(events.snapshot(field), values):
        _change(uow, field, changes)
    return field


def _change(uow: UnitOfWork, field: CustomField, changes: list[Change]) -> None:
    for change in changes:
        setattr(field, change["field"], change["after"])
    _check_choices(field)
    field.version += 1
    uow.flush()
    queries.forget_definitions()
    uow.publish(events.field_updated(field, changes))


def _check_choices(field: CustomField) -> None:
    if field.type in CHOOSING and not field.choices:
        raise Invalid.at("choices", "required", "Name what can be chosen.")
    if field.type not in CHOOSING and field.choices:
        raise Invalid.at("choices", "unexpected", f"A field of type {field.type} has no choices.")
