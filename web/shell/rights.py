"""What each permission lets one do, in plain words, grouped as people think of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from shared.security.permissions import PERMISSIONS
from web.shell.texts import gettext, noted

#: Under each heading, permissions with what they let one do.
GROUPS: Final[dict[str, dict[str, str]]] = {
    noted("Clients"): {
        "clients.view": noted("See clients, their contacts, rates and timelines"),
        "clients.create": noted("Create clients, and import them"),
        "clients.update": noted("Change clients"),
        "clients.delete": noted("Delete and merge clients"),
        "clients.export": noted("Take clients out as a file"),
        "clients.view_tax_id": noted("See whole tax ids"),
    },
    noted("Notes"): {
        "notes.view": noted("Read notes"),
        "notes.create": noted("Write notes, and correct their own"),
        "notes.manage": noted("Correct and remove everyone’s notes"),
    },
    noted("Documents"): {
        "documents.view": noted("Open documents"),
        "documents.create": noted("Add documents"),
        "documents.update": noted("Change what is said of documents"),
        "documents.delete": noted("Delete documents"),
    },
    noted("Projects and time"): {
        "projects.view": noted("See projects and hours"),
        "projects.create": noted("Create projects, and write down hours"),
        "projects.update": noted("Change projects, and everyone’s hours"),
        "projects.delete": noted("Delete projects"),
    },
    noted("Invoices"): {
        "invoices.view": noted("See invoices and payments"),
        "invoices.create": noted("Draw up invoices"),
        "invoices.update": noted("Change drafts of invoices"),
        "invoices.delete": noted("Delete drafts of invoices"),
        "invoices.issue": noted("Issue invoices"),
        "invoices.pay": noted("Record payments and refunds"),
        "invoices.void": noted("Void invoices, and write credit notes"),
    },
    noted("Workspace"): {
        "webhooks.manage": noted("Arrange webhooks"),
        "workspace.manage": noted("Change settings, lists and fields"),
        "users.manage": noted("Manage people, roles and keys, and read the audit"),
    },
}
_OTHERS = noted("Others")


def groups(among: Collection[str] = PERMISSIONS) -> dict[str, dict[str, str]]:
    """The permissions among these in words, by heading; one without words under its name."""
    named = {name for permissions in GROUPS.values() for name in permissions}
    others = {name: name for name in sorted(PERMISSIONS - named)}
    found = {
        gettext(heading): {name: gettext(said) for name, said in all_.items() if name in among}
        for heading, all_ in {**GROUPS, _OTHERS: others}.items()
    }
    return {heading: permissions for heading, permissions in found.items() if permissions}
