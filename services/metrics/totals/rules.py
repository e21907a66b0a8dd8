"""From envelopes to facts: which events count, and what they say. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from shared.contracts.tombstones import is_tombstone
from shared.messaging.envelope import Envelope

Fact = dict[str, Any]

# The aggregates that are counted, by the beginning of their event types. Whatever happens
# to one, the snapshot in `data` says how it stands, so new events of it need no code here.
PROJECT = "clients.project."
INVOICE = "clients.invoice."
_DELETED = ".deleted.v1"

_PROJECT_FIELDS = ("id", "client_id", "status")
_INVOICE_FIELDS = ("id", "client_id", "status", "currency", "total", "amount_paid", "issued_on")


def counted(envelopes: Sequence[Envelope]) -> tuple[list[Fact], list[Fact]]:
    """The newest fact per project and per invoice among the envelopes.

    Most events count for nothing here, so the look at them is one comparison each.
    """
    projects: dict[str, Fact] = {}
    invoices: dict[str, Fact] = {}
    for envelope in envelopes:
        if envelope["type"].startswith(PROJECT):
            _keep_newest(projects, envelope, "project", _PROJECT_FIELDS)
        elif envelope["type"].startswith(INVOICE):
            _keep_newest(invoices, envelope, "invoice", _INVOICE_FIELDS)
    return list(projects.values()), list(invoices.values())


def _fact(envelope: Envelope, aggregate: str, names: Sequence[str]) -> Fact:
    described = envelope["data"][aggregate]
    fact: Fact = {name: described[name] for name in names}
    fact["workspace_id"] = envelope["workspace"]
    fact["version"] = envelope["aggregateversion"]
    fact["deleted"] = envelope["type"].endswith(_DELETED)
    if aggregate == "invoice":
        # Invoices from before there were credit notes do not speak of them.
        fact["amount_credited"] = described.get("amount_credited", "0")
        fact["due_on"], fact["paid_on"] = described.get("due_on"), described.get("paid_on")
    # What stands in the books stays there when its client goes.
    fact["booked"] = described.get("number") is not None
    return fact


def _keep_newest(
    facts: dict[str, Fact], envelope: Envelope, aggregate: str, names: Sequence[str]
) -> None:
    if is_tombstone(envelope["data"]) and aggregate not in envelope["data"]:
        return
    fact = _fact(envelope, aggregate, names)
    known = facts.get(fact["id"])
    if known is None or known["version"] < fact["version"]:
        facts[fact["id"]] = fact


#: How many months of revenue are told, the present one among them.
MONTHS = 12


def first_month(today: date) -> date:
    """The first day of the earliest month of revenue that is told."""
    return _month(today, MONTHS - 1)


def months_up_to(today: date) -> list[str]:
    """The months of revenue that are told, as `2026-11`, the present one last."""
    return [f"{_month(today, back):%Y-%m}" for back in reversed(range(MONTHS))]


def _month(today: date, back: int) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
    return date(year, month + 1, 1)
