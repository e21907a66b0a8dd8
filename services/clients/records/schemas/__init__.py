"""Bodies and answers of the record."""

from __future__ import annotations

from services.clients.records.schemas.bodies import (
    ClientBody,
    ClientChanges,
    ClientListQuery,
    ContactBody,
    ContactChanges,
    FacetsQuery,
    RateBody,
    RateChanges,
    StatusBody,
    SuggestQuery,
)
from services.clients.records.schemas.past import (
    DiffQuery,
    DiffView,
    PastQuery,
    present_diff,
    present_past,
)
from services.clients.records.schemas.views import (
    ClientPageView,
    ClientView,
    ContactListView,
    ContactView,
    DuplicatesView,
    FacetsView,
    RateListView,
    RateView,
    SuggestionsView,
    present,
    present_summary,
    with_warnings,
)

__all__ = [
    "ClientBody",
    "ClientChanges",
    "ClientListQuery",
    "ClientPageView",
    "ClientView",
    "ContactBody",
    "ContactChanges",
    "ContactListView",
    "ContactView",
    "DiffQuery",
    "DiffView",
    "DuplicatesView",
    "FacetsQuery",
    "FacetsView",
    "PastQuery",
    "RateBody",
    "RateChanges",
    "RateListView",
    "RateView",
    "StatusBody",
    "SuggestQuery",
    "SuggestionsView",
    "present",
    "present_diff",
    "present_past",
    "present_summary",
    "with_warnings",
]
