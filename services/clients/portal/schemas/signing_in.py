"""Coming to the portal, and one's own profile there."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from services.clients.access.models import Workspace
from services.clients.access.schemas.signing_in import new_password, present_password
from services.clients.portal.models import PortalAccess
from services.clients.portal.operations.accepting import Invited
from services.clients.portal.operations.sessions import SignedIn
from services.clients.records.models.record import Client
from services.clients.values import addresses
from shared.clock import rfc3339
from shared.http.fields import required_line
from shared.http.schemas import StrictSchema
from shared.security.passwords import MAX_LENGTH, MIN_LENGTH
from shared.values import text


def _name(**more: Any) -> Any:
    return required_line(text.NAME_LENGTH, minLength=1, pattern=r".*\S", required=True, **more)


class PortalLogInBody(StrictSchema):
    """`POST /v1/portal/sessions`."""

    email = required_line(addresses.EMAIL_LENGTH, minLength=1, required=True)
    password = present_password()
    access_id = fields.UUID(
        load_default=None,
        metadata={"description": "Of the `choices`, where they are right for several companies."},
    )


class PortalLinkBody(StrictSchema):
    """`POST /v1/portal/sign-in-links`."""

    email = required_line(addresses.EMAIL_LENGTH, minLength=1, required=True)


class PortalAcceptBody(StrictSchema):
    """`POST /v1/portal/invitations/{token}`; without a password one signs in by mailed links."""

    name = _name()
    password = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(MIN_LENGTH, MAX_LENGTH)
    )


class PortalNameBody(StrictSchema):
    """`PATCH /v1/portal/me`."""

    name = _name()


class PortalPasswordBody(StrictSchema):
    """`PUT /v1/portal/me/password`."""

    password = fields.String(
        load_default=None,
        allow_none=True,
        metadata={"description": "The present one, where `needs_password` says so."},
    )
    new_password = new_password()


class PortalInvitedView(StrictSchema):
    """What an invitation is for."""

    email = fields.String()
    name = fields.String()
    company = fields.String(metadata={"description": "The client that one is a contact of."})
    workspace = fields.String(metadata={"description": "The firm that invites."})
    scopes = fields.List(fields.String())
    expires_at = fields.DateTime()


class PortalSignedInView(StrictSchema):
    """A session's token, told only now."""

    token = fields.String()
    idle_until = fields.DateTime()
    expires_at = fields.DateTime()


class PortalPlaceView(StrictSchema):
    """A client or a firm by its name."""

    id = fields.UUID()
    name = fields.String()


class PortalFirmView(StrictSchema):
    """The firm whose portal it is."""

    name = fields.String()
    currency = fields.String()
    time_zone = fields.String()
    country = fields.String()


class PortalManagerView(StrictSchema):
    """Who looks after the client."""

    name = fields.String()
    email = fields.String()


class PortalMeView(StrictSchema):
    """Who is asking, for which company, and what is shared."""

    id = fields.UUID()
    name = fields.String()
    email = fields.String()
    scopes = fields.List(fields.String())
    reports = fields.Boolean(metadata={"description": "Whether reports are shared too."})
    has_password = fields.Boolean()
    needs_password = fields.Boolean()
    client = fields.Nested(PortalPlaceView)
    workspace = fields.Nested(PortalFirmView)
    manager = fields.Nested(PortalManagerView, allow_none=True)


def invited_json(invited: Invited) -> dict[str, Any]:
    """As `PortalInvitedView`."""
    return {
        "email": invited.email,
        "name": invited.name,
        "company": invited.company,
        "workspace": invited.workspace,
        "scopes": invited.scopes,
        "expires_at": rfc3339(invited.expires_at),
    }


def signed_in_json(made: SignedIn) -> dict[str, Any]:
    """As `PortalSignedInView`."""
    return {
        "token": made.token,
        "idle_until": rfc3339(made.idle_until),
        "expires_at": rfc3339(made.expires_at),
    }


def me_json(
    access: PortalAccess,
    client: Client,
    workspace: Workspace,
    manager: tuple[str, str] | None,
    *,
    reports: bool,
    needs_password: bool,
) -> dict[str, Any]:
    """As `PortalMeView`."""
    firm = {name: getattr(workspace, name) for name in ("name", "currency", "time_zone", "country")}
    return {
        "id": str(access.id),
        "name": access.name,
        "email": access.email,
        "scopes": access.scopes,
        "reports": reports,
        "has_password": access.password_hash is not None,
        "needs_password": needs_password,
        "client": {"id": str(client.id), "name": client.company_name},
        "workspace": firm,
        "manager": None if manager is None else {"name": manager[0], "email": manager[1]},
    }
