"""What a search has found, in one shape and one order. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.clients.records.rules.search_text import begins_in
from shared.security.permissions import CLIENTS_VIEW, DOCUMENTS_VIEW, INVOICES_VIEW, PROJECTS_VIEW
from shared.values.folding import fold

#: What can be looked for, in the order in which it is answered, and who may see each.
KINDS = {
    "client": CLIENTS_VIEW,
    "project": PROJECTS_VIEW,
    "invoice": INVOICES_VIEW,
    "document": DOCUMENTS_VIEW,
}


@dataclass(frozen=True, slots=True)
class SearchHit:
    """Something that was found. `name` is its code or number: typed in full, it comes first.

    `texts`: by the name of its field, what may have been matched.
    """

    kind: str
    id: str
    client_id: str
    client_name: str | None
    title: str
    detail: str | None
    name: str | None = None
    texts: Mapping[str, str | None] = field(default_factory=dict)

    def is_named(self, typed: str) -> bool:
        """Whether what was typed is its code or number."""
        return self.name is not None and fold(self.name) == fold(typed)

    def as_dict(self, typed: str) -> dict[str, Any]:
        """As callers see it; `matched` names the fields in which a word begins as typed."""
        return {
            "kind": self.kind,
            "id": self.id,
            "client_id": self.client_id,
            "client_name": self.client_name,
            "title": self.title,
            "detail": self.detail,
            "matched": [name for name, text in self.texts.items() if begins_in(typed, text)],
        }


def ordered(hits: Iterable[SearchHit], typed: str) -> list[dict[str, Any]]:
    """What goes by the very name first, then kind by kind, each in the order it came in."""
    kinds = list(KINDS)
    ranked = sorted(hits, key=lambda hit: (not hit.is_named(typed), kinds.index(hit.kind)))
    return [hit.as_dict(typed) for hit in ranked]
