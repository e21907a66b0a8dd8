"""What each permission lets one do, in plain words, grouped as people think of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from shared.security.permissions import (
    CLIENTS_CREATE,
    CLIENTS_DELETE,
    CLIENTS_EXPORT,
    CLIENTS_UPDATE,
    CLIENTS_VIEW,
    CLIENTS_VIEW_TAX_ID,
    DOCUMENTS_CREATE,
    DOCUMENTS_DELETE,
    DOCUMENTS_UPDATE,
    DOCUMENTS_VIEW,
    INVOICES_CREATE,
    INVOICES_DELETE,
    INVOICES_ISSUE,
    INVOICES_PAY,
    INVOICES_UPDATE,
    INVOICES_VIEW,
    INVOICES_VOID,
    MAILS_SEND,
    MAILS_VIEW,
    NOTES_CREATE,
    NOTES_MANAGE,
    NOTES_VIEW,
    PERMISSIONS,
    PROJECTS_CREATE,
    PROJECTS_DELETE,
    PROJECTS_UPDATE,
    PROJECTS_VIEW,
    USERS_MANAGE,
    WEBHOOKS_MANAGE,
    WORKSPACE_MANAGE,
)
from web.shell.texts import gettext, noted

#: Under each heading, permissions with what they let one do.
GROUPS: Final[dict[str, dict[str, str]]] = {
    noted("Clients"): {
        CLIENTS_VIEW: noted("See clients, their contacts, rates and timelines"),
        CLIENTS_CREATE: noted("Create clients, and import them"),
        CLIENTS_UPDATE: noted("Change clients"),
        CLIENTS_DELETE: noted("Delete and merge clients"),
        CLIENTS_EXPORT: noted("Take clients out as a file"),
        CLIENTS_VIEW_TAX_ID: noted("See whole tax ids"),
    },
    noted("Notes"): {
        NOTES_VIEW: noted("Read notes"),
        NOTES_CREATE: noted("Write notes, and correct their own"),
        NOTES_MANAGE: noted("Correct and remove everyone’s notes"),
    },
    noted("Documents"): {
        DOCUMENTS_VIEW: noted("Open documents"),
        DOCUMENTS_CREATE: noted("Add documents"),
        DOCUMENTS_UPDATE: noted("Change what is said of documents"),
        DOCUMENTS_DELETE: noted("Delete documents"),
    },
    noted("Projects and time"): {
        PROJECTS_VIEW: noted("See projects and hours"),
        PROJECTS_CREATE: noted("Create projects, and write down hours"),
        PROJECTS_UPDATE: noted("Change projects, and everyone’s hours"),
        PROJECTS_DELETE: noted("Delete projects"),
    },
    noted("Invoices"): {
        INVOICES_VIEW: noted("See invoices and payments"),
        INVOICES_CREATE: noted("Draw up invoices"),
        INVOICES_UPDATE: noted("Change drafts of invoices"),
        INVOICES_DELETE: noted("Delete drafts of invoices"),
        INVOICES_ISSUE: noted("Issue invoices"),
        INVOICES_PAY: noted("Record payments and refunds"),
        INVOICES_VOID: noted("Void invoices, and write credit notes"),
    },
    noted("Mail"): {
        MAILS_VIEW: noted("See what mail was sent to clients"),
        MAILS_SEND: noted("Send mail to clients"),
    },
    noted("Workspace"): {
        WEBHOOKS_MANAGE: noted("Arrange webhooks"),
        WORKSPACE_MANAGE: noted("Change settings, lists and fields"),
        USERS_MANAGE: noted("Manage people, roles and keys, and read the audit"),
    },
}
_OTHERS = noted("Others")


def said(permission: str) -> str:
    """What a permission lets one do; one without words is shown by its name."""
    found = (all_[permission] for all_ in GROUPS.values() if permission in all_)
    return gettext(next(found, permission))


def groups(among: Collection[str] = PERMISSIONS) -> dict[str, dict[str, str]]:
    """The permissions among these in words, by heading; one without words under its name."""
    named = {name for permissions in GROUPS.values() for name in permissions}
    others = {name: name for name in sorted(PERMISSIONS - named)}
    found = {
        gettext(heading): {name: gettext(said) for name, said in all_.items() if name in among}
        for heading, all_ in {**GROUPS, _OTHERS: others}.items()
    }
    return {heading: permissions for heading, permissions in found.items() if permissions}
