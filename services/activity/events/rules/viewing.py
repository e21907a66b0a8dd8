"""Who may see which events: what belongs to invoices, projects or documents asks for the right
to view that kind, what tells of users and keys for the right to manage them."""

from __future__ import annotations

from collections.abc import Iterable

from shared.contracts import catalogue
from shared.security.permissions import (
    CLIENTS_VIEW,
    DOCUMENTS_VIEW,
    INVOICES_VIEW,
    NOTES_VIEW,
    PROJECTS_VIEW,
    USERS_MANAGE,
    WEBHOOKS_MANAGE,
)

#: The permission that an event asks for, by what it is about. Everything the catalogue tells
#: of stands here; a test says so when a new kind is forgotten.
NEEDED = {
    **dict.fromkeys(
        (
            *("client", "contact", "rate", "draft", "workspace", "list_entry", "custom_field"),
            *("view", "export", "archive"),
            *("portal_access", "portal_session", "portal_sign_in", "portal_page"),
        ),
        CLIENTS_VIEW,
    ),
    **dict.fromkeys(("project", "time_entry"), PROJECTS_VIEW),
    **dict.fromkeys(("invoice", "paper"), INVOICES_VIEW),
    "document": DOCUMENTS_VIEW,
    "note": NOTES_VIEW,
    **dict.fromkeys(("webhook", "subscriber"), WEBHOOKS_MANAGE),
    **dict.fromkeys(
        ("user", "role", "api_key", "session", "sign_in", "invitation", "tax_id"), USERS_MANAGE
    ),
}


def needed_for(event_type: str) -> str:
    """The permission to see events of a type; one nobody has decided on, the narrowest."""
    return NEEDED.get(event_type.split(".")[1], USERS_MANAGE)


def visible_types(permissions: Iterable[str]) -> frozenset[str]:
    """The types of the catalogue that may be seen with these permissions."""
    held = frozenset(permissions)
    return frozenset(name for name in catalogue.types() if needed_for(name) in held)


def hidden_types(permissions: Iterable[str]) -> frozenset[str]:
    """The types of the catalogue that may not be seen with these permissions."""
    return frozenset(catalogue.types()) - visible_types(permissions)


#: What no client's timeline holds: the workspace's own matters.
OF_NO_CLIENT = frozenset(
    {
        *("user", "role", "api_key", "session", "sign_in", "invitation", "tax_id"),
        *("webhook", "subscriber"),
    }
)


def sees_whole_timelines(permissions: Iterable[str]) -> bool:
    """Whether nothing on any client's timeline is hidden."""
    return all(name.split(".")[1] in OF_NO_CLIENT for name in hidden_types(permissions))
