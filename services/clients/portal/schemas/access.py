"""Who may come to the portal: bodies and answers of the firm's side."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from services.clients.portal.models import PortalAccess
from services.clients.portal.rules import SCOPES, STATES
from shared.clock import rfc3339
from shared.http.schemas import StrictSchema, page_of


def _scopes(**more: Any) -> Any:
    choice = fields.String(validate=validate.OneOf(SCOPES))
    return fields.List(choice, validate=validate.Length(max=len(SCOPES)), **more)


class InviteBody(StrictSchema):
    """`POST /v1/clients/{id}/contacts/{contact_id}/invite`."""

    scopes = _scopes(
        load_default=None,
        metadata={"description": "Left out: what was shared before, else all that you can see."},
    )


class ScopesBody(StrictSchema):
    """`PATCH /v1/clients/{id}/portal-access/{access_id}`."""

    scopes = _scopes(required=True)


class AccessView(StrictSchema):
    """The access of one address to the portal; never its link."""

    id = fields.UUID()
    email = fields.String()
    name = fields.String()
    scopes = _scopes()
    state = fields.String(metadata={"enum": STATES})
    invited_by = fields.String(metadata={"description": "A name."})
    has_password = fields.Boolean()
    created_at = fields.DateTime()
    sent_at = fields.DateTime()
    expires_at = fields.DateTime(metadata={"description": "The end of the invitation's link."})
    accepted_at = fields.DateTime(allow_none=True)
    last_used_at = fields.DateTime(
        allow_none=True, metadata={"description": "When a session began last."}
    )


#: Everyone of a client who was invited.
AccessList = page_of(AccessView, "AccessList")


def access_json(access: PortalAccess) -> dict[str, Any]:
    """As `AccessView`."""
    return {
        "id": str(access.id),
        "email": access.email,
        "name": access.name,
        "scopes": access.scopes,
        "state": access.state_now,
        "invited_by": access.invited_by,
        "has_password": access.password_hash is not None,
        "created_at": rfc3339(access.created_at),
        "sent_at": rfc3339(access.sent_at),
        "expires_at": rfc3339(access.expires_at),
        "accepted_at": access.accepted_at and rfc3339(access.accepted_at),
        "last_used_at": access.last_used_at and rfc3339(access.last_used_at),
    }
