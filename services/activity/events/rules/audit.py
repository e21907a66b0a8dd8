"""What the audit tells of: who came in and who was refused, what people and programs may do, and
what was looked at or taken out. Kinds are what its reader filters by."""

from __future__ import annotations

from collections.abc import Collection

from services.activity.events.rules import viewing
from shared.security.permissions import USERS_MANAGE

_RIGHTS = "rights"
_KINDS = {
    "clients.session.started": "sign_in",
    "clients.session.ended": "sign_out",
    "clients.sign_in.refused": "refusal",
    "clients.api_key.created": "key",
    "clients.api_key.revoked": "key",
    "clients.export.requested": "export",
    "clients.archive.requested": "export",
    "activity.export.requested": "export",
    "documents.document.downloaded": "download",
    "clients.tax_id.read": "tax_id",
    "clients.workspace.created": "workspace",
    "clients.workspace.updated": "workspace",
}
_OUTWARD = frozenset({"webhook", "subscriber"})


def kind_of(event_type: str) -> str | None:
    """Under which kind an event stands; None for what is no matter of the audit."""
    family = event_type.rpartition(".v")[0]
    if family in _KINDS:
        return _KINDS[family]
    if event_type.split(".")[1] in _OUTWARD:
        return "webhook"
    return _RIGHTS if viewing.needed_for(event_type) == USERS_MANAGE else None


def kinds() -> tuple[str, ...]:
    """Every kind, in a stable order."""
    return tuple(sorted({*_KINDS.values(), "webhook", _RIGHTS}))


def types_of(wanted: Collection[str] | None, permissions: Collection[str]) -> list[str]:
    """The types of these kinds, or of all, that may be seen with these permissions."""
    visible = ((name, kind_of(name)) for name in sorted(viewing.visible_types(permissions)))
    return [name for name, kind in visible if kind and (wanted is None or kind in wanted)]
