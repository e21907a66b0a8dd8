"""Custom fields over HTTP; `If-Match` is honoured where it is sent."""

from __future__ import annotations

import uuid
from typing import Any

from services.clients.custom_fields import operations, queries
from services.clients.custom_fields.models import CustomField
from services.clients.custom_fields.schemas import (
    CustomFieldBody,
    CustomFieldChanges,
    CustomFieldListView,
    CustomFieldView,
    field_json,
)
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, if_match, reads, writes
from shared.security.permissions import CLIENTS_VIEW, WORKSPACE_MANAGE
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint(
    "custom-fields",
    __name__,
    url_prefix="/v1/workspace/custom-fields",
    description="Fields of clients that a workspace defines for itself",
)


@blueprint.route("", methods=["GET"])
@reads(CLIENTS_VIEW)
@blueprint.response(200, CustomFieldListView)
def get_custom_fields(uow: UnitOfWork) -> Answer:
    """All fields, retired ones too."""
    found = queries.list_fields(uow)
    return Answer({"data": [field_json(field) for field in found], "next": None})


@blueprint.route("", methods=["POST"])
@writes(WORKSPACE_MANAGE)
@blueprint.arguments(CustomFieldBody)
@blueprint.response(201, CustomFieldView)
def post_custom_field(uow: UnitOfWork, body: dict[str, Any]) -> Answer:
    """Define a field."""
    field = operations.add_field(uow, body)
    return _answer(field, 201, f"/v1/workspace/custom-fields/{field.id}")


@blueprint.route("/<uuid:field_id>", methods=["GET"])
@reads(CLIENTS_VIEW)
@blueprint.response(200, CustomFieldView)
def get_custom_field(uow: UnitOfWork, field_id: uuid.UUID) -> Answer:
    """One field."""
    return _answer(queries.get_field(uow, field_id))


@blueprint.route("/<uuid:field_id>", methods=["PATCH"])
@writes(WORKSPACE_MANAGE)
@blueprint.arguments(CustomFieldChanges)
@blueprint.response(200, CustomFieldView)
def patch_custom_field(uow: UnitOfWork, body: dict[str, Any], field_id: uuid.UUID) -> Answer:
    """Change a field; what clients have already they keep."""
    return _answer(operations.update_field(uow, field_id, body, if_match()))


@blueprint.route("/<uuid:field_id>", methods=["DELETE"])
@writes(WORKSPACE_MANAGE)
@blueprint.response(204)
def delete_custom_field(uow: UnitOfWork, field_id: uuid.UUID) -> Answer:
    """Retire a field: no client is given it any more; those that have it keep it."""
    field = operations.update_field(uow, field_id, {"retired": True}, if_match())
    return Answer(None, 204, etag=field.version)


def _answer(field: CustomField, status: int = 200, location: str | None = None) -> Answer:
    return Answer(field_json(field), status, etag=field.version, location=location)
