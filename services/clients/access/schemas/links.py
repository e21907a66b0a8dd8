"""Bodies and answers of invitations, and of what is done by a link in mail."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from services.clients.access.models import Invitation
from services.clients.access.operations.invitations import Invited, state_of
from services.clients.access.schemas.roles import role_field
from services.clients.access.schemas.signing_in import new_password
from services.clients.values import addresses
from shared.clock import rfc3339
from shared.http.fields import Rule, required_line
from shared.http.schemas import StrictSchema, page_of
from shared.values import text


class AskBody(StrictSchema):
    """`POST /v1/auth/password-resets`."""

    email = required_line(addresses.EMAIL_LENGTH, minLength=1, required=True)


class ResetBody(StrictSchema):
    """`POST /v1/auth/password-resets/{token}`."""

    password = new_password()


class AcceptBody(StrictSchema):
    """`POST /v1/auth/invitations/{token}`."""

    name = required_line(text.NAME_LENGTH, minLength=1, pattern=r".*\S", required=True)
    password = new_password()


class InvitedView(StrictSchema):
    """What an invitation is for."""

    email = fields.String()
    workspace = fields.String(metadata={"description": "The workspace's name."})
    role = fields.String(metadata={"description": "What the role is called."})
    expires_at = fields.String()


class InvitationBody(StrictSchema):
    """`POST /v1/users/invitations`."""

    email = Rule(addresses.sign_in_email, nullable=False, required=True)
    role = role_field(required=True)


class InvitationView(StrictSchema):
    """An invitation as answered; never its link."""

    id = fields.String()
    email = fields.String()
    role = fields.String()
    state = fields.String(
        validate=validate.OneOf(["pending", "accepted", "expired", "revoked"]),
    )
    invited_by = fields.String(metadata={"description": "A name."})
    created_at = fields.String()
    expires_at = fields.String()


#: Invitations, the latest first.
InvitationPage = page_of(InvitationView, "InvitationPage")


def invited_json(invited: Invited) -> dict[str, Any]:
    """As `InvitedView`."""
    return {
        "email": invited.email,
        "workspace": invited.workspace,
        "role": invited.role,
        "expires_at": rfc3339(invited.expires_at),
    }


def invitation_json(invitation: Invitation) -> dict[str, Any]:
    """As `InvitationView`."""
    return {
        "id": str(invitation.id),
        "email": invitation.email,
        "role": invitation.role,
        "state": state_of(invitation),
        "invited_by": invitation.invited_by,
        "created_at": rfc3339(invitation.created_at),
        "expires_at": rfc3339(invitation.expires_at),
    }
