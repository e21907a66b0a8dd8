"""Permissions and the four built-in roles. The names are public.

A role is a set of permissions; routes name the one they need, and nothing asks for a role.

clients.{view create update delete export view_tax_id}
documents.{view create update delete}
invoices.{view create update delete issue pay void}
projects.{view create update delete}
notes.{view create manage}
webhooks.manage, workspace.manage, users.manage
"""

from __future__ import annotations

from typing import Final

CLIENTS: Final = (
    "clients.view",
    "clients.create",
    "clients.update",
    "clients.delete",
    "clients.export",
    "clients.view_tax_id",
)
DOCUMENTS: Final = (
    "documents.view",
    "documents.create",
    "documents.update",
    "documents.delete",
)
INVOICES: Final = (
    "invoices.view",
    "invoices.create",
    "invoices.update",
    "invoices.delete",
    "invoices.issue",
    "invoices.pay",
    "invoices.void",
)
PROJECTS: Final = ("projects.view", "projects.create", "projects.update", "projects.delete")
#: `notes.create` corrects one's own notes for some days, `notes.manage` everyone's at any time.
NOTES: Final = ("notes.view", "notes.create", "notes.manage")
MANAGEMENT: Final = ("webhooks.manage", "workspace.manage", "users.manage")

PERMISSIONS: Final = frozenset({*CLIENTS, *DOCUMENTS, *INVOICES, *PROJECTS, *NOTES, *MANAGEMENT})

_VIEWER = frozenset(
    {"clients.view", "documents.view", "invoices.view", "projects.view", "notes.view"}
)
_MEMBER = _VIEWER | {
    "clients.create",
    "clients.update",
    "documents.create",
    "documents.update",
    "invoices.create",
    "invoices.update",
    "projects.create",
    "projects.update",
    "notes.create",
}
_MANAGER = (PERMISSIONS - {"users.manage", "workspace.manage"}) | _MEMBER

ROLES: Final = {
    "owner": PERMISSIONS,
    "manager": _MANAGER,
    "member": _MEMBER,
    "viewer": _VIEWER,
}
