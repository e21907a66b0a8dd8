"""Permissions and the four built-in roles. The names are public.

A role is a set of permissions; routes name the one they need, and nothing asks for a role.
"""

from __future__ import annotations

from typing import Final

CLIENTS_VIEW: Final = "clients.view"
CLIENTS_CREATE: Final = "clients.create"
CLIENTS_UPDATE: Final = "clients.update"
CLIENTS_DELETE: Final = "clients.delete"
CLIENTS_EXPORT: Final = "clients.export"
CLIENTS_VIEW_TAX_ID: Final = "clients.view_tax_id"

DOCUMENTS_VIEW: Final = "documents.view"
DOCUMENTS_CREATE: Final = "documents.create"
DOCUMENTS_UPDATE: Final = "documents.update"
DOCUMENTS_DELETE: Final = "documents.delete"

#: To see and send what the portal shows of one client's documents: of no role and no key, since
#: only the portal asks for it, for a contact.
DOCUMENTS_SHARED: Final = "documents.shared"

INVOICES_VIEW: Final = "invoices.view"
INVOICES_CREATE: Final = "invoices.create"
INVOICES_UPDATE: Final = "invoices.update"
INVOICES_DELETE: Final = "invoices.delete"
INVOICES_ISSUE: Final = "invoices.issue"
INVOICES_PAY: Final = "invoices.pay"
INVOICES_VOID: Final = "invoices.void"

PROJECTS_VIEW: Final = "projects.view"
PROJECTS_CREATE: Final = "projects.create"
PROJECTS_UPDATE: Final = "projects.update"
PROJECTS_DELETE: Final = "projects.delete"

NOTES_VIEW: Final = "notes.view"
#: Corrects one's own notes for some days; NOTES_MANAGE, everyone's at any time.
NOTES_CREATE: Final = "notes.create"
NOTES_MANAGE: Final = "notes.manage"

MAILS_VIEW: Final = "mails.view"
MAILS_SEND: Final = "mails.send"

WEBHOOKS_MANAGE: Final = "webhooks.manage"
WORKSPACE_MANAGE: Final = "workspace.manage"
USERS_MANAGE: Final = "users.manage"

#: Held by those whom `CLIENTELE_OPERATORS` names, and granted by no role and no key: it is of no
#: workspace.
INSTALLATION_VIEW: Final = "installation.view"

PERMISSIONS: Final = frozenset(
    {
        CLIENTS_VIEW,
        CLIENTS_CREATE,
        CLIENTS_UPDATE,
        CLIENTS_DELETE,
        CLIENTS_EXPORT,
        CLIENTS_VIEW_TAX_ID,
        DOCUMENTS_VIEW,
        DOCUMENTS_CREATE,
        DOCUMENTS_UPDATE,
        DOCUMENTS_DELETE,
        INVOICES_VIEW,
        INVOICES_CREATE,
        INVOICES_UPDATE,
        INVOICES_DELETE,
        INVOICES_ISSUE,
        INVOICES_PAY,
        INVOICES_VOID,
        PROJECTS_VIEW,
        PROJECTS_CREATE,
        PROJECTS_UPDATE,
        PROJECTS_DELETE,
        NOTES_VIEW,
        NOTES_CREATE,
        NOTES_MANAGE,
        MAILS_VIEW,
        MAILS_SEND,
        WEBHOOKS_MANAGE,
        WORKSPACE_MANAGE,
        USERS_MANAGE,
    }
)

_VIEWER = frozenset({CLIENTS_VIEW, DOCUMENTS_VIEW, INVOICES_VIEW, PROJECTS_VIEW, NOTES_VIEW})
_MEMBER = _VIEWER | {
    CLIENTS_CREATE,
    CLIENTS_UPDATE,
    DOCUMENTS_CREATE,
    DOCUMENTS_UPDATE,
    INVOICES_CREATE,
    INVOICES_UPDATE,
    PROJECTS_CREATE,
    PROJECTS_UPDATE,
    NOTES_CREATE,
    MAILS_VIEW,
}
_MANAGER = (PERMISSIONS - {USERS_MANAGE, WORKSPACE_MANAGE}) | _MEMBER

ROLES: Final = {
    "owner": PERMISSIONS,
    "manager": _MANAGER,
    "member": _MEMBER,
    "viewer": _VIEWER,
}


def needed_to_view(permission: str | None) -> str | None:
    """The permission to view what this one lets change; None where that is for whoever holds it.

    Who creates something sees what they have made.
    """
    kind, _, act = (permission or "").partition(".")
    viewing = f"{kind}.view"
    return viewing if viewing in PERMISSIONS and act != "create" else None
