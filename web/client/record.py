"""What every page of a client begins with: the record, its numbers, and what is away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.security.permissions import DOCUMENTS_VIEW, INVOICES_VIEW, PROJECTS_VIEW
from web.shell.texts import noted


@dataclass(frozen=True, slots=True)
class Divider:
    """One of the eight tabs: its part of the address, its name, what it needs and counts."""

    name: str
    label: str
    permission: str | None = None
    counts: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A client with its overview; parts whose service is away are None and stand in `away`."""

    client: Mapping[str, Any]
    metrics: Mapping[str, Any] | None
    documents: Mapping[str, Any] | None
    activity: Mapping[str, Any] | None
    away: Mapping[str, Mapping[str, Any]]

    def count(self, name: str | None) -> int | None:
        """How many of a kind the record knows without asking again; None where it does not."""
        if name == "documents":
            whole = self.documents is not None and self.documents["next"] is None
            return len(self.documents["data"]) if self.documents and whole else None
        found = self.client.get(name) if name else None
        if found is None:
            return None
        # The primary contact stands on the same tab, and is not one of these.
        return len(found) + (name == "contacts")


def of_overview(found: Mapping[str, Any]) -> Record:
    """The record as the overview tells it."""
    away = {each["part"]: each for each in found["unavailable"]}
    return Record(found["client"], found["metrics"], found["documents"], found["activity"], away)


DIVIDERS = (
    Divider("details", noted("Details")),
    Divider("contacts", noted("Contacts"), counts="contacts"),
    Divider("rates", noted("Service rates"), counts="rates"),
    Divider("documents", noted("Documents"), DOCUMENTS_VIEW, "documents"),
    Divider("compliance", noted("Compliance"), counts="compliance_requirements"),
    Divider("projects", noted("Projects"), PROJECTS_VIEW),
    Divider("invoices", noted("Invoices"), INVOICES_VIEW),
    Divider("activity", noted("Activity")),
)
